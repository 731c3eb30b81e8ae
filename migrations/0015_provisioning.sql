-- What provisioning makes, and the pool that phone numbers come from.

-- Counts how often a provider refused the step for good: the next try is another request, not a repeat of that one.
alter table provisioning_steps add column round integer not null default 1;

-- Until BILLING is done.
alter table billing_accounts alter column status set default 'pending';

-- The organization as the local identity provider knows it.
create table identity_records (
  organization_id uuid primary key references organizations (id) on delete cascade,
  subject text not null unique,
  created_at timestamptz not null default now()
);

-- The resource as its provider names it, so that a step that runs twice makes one item.
alter table inventory_items add column resource_id text;
alter table inventory_items add constraint inventory_items_resource unique (organization_id, kind, resource_id);

create table phone_numbers (
  number text collate "C" primary key constraint phone_numbers_form check (number ~ '^\+[1-9][0-9]{6,14}$'),
  added_at timestamptz not null default now()
);
-- Apart from the pool, so that no tenant is ever null. A purge of the organization gives the number back.
create table assigned_phone_numbers (
  number text collate "C" primary key references phone_numbers (number) on delete restrict,
  organization_id uuid not null unique references organizations (id) on delete cascade,
  assigned_at timestamptz not null default now()
);
