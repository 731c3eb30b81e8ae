-- Changes that hold for everything below an organization, such as suspension, take its tree for themselves.

drop function lock_organization(uuid);

-- Locks the organization's tree (shared, or for the transaction alone) and the organization for the transaction alone,
-- and returns its lineage as it is under these locks; null when there is no such organization. Each statement in here
-- sees what was committed last.
create function lock_organization(organization uuid, whole_tree boolean) returns uuid[] language plpgsql as $$
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
  select o.lineage into found_lineage from organizations o where o.id = organization and o.deleted_at is null for no key update;
  if found_lineage[1] <> root then
    raise exception 'the organization was moved to another tree meanwhile' using errcode = 'serialization_failure';
  end if;
  return found_lineage;
end $$;
