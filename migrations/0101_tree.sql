-- The tree: organizations, the columns derived from parent_id, and what keeps a bad tree out
-- (docs/decisions/0001-tree.md).

-- One row of limits for the whole database.
create table tree_settings (
  singleton boolean primary key default true check (singleton),
  -- Levels that may lie above an organization. A path label has 7 bytes, so the path of 64 levels
  -- stays far below the size limit of an index row.
  max_depth integer not null default 32 check (max_depth between 1 and 64)
);
insert into tree_settings default values;

-- An organization's id as clients see it.
create function organization_public_id(id uuid) returns text
  language sql immutable parallel safe
  return 'org_' || replace(id::text, '-', '');

create table organizations (
  id uuid constraint organizations_pkey primary key default uuidv7(),
  -- Numbers organizations in order of creation; its fixed-width form is the organization's label
  -- in `path`.
  ordinal bigint generated always as identity,
  parent_id uuid
    constraint organizations_parent_fkey references organizations (id) on delete restrict,
  slug text collate "C" not null
    constraint organizations_slug_key unique
    constraint organizations_slug_form
      check (slug ~ '^[a-z0-9](-?[a-z0-9])*$' and length(slug) between 3 and 63),
  name text collate "C" not null
    constraint organizations_name_form check (
      length(name) between 1 and 200 and name = btrim(name) and name !~ '[\x01-\x1f\x7f]'
    ),
  kind text not null default 'CUSTOMER'
    constraint organizations_kind
      check (kind in ('AGENCY', 'RESELLER', 'AFFILIATE', 'CHANNEL_PARTNER', 'CUSTOMER')),
  status text not null default 'ACTIVE'
    constraint organizations_status check (status in ('ACTIVE', 'SUSPENDED', 'DELETED')),

  domain text collate "C"
    constraint organizations_domain_form check (
      domain = lower(domain) and length(domain) between 3 and 253 and domain !~ '[\x01-\x20\x7f]'
    ),
  domain_setup_status text not null default 'NOT_CONFIGURED'
    constraint organizations_domain_status
      check (domain_setup_status in ('NOT_CONFIGURED', 'PENDING', 'VERIFIED', 'FAILED')),

  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,

  deleted_at timestamptz,
  -- The organization whose deletion included this one: itself, or one above it. They are restored
  -- together.
  deleted_with uuid,
  status_before_deletion text
    constraint organizations_status_before
      check (status_before_deletion in ('ACTIVE', 'SUSPENDED')),

  -- Derived from parent_id by the triggers below, whatever a writer sets here.
  path text collate "C" not null default '',
  lineage uuid[] not null default '{}',
  depth integer not null default 0,

  -- What search looks in: slug, id, name and domain, separated by a character that none of them
  -- can contain.
  search_text text collate "C" not null generated always as (
    search_fold(
      slug || e'\x1f' || organization_public_id(id) || e'\x1f' || name
      || e'\x1f' || coalesce(domain, '')
    )
  ) stored,

  constraint organizations_not_own_parent check (parent_id <> id),
  constraint organizations_deleted_state check ((status = 'DELETED') = (deleted_at is not null)),
  constraint organizations_domain_state
    check ((domain is null) = (domain_setup_status = 'NOT_CONFIGURED'))
);
comment on column organizations.path is
  'Labels from the root down to this organization, each 6 base-36 digits and a dot; byte order is tree order.';
comment on column organizations.lineage is
  'Ids from the root down to this organization, both included.';
comment on column organizations.depth is 'Number of ancestors; 0 for a root.';

-- Pages of children, one index per order; the id makes every order total.
create index organizations_children_by_slug on organizations (parent_id, slug, id);
create index organizations_children_by_name on organizations (parent_id, search_fold(name), id);
create index organizations_children_by_creation on organizations (parent_id, created_at, id);
-- Tree order, ranges of a subtree, counts and the first phase of a search, from the index alone.
create unique index organizations_path_key
  on organizations (path) include (id, depth, deleted_at, search_text);
create index organizations_deleted on organizations (deleted_at) where deleted_at is not null;

