-- Deletion that can be undone, and answers remembered for people that act in no organization.

-- The organization whose deletion took this one along: itself, or one above it. They are restored together.
alter table organizations add column deleted_with uuid;
alter table organizations add column status_before_deletion text
  constraint organizations_status_before check (status_before_deletion in ('ACTIVE', 'SUSPENDED'));
update organizations set deleted_with = id, status_before_deletion = 'ACTIVE' where deleted_at is not null;
create index organizations_deleted on organizations (deleted_at) where deleted_at is not null;

-- As before; `include_deleted` finds organizations that can be restored, too.
drop function lock_organization(uuid, boolean);
create function lock_organization(organization uuid, whole_tree boolean, include_deleted boolean) returns uuid[] language plpgsql as $$
declare
  root uuid;
  found_lineage uuid[];
begin
  select o.lineage[1] into root from organizations o where o.id = organization;
  if root is null then return null; end if;
  if whole_tree then
    perform pg_advisory_xact_lock(tree_lock_key(root));
  else
    perform pg_advisory_xact_lock_shared(tree_lock_key(root));
  end if;
  select o.lineage into found_lineage from organizations o
  where o.id = organization and (include_deleted or o.deleted_at is null) for no key update;
  if found_lineage[1] <> root then
    raise exception 'the organization was moved to another tree meanwhile' using errcode = 'serialization_failure';
  end if;
  return found_lineage;
end $$;

-- Why a slug cannot be taken, or null. Its form is the table's own business.
create function slug_problem(wanted text) returns text
  language sql stable as $$
  select case
    when exists (select from reserved_slugs r where r.slug = wanted) then 'RESERVED'
    when exists (select from organizations o where o.slug = wanted) or exists (select from retired_slugs r where r.slug = wanted) then 'TAKEN'
  end
$$;

-- After the row is in: whoever waited for a purge of the slug's last owner to end now sees that it is retired.
drop trigger organizations_slug_is_free on organizations;
create trigger organizations_slug_is_free after insert on organizations
  for each row execute function organizations_slug_is_free();

-- Like idempotency_keys, for what a person does without acting in any organization.
create table account_idempotency_keys (
  user_id uuid not null references users (id) on delete cascade,
  operation text not null,
  key text not null constraint account_idempotency_keys_form check (length(key) between 1 and 255),
  input_hash bytea not null,
  result jsonb not null,
  created_at timestamptz not null default now(),
  primary key (user_id, operation, key)
);
create index account_idempotency_keys_by_age on account_idempotency_keys (created_at);
