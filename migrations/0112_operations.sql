-- What the gateway itself keeps: answers to repeats, budgets, trusted documents, and checksums of
-- the migrations.

-- What a mutation answered for an idempotency key, so that a repeat has one effect
-- (docs/decisions/0025-repeats.md).
create table idempotency_keys (
  organization_id uuid not null references organizations (id) on delete cascade,
  -- The user or the API key, by its public id.
  actor text not null,
  operation text not null,
  key text not null constraint idempotency_keys_form check (length(key) between 1 and 255),
  -- SHA-256 of the input without the key: the same key with another input is the caller's mistake.
  input_hash bytea not null,
  result jsonb not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, actor, operation, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- Like idempotency_keys, for what a user does without acting in any organization.
create table account_idempotency_keys (
  user_id uuid not null references users (id) on delete cascade,
  operation text not null,
  key text not null
    constraint account_idempotency_keys_form check (length(key) between 1 and 255),
  input_hash bytea not null,
  result jsonb not null,
  created_at timestamptz not null default now(),
  primary key (user_id, operation, key)
);
create index account_idempotency_keys_by_age on account_idempotency_keys (created_at);

-- Counters of rate and cost budgets that several gateways share
-- (RATE_LIMITS=postgres; docs/decisions/0023-budgets.md). The columns are those of the library
-- rate-limiter-flexible. Unlogged, because a counter may be lost in a crash.
create unlogged table rate_budgets (
  -- The budget and what it is counted for, e.g. credentialRequests:ak:019a….
  key varchar(255) primary key,
  points integer not null default 0,
  -- End of the window, in milliseconds since 1970.
  expire bigint
) with (fillfactor = 50);
create index rate_budgets_expire on rate_budgets (expire);

-- Documents that clients registered, so that a request can name one by its hash instead of sending
-- it (docs/decisions/0024-trusted-documents.md).
create table trusted_documents (
  -- SHA-256 of the document.
  hash bytea not null,
  -- Whose document it is; several clients may register the same one.
  client text collate "C" not null
    constraint trusted_documents_client_form check (client ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  document text not null
    constraint trusted_documents_size check (octet_length(document) between 1 and 100000),
  added_at timestamptz not null default now(),
  primary key (hash, client),
  -- Whatever registers a document, no request is ever answered under a hash that is not its own.
  constraint trusted_documents_hash check (hash = sha256(convert_to(document, 'UTF8')))
);
create index trusted_documents_by_client on trusted_documents (client);

-- What each migration was when it was applied, so that a file that was edited afterwards is
-- noticed.
create table migration_checksums (
  name text primary key,
  sha256 bytea not null
    constraint migration_checksums_form check (octet_length(sha256) = 32)
);
comment on table migration_checksums is
  'SHA-256 of each applied migration as the file was then.';
