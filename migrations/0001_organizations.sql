-- The tree: organizations, the columns derived from parent_id, and everything that keeps a bad tree out.

-- One row of limits for the whole database.
create table tree_settings (
  singleton boolean primary key default true check (singleton),
  -- Levels that may lie above an organization. The path label below is 7 bytes, so 64 levels stay far under an index row's limit.
  max_depth integer not null default 32 check (max_depth between 1 and 64)
);
insert into tree_settings default values;

-- Case-insensitive text in one place. The collation is named so that every server folds the same way.
create function search_fold(value text) returns text
  language sql immutable parallel safe
  return lower(value collate pg_c_utf8);

-- The pieces of one, two and three characters of a text: what the search index holds for a document.
-- Unlike pg_trgm it keeps punctuation and short patterns, so every literal pattern can be answered from the index.
create function search_grams(value text) returns text[]
  language plpgsql immutable parallel safe strict as $$
declare
  c text[] := string_to_array(value, null);
begin
  return c
    || array(select a || b from unnest(c, c[2:]) as g(a, b) where b is not null)
    || array(select a || b || d from unnest(c, c[2:], c[3:]) as g(a, b, d) where d is not null);
end $$;

-- The pieces that every document holding the pattern must have: the pattern itself up to three characters, else its
-- three-character pieces.
create function search_pattern_grams(pattern text) returns text[]
  language plpgsql immutable parallel safe strict as $$
declare
  c text[] := string_to_array(pattern, null);
begin
  if cardinality(c) <= 3 then return array[pattern]; end if;
  return array(select distinct a || b || d from unnest(c, c[2:], c[3:]) as g(a, b, d) where d is not null);
end $$;

-- An organization's id as clients see it.
create function organization_public_id(id uuid) returns text
  language sql immutable parallel safe
  return 'org_' || replace(id::text, '-', '');

