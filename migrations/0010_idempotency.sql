-- What a mutation answered to a key that its caller gave, so that a repeat has one effect (R-ID).
create table idempotency_keys (
  organization_id uuid not null references organizations (id) on delete cascade,
  -- The person or the API key, by its public id.
  actor text not null,
  operation text not null,
  key text not null constraint idempotency_keys_form check (length(key) between 1 and 255),
  -- SHA-256 of the input without the key: the same key with another input is a mistake of the caller.
  input_hash bytea not null,
  result jsonb not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, actor, operation, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
