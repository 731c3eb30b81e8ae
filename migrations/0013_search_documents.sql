-- What search looks in leaves the organizations: a move writes the derived columns of a whole subtree, and must not
-- write some two hundred index entries for each organization with them (docs/decisions/0013-moves.md).

create table search_documents (
  organization_id uuid primary key references organizations (id) on delete cascade,
  -- As they were when this row was written. What lies below a moved organization still tells the old place until
  -- `refresh_search_documents` has come by; until then the move stands in `moved_subtrees`.
  lineage uuid[] not null,
  path text collate "C" not null,
  text text collate "C" not null
);
insert into search_documents (organization_id, lineage, path, text) select id, lineage, path, search_text from organizations;
drop index organizations_search;
create index search_documents_search on search_documents using gin (lineage, search_grams(text)) with (fastupdate = off);

-- Moves whose search documents are not all rewritten yet. Searches look through these subtrees themselves.
create table moved_subtrees (
  id bigint generated always as identity primary key,
  organization_id uuid not null references organizations (id) on delete cascade
);

-- Paths of moved organizations strictly below one. A function, so that a search need not plan it: it is nearly always empty.
create function moved_subtrees_below(organization uuid) returns setof text language plpgsql stable rows 1 as $$
begin
  return query select top.path from moved_subtrees m join organizations top on top.id = m.organization_id
    where top.lineage @> array[organization] and top.id <> organization;
end $$;

create function search_documents_insert() returns trigger language plpgsql as $$
begin
  insert into search_documents (organization_id, lineage, path, text) select id, lineage, path, search_text from made;
  return null;
end $$;
create trigger organizations_search_insert after insert on organizations
  referencing new table as made for each statement execute function search_documents_insert();

create function search_documents_update() returns trigger language plpgsql as $$
begin
  update search_documents d set lineage = o.lineage, path = o.path, text = o.search_text
  from organizations o where o.id = new.id and d.organization_id = o.id;
  return null;
end $$;
create trigger organizations_search_update after update of name, domain on organizations
  for each row when (old.search_text is distinct from new.search_text) execute function search_documents_update();

-- After a move: everything below keeps what lies between it and the moved organization, under the new lineage.
-- It walks down by parent_id and re-reads the moved row, so several moves in one statement end right in any order.
create or replace function organizations_after_move() returns trigger language plpgsql as $$
declare
  moved record;
  below uuid[];
begin
  insert into moved_subtrees (organization_id) values (new.id);
  select o.path, o.lineage, o.depth into moved from organizations o where o.id = new.id;
  with recursive tree (id) as (
    select o.id from organizations o where o.parent_id = new.id
    union all
    select o.id from tree t join organizations o on o.parent_id = t.id
  )
  select array_agg(t.id) into below from tree t;
  update organizations o set
    lineage = moved.lineage || o.lineage[array_position(o.lineage, new.id) + 1 :],
    path = moved.path || right(o.path, 7 * (cardinality(o.lineage) - array_position(o.lineage, new.id))),
    depth = moved.depth + cardinality(o.lineage) - array_position(o.lineage, new.id)
  where o.id = any (below);
  return null;
end $$;

-- The rows that a move takes along need no check, and there may be very many of them.
drop trigger organizations_before_update on organizations;
create trigger organizations_before_update before update on organizations
  for each row when (pg_trigger_depth() = 0 or old.parent_id is distinct from new.parent_id) execute function organizations_before_update();

-- Brings at most `most` search documents below a moved organization up to date and returns how many it was; none means
-- that the move is done with. The tree's lock keeps other moves out meanwhile.
create function refresh_search_documents(move bigint, most integer) returns integer language plpgsql as $$
declare
  moved record;
  refreshed integer;
begin
  select o.id, o.lineage[1] as root into moved
  from moved_subtrees m join organizations o on o.id = m.organization_id where m.id = move;
  if not found then return 0; end if;
  perform pg_advisory_xact_lock_shared(tree_lock_key(moved.root));
  with late as (
    select o.id, o.lineage, o.path
    from organizations top
    join organizations o on o.path >= top.path and o.path < subtree_end(top.path)
    join search_documents d on d.organization_id = o.id and d.lineage <> o.lineage
    where top.id = moved.id
    limit most
  )
  update search_documents d set lineage = late.lineage, path = late.path from late where d.organization_id = late.id;
  get diagnostics refreshed = row_count;
  if refreshed = 0 then delete from moved_subtrees m where m.id = move; end if;
  return refreshed;
end $$;