-- The first text after every path in the subtree of `path`: '~' sorts after every character that a
-- path can contain.
create function subtree_end(path text) returns text
  language sql immutable parallel safe
  return path || '~' collate "C";

-- An organization's own label. Its width is fixed, so that byte order is the order of creation.
-- There are 36^6 labels, which is 2.2 thousand million.
create function path_label(ordinal bigint) returns text
  language plpgsql immutable parallel safe strict
as $$
declare
  digits constant text := '0123456789abcdefghijklmnopqrstuvwxyz';
  rest bigint := ordinal;
  label text := '';
begin
  for i in 1..6 loop
    label := substr(digits, (rest % 36)::integer + 1, 1) || label;
    rest := rest / 36;
  end loop;
  if rest > 0 then
    raise exception 'organization number % does not fit a path label', ordinal;
  end if;
  return label || '.';
end $$;

-- The key of the advisory lock of a tree. It keeps creations and changes out of a move of the same
-- tree. Roots share 1,024 keys, so that one transaction may lock any number of trees without
-- filling the lock table.
create function tree_lock_key(root uuid) returns bigint
  language sql immutable parallel safe
  return 4_207_849_484_000 + abs(hashtext(root::text) % 1024);

-- Locks the organization's tree (shared, or exclusively) and the organization exclusively, and
-- returns its lineage as it is under these locks; null when there is no such organization.
-- `include_deleted` also finds organizations that can be restored. Each statement in here sees what
-- was committed last.
create function lock_organization(organization uuid, whole_tree boolean, include_deleted boolean)
  returns uuid[]
  language plpgsql
as $$
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
  select o.lineage into found_lineage
  from organizations o
  where o.id = organization and (include_deleted or o.deleted_at is null)
  for no key update;
  if found_lineage[1] <> root then
    raise exception 'the organization was moved to another tree meanwhile'
      using errcode = 'serialization_failure';
  end if;
  return found_lineage;
end $$;

-- Locks the organization's tree shared for the transaction, and nothing else; false when there is
-- no such organization. A writer that only adds rows below it needs no more: nothing is moved or
-- deleted meanwhile, and no two such writers wait for each other.
create function lock_tree_of(organization uuid) returns boolean
  language plpgsql
as $$
declare
  root uuid;
  root_now uuid;
begin
  select o.lineage[1] into root
  from organizations o
  where o.id = organization and o.deleted_at is null;
  if root is null then return false; end if;
  perform pg_advisory_xact_lock_shared(tree_lock_key(root));
  select o.lineage[1] into root_now
  from organizations o
  where o.id = organization and o.deleted_at is null;
  if root_now <> root then
    raise exception 'the organization was moved to another tree meanwhile'
      using errcode = 'serialization_failure';
  end if;
  return root_now is not null;
end $$;

create function organizations_before_insert() returns trigger
  language plpgsql
as $$
declare
  parent record;
  root uuid;
begin
  if new.parent_id is null then
    new.path := path_label(new.ordinal);
    new.lineage := array[new.id];
    new.depth := 0;
    return new;
  end if;

  select o.lineage[1] into root from organizations o where o.id = new.parent_id;
  if not found then
    raise exception 'the parent organization does not exist'
      using errcode = 'foreign_key_violation', constraint = 'organizations_parent_fkey';
  end if;
  perform pg_advisory_xact_lock_shared(tree_lock_key(root));
  select o.path, o.lineage, o.depth into parent from organizations o where o.id = new.parent_id;
  -- It was moved to another tree before the lock was held. Taking the lock of that tree as well
  -- could end in a deadlock.
  if parent.lineage[1] is distinct from root then
    raise exception 'the parent organization was moved meanwhile'
      using errcode = 'serialization_failure';
  end if;

  new.path := parent.path || path_label(new.ordinal);
  new.lineage := parent.lineage || new.id;
  new.depth := parent.depth + 1;
  if new.depth > (select max_depth from tree_settings) then
    raise exception 'an organization may have at most % levels above it',
      (select max_depth from tree_settings)
      using errcode = 'check_violation', constraint = 'organizations_max_depth';
  end if;
  return new;
end $$;

