-- The catalog of plans that organizations can be on, and the change that each organization asked for
-- last (docs/guide/provisioning.md).

create table plans (
  key text collate "C" primary key
    constraint plans_key_form check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  name text not null constraint plans_name_form check (length(name) between 1 and 100),
  description text
    constraint plans_description_form check (length(description) between 1 and 500),
  -- Calls at the same time.
  max_calls integer not null constraint plans_max_calls check (max_calls >= 0),
  -- The price as the billing provider names it.
  price_id text constraint plans_price_id_form check (length(price_id) between 1 and 255),
  position integer not null
);

-- What every organization is on at first. A price of its own is not needed: the setting that names
-- it is that of the step BILLING.
insert into plans (key, name, max_calls, position) values ('free', 'Free', 1, 1);

create table plan_changes (
  organization_id uuid primary key references organizations (id) on delete cascade,
  plan text collate "C" not null
    constraint plan_changes_plan references plans (key) on delete restrict,
  status text not null default 'PENDING'
    constraint plan_changes_status check (status in ('PENDING', 'DONE', 'FAILED')),
  -- Counts the changes of the organization: each is a request of its own to the provider.
  round integer not null default 1,
  attempts integer not null default 0,
  error text,
  requested_at timestamptz not null default now(),
  finished_at timestamptz
);
create index plan_changes_by_plan on plan_changes (plan);
