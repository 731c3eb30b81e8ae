-- What provisioning creates for an organization (docs/decisions/0015-provisioning.md), and what
-- other parts of the product write there: billing, limits and inventory.

create table provisioning_steps (
  organization_id uuid not null references organizations (id) on delete cascade,
  name text not null
    constraint provisioning_steps_name
      check (name in ('IDENTITY', 'BILLING', 'TELEPHONY', 'PHONE_NUMBER', 'KNOWLEDGE_BASE')),
  status text not null default 'PENDING'
    constraint provisioning_steps_status
      check (status in ('PENDING', 'RUNNING', 'DONE', 'FAILED')),
  attempts integer not null default 0,
  -- Counts how often a provider refused the step for good: the next try is another request, not a
  -- repeat of that one.
  round integer not null default 1,
  error text,
  finished_at timestamptz,
  resource_id text,
  primary key (organization_id, name)
);

-- The organization as the local identity provider knows it.
create table identity_records (
  organization_id uuid primary key references organizations (id) on delete cascade,
  subject text not null unique,
  created_at timestamptz not null default now()
);

create table billing_accounts (
  organization_id uuid primary key references organizations (id) on delete cascade,
  plan text not null default 'free',
  -- 'pending' until the BILLING step is done.
  status text not null default 'pending',
  email text,
  customer_id text,
  subscription_id text
);

create table concurrency_limits (
  organization_id uuid primary key references organizations (id) on delete cascade,
  max_calls integer not null default 1 check (max_calls >= 0),
  calls_in_use integer not null default 0 check (calls_in_use >= 0)
);

-- Resources that an organization owns, as far as the product counts them.
create table inventory_items (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organizations (id) on delete cascade,
  kind text not null
    constraint inventory_items_kind
      check (kind in ('AGENT', 'PHONE_NUMBER', 'WEB_WIDGET', 'KNOWLEDGE_BASE', 'TELEPHONY_TRUNK')),
  name text not null,
  created_at timestamptz not null default now(),
  -- The resource as its provider names it, so that a step that runs twice creates one item.
  resource_id text,
  constraint inventory_items_resource unique (organization_id, kind, resource_id)
);
create index inventory_items_by_organization on inventory_items (organization_id, kind);

-- The pool that phone numbers come from.
create table phone_numbers (
  number text collate "C" primary key
    constraint phone_numbers_form check (number ~ '^\+[1-9][0-9]{6,14}$'),
  added_at timestamptz not null default now()
);

-- Apart from the pool, so that no column that names a tenant is ever null. Purging the organization
-- returns the number to the pool.
create table assigned_phone_numbers (
  number text collate "C" primary key references phone_numbers (number) on delete restrict,
  organization_id uuid not null unique references organizations (id) on delete cascade,
  assigned_at timestamptz not null default now()
);