create trigger organizations_before_insert
  before insert on organizations
  for each row execute function organizations_before_insert();

create function organizations_before_update() returns trigger
  language plpgsql
as $$
declare
  parent record;
  deepest integer;
begin
  if new.id <> old.id or new.ordinal <> old.ordinal or new.slug <> old.slug then
    raise exception 'an organization keeps its id and its slug for life'
      using errcode = 'check_violation', constraint = 'organizations_immutable';
  end if;

  if new.parent_id is not distinct from old.parent_id then
    -- Only the cascade of a move, itself a trigger, may write the derived columns.
    if pg_trigger_depth() = 1
      and (new.path, new.lineage, new.depth) is distinct from (old.path, old.lineage, old.depth)
    then
      raise exception 'path, lineage and depth are derived from parent_id'
        using errcode = 'check_violation', constraint = 'organizations_derived';
    end if;
    return new;
  end if;

  -- A snapshot older than the lock would not see children that were created meanwhile.
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'an organization can only be moved in a read committed transaction'
      using errcode = 'invalid_transaction_state';
  end if;
  perform pg_advisory_xact_lock(k)
  from (
    select distinct tree_lock_key(o.lineage[1]) as k
    from organizations o
    where o.id in (old.id, new.parent_id)
    order by k
  ) as locks;

  if new.parent_id is null then
    new.path := path_label(new.ordinal);
    new.lineage := array[new.id];
    new.depth := 0;
  else
    select o.path, o.lineage, o.depth into parent from organizations o where o.id = new.parent_id;
    if not found then
      raise exception 'the parent organization does not exist'
        using errcode = 'foreign_key_violation', constraint = 'organizations_parent_fkey';
    end if;
    if new.id = any (parent.lineage) then
      raise exception 'an organization cannot lie below itself'
        using errcode = 'check_violation', constraint = 'organizations_no_cycle';
    end if;
    new.path := parent.path || path_label(new.ordinal);
    new.lineage := parent.lineage || new.id;
    new.depth := parent.depth + 1;
  end if;

  select max(o.depth) - old.depth into deepest
  from organizations o
  where o.path >= old.path and o.path < subtree_end(old.path);
  if new.depth + coalesce(deepest, 0) > (select max_depth from tree_settings) then
    raise exception 'an organization may have at most % levels above it',
      (select max_depth from tree_settings)
      using errcode = 'check_violation', constraint = 'organizations_max_depth';
  end if;
  return new;
end $$;

-- The rows that a move cascades to need no check, and there may be very many of them.
create trigger organizations_before_update
  before update on organizations
  for each row
  when (pg_trigger_depth() = 0 or old.parent_id is distinct from new.parent_id)
  execute function organizations_before_update();

-- After a move, everything below keeps the part of its path between it and the moved organization,
-- under the new lineage. The walk goes down by parent_id and reads the moved row again, so several
-- moves in one statement end right in any order. Such moves can close a circle that none of them
-- closes alone, since each is checked against lineages that the others are about to change. So the
-- walk ends where it has been already (`union`, not `union all`), and a circle is refused.
create function organizations_after_move() returns trigger
  language plpgsql
as $$
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
    path = moved.path
      || right(o.path, 7 * (cardinality(o.lineage) - array_position(o.lineage, new.id))),
    depth = moved.depth + cardinality(o.lineage) - array_position(o.lineage, new.id)
  where o.id = any (below);
  return null;
end $$;

create trigger organizations_after_move
  after update of parent_id on organizations
  for each row
  when (old.parent_id is distinct from new.parent_id)
  execute function organizations_after_move();

-- The recursive truth that `banyan check` compares with: path, lineage and depth as parent_id alone
-- gives them.
create view organizations_truth as
  with recursive tree (id, path, lineage, depth) as (
    select o.id, path_label(o.ordinal) collate "C", array[o.id], 0
    from organizations o
    where o.parent_id is null
    union all
    select o.id, (t.path || path_label(o.ordinal)) collate "C", t.lineage || o.id, t.depth + 1
    from organizations o
    join tree t on o.parent_id = t.id
  )
  select * from tree;