create table organizations (
  id uuid constraint organizations_pkey primary key default uuidv7(),
  -- Numbers organizations in order of creation; its fixed-width form is the organization's label in `path`.
  ordinal bigint generated always as identity,
  parent_id uuid constraint organizations_parent_fkey references organizations (id) on delete restrict,
  slug text collate "C" not null constraint organizations_slug_key unique
    constraint organizations_slug_form check (slug ~ '^[a-z0-9](-?[a-z0-9])*$' and length(slug) between 3 and 63),
  name text collate "C" not null
    constraint organizations_name_form check (length(name) between 1 and 200 and name = btrim(name) and name !~ '[\x01-\x1f\x7f]'),
  kind text not null default 'CUSTOMER'
    constraint organizations_kind check (kind in ('AGENCY', 'RESELLER', 'AFFILIATE', 'CHANNEL_PARTNER', 'CUSTOMER')),
  status text not null default 'ACTIVE'
    constraint organizations_status check (status in ('ACTIVE', 'SUSPENDED', 'DELETED')),
  domain text collate "C"
    constraint organizations_domain_form check (domain = lower(domain) and length(domain) between 3 and 253 and domain !~ '[\x01-\x20\x7f]'),
  domain_setup_status text not null default 'NOT_CONFIGURED'
    constraint organizations_domain_status check (domain_setup_status in ('NOT_CONFIGURED', 'PENDING', 'VERIFIED', 'FAILED')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  deleted_at timestamptz,

  -- Derived from parent_id by the triggers below, whatever a writer puts here.
  path text collate "C" not null default '',
  lineage uuid[] not null default '{}',
  depth integer not null default 0,

  -- What search looks in: slug, id, name and domain, kept apart by a character that none of them can hold.
  search_text text collate "C" not null generated always as (
    search_fold(slug || e'\x1f' || organization_public_id(id) || e'\x1f' || name || e'\x1f' || coalesce(domain, ''))
  ) stored,

  constraint organizations_not_own_parent check (parent_id <> id),
  constraint organizations_deleted_state check ((status = 'DELETED') = (deleted_at is not null)),
  constraint organizations_domain_state check ((domain is null) = (domain_setup_status = 'NOT_CONFIGURED'))
);
comment on column organizations.path is 'Labels from the root down to this organization, each 6 base-36 digits and a dot; byte order is tree order.';
comment on column organizations.lineage is 'Ids from the root down to this organization, both included.';
comment on column organizations.depth is 'Number of ancestors; 0 for a root.';

-- Children pages, one index an order; the id makes every order total.
create index organizations_children_by_slug on organizations (parent_id, slug, id);
create index organizations_children_by_name on organizations (parent_id, search_fold(name), id);
create index organizations_children_by_creation on organizations (parent_id, created_at, id);
-- Tree order, ranges of a subtree, counts and the first phase of a search, all from the index alone.
create unique index organizations_path_key on organizations (path) include (id, depth, deleted_at, search_text);
-- Search: subtree and pattern meet in one index (docs/decisions/0004-search.md).
create index organizations_search on organizations using gin (lineage, search_grams(search_text)) with (fastupdate = off);

-- The first text after every path in the subtree of `path`: '~' sorts behind every character that a path can hold.
create function subtree_end(path text) returns text
  language sql immutable parallel safe
  return path || '~' collate "C";

-- An organization's own label: fixed width, so that byte order is the order of creation. 36^6 = 2.2 thousand million organizations.
create function path_label(ordinal bigint) returns text
  language plpgsql immutable parallel safe strict as $$
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

-- The lock that keeps creations out of a move of the same tree. Roots share 1,024 slots so that one transaction
-- may touch any number of trees without filling the lock table.
create function tree_lock_key(root uuid) returns bigint
  language sql immutable parallel safe
  return 4_207_849_484_000 + abs(hashtext(root::text) % 1024);

create function organizations_before_insert() returns trigger language plpgsql as $$
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
  -- Moved to another tree before its lock was held. Taking the other lock as well could end in a deadlock.
  if parent.lineage[1] is distinct from root then
    raise exception 'the parent organization was moved meanwhile' using errcode = 'serialization_failure';
  end if;
  new.path := parent.path || path_label(new.ordinal);
  new.lineage := parent.lineage || new.id;
  new.depth := parent.depth + 1;
  if new.depth > (select max_depth from tree_settings) then
    raise exception 'an organization may have at most % levels above it', (select max_depth from tree_settings)
      using errcode = 'check_violation', constraint = 'organizations_max_depth';
  end if;
  return new;
end $$;

create function organizations_before_update() returns trigger language plpgsql as $$
declare
  parent record;
  deepest integer;
begin
  if new.id <> old.id or new.ordinal <> old.ordinal or new.slug <> old.slug then
    raise exception 'an organization keeps its id and its slug for life'
      using errcode = 'check_violation', constraint = 'organizations_immutable';
  end if;
  if new.parent_id is not distinct from old.parent_id then
    -- Only the cascade of a move, itself a trigger, may write what is derived.
    if pg_trigger_depth() = 1 and (new.path, new.lineage, new.depth) is distinct from (old.path, old.lineage, old.depth) then
      raise exception 'path, lineage and depth are derived from parent_id'
        using errcode = 'check_violation', constraint = 'organizations_derived';
    end if;
    return new;
  end if;
  -- A snapshot older than the lock would not see children created meanwhile.
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'an organization can only be moved in a read committed transaction'
      using errcode = 'invalid_transaction_state';
  end if;
  perform pg_advisory_xact_lock(k) from (
    select distinct tree_lock_key(o.lineage[1]) as k from organizations o where o.id in (old.id, new.parent_id) order by k
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
  select max(o.depth) - old.depth into deepest from organizations o where o.path >= old.path and o.path < subtree_end(old.path);
  if new.depth + coalesce(deepest, 0) > (select max_depth from tree_settings) then
    raise exception 'an organization may have at most % levels above it', (select max_depth from tree_settings)
      using errcode = 'check_violation', constraint = 'organizations_max_depth';
  end if;
  return new;
end $$;

-- After a move: everything below keeps what lies between it and the moved organization, under the new lineage.
-- It finds the rows by lineage and re-reads the moved row, so several moves in one statement end right in any order.
create function organizations_after_move() returns trigger language plpgsql as $$
declare
  moved record;
begin
  select o.path, o.lineage, o.depth into moved from organizations o where o.id = new.id;
  update organizations o set
    lineage = moved.lineage || o.lineage[array_position(o.lineage, new.id) + 1 :],
    path = moved.path || right(o.path, 7 * (cardinality(o.lineage) - array_position(o.lineage, new.id))),
    depth = moved.depth + cardinality(o.lineage) - array_position(o.lineage, new.id)
  where o.lineage @> array[new.id] and o.id <> new.id;
  return null;
end $$;

create trigger organizations_before_insert before insert on organizations
  for each row execute function organizations_before_insert();
create trigger organizations_before_update before update on organizations
  for each row execute function organizations_before_update();
create trigger organizations_after_move after update of parent_id on organizations
  for each row when (old.parent_id is distinct from new.parent_id) execute function organizations_after_move();

-- Slugs that nobody may take, and those of purged organizations, which are never given again.
create table reserved_slugs (slug text collate "C" primary key);
insert into reserved_slugs (slug) values
  ('about'), ('account'), ('accounts'), ('admin'), ('api'), ('app'), ('assets'), ('auth'), ('banyan'), ('billing'), ('blog'),
  ('console'), ('dashboard'), ('docs'), ('graphiql'), ('graphql'), ('health'), ('help'), ('home'), ('internal'), ('invitations'),
  ('invite'), ('login'), ('logout'), ('mail'), ('metrics'), ('new'), ('null'), ('oauth'), ('organization'), ('organizations'),
  ('public'), ('root'), ('search'), ('security'), ('settings'), ('signin'), ('signup'), ('static'), ('status'), ('support'),
  ('system'), ('undefined'), ('usage'), ('user'), ('users'), ('webhooks'), ('www');

create table retired_slugs (
  slug text collate "C" primary key,
  organization_id uuid not null,
  retired_at timestamptz not null default now()
);

create function organizations_slug_is_free() returns trigger language plpgsql as $$
begin
  if exists (select from reserved_slugs r where r.slug = new.slug) then
    raise exception 'the slug is reserved' using errcode = 'check_violation', constraint = 'organizations_slug_reserved';
  end if;
  if exists (select from retired_slugs r where r.slug = new.slug or r.organization_id = new.id) then
    raise exception 'the slug was taken before' using errcode = 'unique_violation', constraint = 'organizations_slug_key';
  end if;
  return new;
end $$;
create trigger organizations_slug_is_free before insert on organizations
  for each row execute function organizations_slug_is_free();

create function organizations_retire_slug() returns trigger language plpgsql as $$
begin
  insert into retired_slugs (slug, organization_id) values (old.slug, old.id);
  return null;
end $$;
create trigger organizations_retire_slug after delete on organizations
  for each row execute function organizations_retire_slug();

-- What an organization shows beside its place in the tree; apart from it so that the hot row stays narrow.
create table organization_profiles (
  organization_id uuid primary key references organizations (id) on delete cascade,
  address_line1 text, address_line2 text, address_city text, address_state text, address_zip text, address_country text,
  invoice_owner text constraint organization_profiles_invoice_owner check (invoice_owner in ('PARTNER', 'END_CUSTOMER')),
  logo_url text,
  primary_color text, secondary_color text,
  constraint organization_profiles_address check (
    num_nulls(address_line1, address_city, address_state, address_zip, address_country) in (0, 5)
    and (address_line2 is null or address_line1 is not null)
  )
);

create table marketplace_offers (
  organization_id uuid not null references organizations (id) on delete cascade,
  marketplace text not null constraint marketplace_offers_marketplace check (marketplace in ('AWS', 'AZURE', 'GCP')),
  url text not null,
  primary key (organization_id, marketplace)
);

create table external_accounts (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organizations (id) on delete cascade,
  system text not null constraint external_accounts_system_form check (length(system) between 1 and 50),
  account_id text not null constraint external_accounts_account_form check (length(account_id) between 1 and 255),
  constraint external_accounts_one_per_system unique (organization_id, system),
  constraint external_accounts_taken unique (system, account_id)
);

-- The recursive truth that `banyan check` compares with: what path, lineage and depth should be, from parent_id alone.
create view organizations_truth as
  with recursive tree (id, path, lineage, depth) as (
    select o.id, path_label(o.ordinal) collate "C", array[o.id], 0 from organizations o where o.parent_id is null
    union all
    select o.id, (t.path || path_label(o.ordinal)) collate "C", t.lineage || o.id, t.depth + 1
    from organizations o join tree t on o.parent_id = t.id
  )
  select * from tree;
