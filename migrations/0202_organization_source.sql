-- How an organization came to be. It is a fact of its creation: moving the organization keeps it.
-- Null for one that is older than this column and was not moved since: organization_source() then
-- answers by its place. Nothing is scanned or rewritten here; the rows of before get their values
-- in 0203.
alter table organizations add column source text;
alter table organizations add constraint organizations_source
  check (source in ('SIGN_UP', 'PARTNER', 'OPERATOR')) not valid;

create function organization_source(source text, parent_id uuid) returns text
  language sql immutable parallel safe
  return coalesce(source, case when parent_id is null then 'SIGN_UP' else 'PARTNER' end);

-- Commands of an operator say so themselves; every other creation, by this version or by the one
-- before, is told by whether there is an organization above.
create function organizations_keep_source() returns trigger
  language plpgsql
as $$
begin
  new.source := organization_source(
    new.source,
    case when tg_op = 'INSERT' then new.parent_id else old.parent_id end
  );
  return new;
end $$;

create trigger organizations_keep_source
  before insert or update of parent_id on organizations
  for each row when (new.source is null) execute function organizations_keep_source();
