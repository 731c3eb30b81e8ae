-- Recording usage: how late an event may come, and the lock that recording takes.

alter table usage_metrics add column late_days integer not null default 366
  constraint usage_metrics_late_days check (late_days between 1 and 3660);
comment on column usage_metrics.late_days is 'How many days after it happened an event may be recorded.';

-- Locks the organization's tree shared for the transaction, and nothing else; false when there is no such organization.
-- Whoever only adds below it needs no more: nothing is moved or deleted meanwhile, and no two have to wait for each other.
create function lock_tree_of(organization uuid) returns boolean language plpgsql as $$
declare
  root uuid;
  root_now uuid;
begin
  select o.lineage[1] into root from organizations o where o.id = organization and o.deleted_at is null;
  if root is null then return false; end if;
  perform pg_advisory_xact_lock_shared(tree_lock_key(root));
  select o.lineage[1] into root_now from organizations o where o.id = organization and o.deleted_at is null;
  if root_now <> root then
    raise exception 'the organization was moved to another tree meanwhile' using errcode = 'serialization_failure';
  end if;
  return root_now is not null;
end $$;
