-- Several moves in one statement can close a circle that none of them closes alone: each is checked against lineages
-- that the others are about to change. The walk down from a moved organization then met itself for ever. It ends where
-- it has been now, and a circle is refused like that of a single move.
create or replace function organizations_after_move() returns trigger language plpgsql as $$
declare
  moved record;
  below uuid[];
begin
  insert into moved_subtrees (organization_id) values (new.id);
  select o.path, o.lineage, o.depth into moved from organizations o where o.id = new.id;
  with recursive tree (id) as (
    select o.id from organizations o where o.parent_id = new.id
    union
    select o.id from tree t join organizations o on o.parent_id = t.id
  )
  select array_agg(t.id) into below from tree t;
  if new.id = any (below) then
    raise exception 'an organization cannot lie below itself'
      using errcode = 'check_violation', constraint = 'organizations_no_cycle';
  end if;
  update organizations o set
    lineage = moved.lineage || o.lineage[array_position(o.lineage, new.id) + 1 :],
    path = moved.path || right(o.path, 7 * (cardinality(o.lineage) - array_position(o.lineage, new.id))),
    depth = moved.depth + cardinality(o.lineage) - array_position(o.lineage, new.id)
  where o.id = any (below);
  return null;
end $$;
