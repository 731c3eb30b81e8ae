-- What belongs to an organization besides its place in the tree: its slug for life, its profile,
-- its accounts elsewhere and the proof of its domain.

-- Slugs that nobody may take.
create table reserved_slugs (
  slug text collate "C" primary key
);
insert into reserved_slugs (slug) values
  ('about'), ('account'), ('accounts'), ('admin'), ('api'), ('app'), ('assets'), ('auth'),
  ('banyan'), ('billing'), ('blog'), ('console'), ('dashboard'), ('docs'), ('graphiql'),
  ('graphql'), ('health'), ('help'), ('home'), ('internal'), ('invitations'), ('invite'),
  ('login'), ('logout'), ('mail'), ('metrics'), ('new'), ('null'), ('oauth'), ('organization'),
  ('organizations'), ('public'), ('root'), ('search'), ('security'), ('settings'), ('signin'),
  ('signup'), ('static'), ('status'), ('support'), ('system'), ('undefined'), ('usage'), ('user'),
  ('users'), ('webhooks'), ('www');

-- Slugs of purged organizations, which are never given again.
create table retired_slugs (
  slug text collate "C" primary key,
  organization_id uuid not null,
  retired_at timestamptz not null default now()
);

-- Why a slug cannot be taken, or null. The form of a slug is a constraint of its table.
create function slug_problem(wanted text) returns text
  language sql stable
as $$
  select case
    when exists (select from reserved_slugs r where r.slug = wanted) then 'RESERVED'
    when exists (select from organizations o where o.slug = wanted)
      or exists (select from retired_slugs r where r.slug = wanted) then 'TAKEN'
  end
$$;

create function organizations_slug_is_free() returns trigger
  language plpgsql
as $$
begin
  if exists (select from reserved_slugs r where r.slug = new.slug) then
    raise exception 'the slug is reserved'
      using errcode = 'check_violation', constraint = 'organizations_slug_reserved';
  end if;
  if exists (select from retired_slugs r where r.slug = new.slug or r.organization_id = new.id) then
    raise exception 'the slug was taken before'
      using errcode = 'unique_violation', constraint = 'organizations_slug_key';
  end if;
  return new;
end $$;

-- After the row is inserted: a writer that waited for the purge of the slug's last owner to end now
-- sees that the slug is retired.
create trigger organizations_slug_is_free
  after insert on organizations
  for each row execute function organizations_slug_is_free();

create function organizations_retire_slug() returns trigger
  language plpgsql
as $$
begin
  insert into retired_slugs (slug, organization_id) values (old.slug, old.id);
  return null;
end $$;

create trigger organizations_retire_slug
  after delete on organizations
  for each row execute function organizations_retire_slug();

-- The profile is a table of its own so that the row of the tree, which is read most, stays narrow.
create table organization_profiles (
  organization_id uuid primary key references organizations (id) on delete cascade,
  address_line1 text,
  address_line2 text,
  address_city text,
  address_state text,
  address_zip text,
  address_country text,
  invoice_owner text
    constraint organization_profiles_invoice_owner
      check (invoice_owner in ('PARTNER', 'END_CUSTOMER')),
  logo_url text,
  primary_color text,
  secondary_color text,
  constraint organization_profiles_address check (
    num_nulls(address_line1, address_city, address_state, address_zip, address_country) in (0, 5)
    and (address_line2 is null or address_line1 is not null)
  )
);

create table marketplace_offers (
  organization_id uuid not null references organizations (id) on delete cascade,
  marketplace text not null
    constraint marketplace_offers_marketplace check (marketplace in ('AWS', 'AZURE', 'GCP')),
  url text not null,
  primary key (organization_id, marketplace)
);

create table external_accounts (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organizations (id) on delete cascade,
  system text not null
    constraint external_accounts_system_form check (length(system) between 1 and 50),
  account_id text not null
    constraint external_accounts_account_form check (length(account_id) between 1 and 255),
  constraint external_accounts_one_per_system unique (organization_id, system),
  constraint external_accounts_taken unique (system, account_id)
);

-- Proof that an organization owns its domain: a TXT record that only the owner of the domain can
-- set.
create table domain_verifications (
  organization_id uuid primary key references organizations (id) on delete cascade,
  domain text collate "C" not null,
  -- What the record must contain: 128 random bits, new for each domain that is set.
  token text not null,
  requested_at timestamptz not null default now(),
  next_check_at timestamptz not null default now(),
  checked_at timestamptz,
  verified_at timestamptz,
  -- Why the last check did not find the proof.
  problem text
);
create index domain_verifications_due on domain_verifications (next_check_at);
