-- Search documents (docs/decisions/0004-search.md). They stand apart from the organizations: a move
-- writes the derived columns of a whole subtree, and must not write some two hundred index entries
-- for each organization with them (docs/decisions/0013-moves.md).

create table search_documents (
  organization_id uuid primary key references organizations (id) on delete cascade,
  -- As they were when this row was written. Documents below a moved organization keep the old
  -- place until `refresh_search_documents` has rewritten them; until then the move is listed in
  -- `moved_subtrees`.
  lineage uuid[] not null,
  path text collate "C" not null,
  text text collate "C" not null
);
-- Subtree and pattern meet in one index.
create index search_documents_search
  on search_documents using gin (lineage, search_grams(text)) with (fastupdate = off);

-- Moves whose search documents are not all rewritten yet. Searches look through these subtrees
-- themselves.
create table moved_subtrees (
  id bigint generated always as identity primary key,
  organization_id uuid not null references organizations (id) on delete cascade
);

-- Paths of moved organizations strictly below one. A function, so that a search need not plan it:
-- the result is nearly always empty.
create function moved_subtrees_below(organization uuid) returns setof text
  language plpgsql stable rows 1
as $$
begin
  return query
    select top.path
    from moved_subtrees m
    join organizations top on top.id = m.organization_id
    where top.lineage @> array[organization] and top.id <> organization;
end $$;

create function search_documents_insert() returns trigger
  language plpgsql
as $$
begin
  insert into search_documents (organization_id, lineage, path, text)
  select id, lineage, path, search_text from made;
  return null;
end $$;

create trigger organizations_search_insert
  after insert on organizations
  referencing new table as made
  for each statement execute function search_documents_insert();

create function search_documents_update() returns trigger
  language plpgsql
as $$
begin
  update search_documents d
  set lineage = o.lineage, path = o.path, text = o.search_text
  from organizations o
  where o.id = new.id and d.organization_id = o.id;
  return null;
end $$;

create trigger organizations_search_update
  after update of name, domain on organizations
  for each row
  when (old.search_text is distinct from new.search_text)
  execute function search_documents_update();

-- Rewrites at most `most` search documents below a moved organization and returns how many it was;
-- 0 means that the move is complete. The tree's lock keeps other moves out meanwhile.
create function refresh_search_documents(move bigint, most integer) returns integer
  language plpgsql
as $$
declare
  moved record;
  refreshed integer;
begin
  select o.id, o.lineage[1] as root into moved
  from moved_subtrees m
  join organizations o on o.id = m.organization_id
  where m.id = move;
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
  update search_documents d
  set lineage = late.lineage, path = late.path
  from late
  where d.organization_id = late.id;
  get diagnostics refreshed = row_count;
  if refreshed = 0 then delete from moved_subtrees m where m.id = move; end if;
  return refreshed;
end $$;
