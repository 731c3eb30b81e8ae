-- Credentials: API keys of organizations and personal tokens of users. A secret is stored as
-- SHA-256 only, of the whole token.

create table api_keys (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organizations (id) on delete cascade,
  name text not null constraint api_keys_name_form check (length(name) between 1 and 100),
  secret_hash bytea not null constraint api_keys_hash_form check (octet_length(secret_hash) = 32),
  -- The first and last characters of the token, enough to tell keys apart.
  preview text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  -- Who created the key: another key, or a user. Both are null for a key that an operator created.
  issued_by_key_id uuid
    constraint api_keys_issued_by_key references api_keys (id) on delete set null,
  issued_by_user_id uuid
    constraint api_keys_issued_by_user references users (id) on delete set null,
  constraint api_keys_one_issuer check (num_nonnulls(issued_by_key_id, issued_by_user_id) <= 1)
);
create index api_keys_by_organization on api_keys (organization_id, id);
create index api_keys_by_issuing_key
  on api_keys (issued_by_key_id) where issued_by_key_id is not null;
create index api_keys_by_issuing_user
  on api_keys (issued_by_user_id) where issued_by_user_id is not null;

create trigger api_keys_known_scopes
  before insert or update of scopes on api_keys
  for each row execute function refuse_unknown_scopes();

create table personal_access_tokens (
  id uuid primary key default uuidv7(),
  user_id uuid not null references users (id) on delete cascade,
  name text not null
    constraint personal_access_tokens_name_form check (length(name) between 1 and 100),
  secret_hash bytea not null
    constraint personal_access_tokens_hash_form check (octet_length(secret_hash) = 32),
  preview text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index personal_access_tokens_by_user on personal_access_tokens (user_id, id);

-- The list of a user's tokens is not paged, so it is bounded here. Revoked and expired tokens do
-- not count.
create function personal_access_tokens_bound() returns trigger
  language plpgsql
as $$
begin
  if (
    select count(*)
    from personal_access_tokens t
    where t.user_id = new.user_id
      and t.revoked_at is null
      and (t.expires_at is null or t.expires_at > now())
  ) >= 100 then
    raise exception 'a person may have at most 100 tokens that work'
      using errcode = 'check_violation', constraint = 'personal_access_tokens_bound';
  end if;
  return new;
end $$;

create trigger personal_access_tokens_bound
  before insert on personal_access_tokens
  for each row execute function personal_access_tokens_bound();
