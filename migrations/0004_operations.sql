-- What other parts of the product write and the graph reads: provisioning, billing, limits, inventory and the audit log.

create table provisioning_steps (
  organization_id uuid not null references organizations (id) on delete cascade,
  name text not null constraint provisioning_steps_name
    check (name in ('IDENTITY', 'BILLING', 'TELEPHONY', 'PHONE_NUMBER', 'KNOWLEDGE_BASE')),
  status text not null default 'PENDING'
    constraint provisioning_steps_status check (status in ('PENDING', 'RUNNING', 'DONE', 'FAILED')),
  attempts integer not null default 0,
  error text,
  finished_at timestamptz,
  resource_id text,
  primary key (organization_id, name)
);

create table billing_accounts (
  organization_id uuid primary key references organizations (id) on delete cascade,
  plan text not null default 'free',
  status text not null default 'active',
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
  kind text not null constraint inventory_items_kind
    check (kind in ('AGENT', 'PHONE_NUMBER', 'WEB_WIDGET', 'KNOWLEDGE_BASE', 'TELEPHONY_TRUNK')),
  name text not null,
  created_at timestamptz not null default now()
);
create index inventory_items_by_organization on inventory_items (organization_id, kind);

create table audit_events (
  id uuid primary key default uuidv7(),
  at timestamptz not null default now(),
  action text not null,
  actor_kind text not null constraint audit_events_actor_kind check (actor_kind in ('API_KEY', 'PERSONAL_ACCESS_TOKEN', 'SESSION')),
  actor_user_id uuid,
  actor_api_key_name text,
  -- The organization that the actor acted from, and the one acted on. No foreign keys: the trail outlives what it tells of.
  acting_organization_id uuid not null,
  organization_id uuid not null,
  target_type text not null,
  target_id text not null,
  before jsonb,
  after jsonb,
  request_id text not null
);
create index audit_events_by_organization on audit_events (organization_id, id);
