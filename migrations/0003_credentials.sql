-- Credentials and invitations: secrets are stored as SHA-256 only, of the whole token.

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
  revoked_at timestamptz
);
create index api_keys_by_organization on api_keys (organization_id, id);
create trigger api_keys_known_scopes before insert or update of scopes on api_keys
  for each row execute function refuse_unknown_scopes();

create table personal_access_tokens (
  id uuid primary key default uuidv7(),
  user_id uuid not null references users (id) on delete cascade,
  name text not null constraint personal_access_tokens_name_form check (length(name) between 1 and 100),
  secret_hash bytea not null constraint personal_access_tokens_hash_form check (octet_length(secret_hash) = 32),
  preview text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index personal_access_tokens_by_user on personal_access_tokens (user_id, id);

-- A person's token list is not paged, so it is bounded here.
create function personal_access_tokens_bound() returns trigger language plpgsql as $$
begin
  if (select count(*) from personal_access_tokens t where t.user_id = new.user_id) >= 100 then
    raise exception 'a person may have at most 100 tokens'
      using errcode = 'check_violation', constraint = 'personal_access_tokens_bound';
  end if;
  return new;
end $$;
create trigger personal_access_tokens_bound before insert on personal_access_tokens
  for each row execute function personal_access_tokens_bound();

-- Role lists are not paged either.
create function organization_roles_bound() returns trigger language plpgsql as $$
begin
  if (select count(*) from organization_roles r where r.organization_id = new.organization_id) >= 100 then
    raise exception 'an organization may define at most 100 roles'
      using errcode = 'check_violation', constraint = 'organization_roles_bound';
  end if;
  return new;
end $$;
create trigger organization_roles_bound before insert on organization_roles
  for each row execute function organization_roles_bound();

create table invitations (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organizations (id) on delete cascade,
  email text not null,
  canonical_email text collate "C" not null
    constraint invitations_email_form check (length(canonical_email) between 3 and 255 and canonical_email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$'),
  token_hash bytea not null constraint invitations_token_key unique
    constraint invitations_hash_form check (octet_length(token_hash) = 32),
  -- EXPIRED is not stored: it is PENDING behind its expiry.
  status text not null default 'PENDING'
    constraint invitations_status check (status in ('PENDING', 'ACCEPTED', 'DECLINED', 'REVOKED')),
  -- Who invited: a person or an API key, and the organization that they acted from.
  inviter_kind text not null constraint invitations_inviter_kind check (inviter_kind in ('API_KEY', 'PERSONAL_ACCESS_TOKEN', 'SESSION')),
  inviter_user_id uuid references users (id) on delete set null,
  inviter_api_key_name text,
  inviter_organization_id uuid not null references organizations (id) on delete cascade,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index invitations_by_organization on invitations (organization_id, id);
create index invitations_by_email on invitations (canonical_email, id);
create unique index invitations_one_pending on invitations (organization_id, canonical_email) where status = 'PENDING';

create function invitation_status(stored text, expires_at timestamptz) returns text
  language sql stable parallel safe
  return case when stored = 'PENDING' and expires_at <= now() then 'EXPIRED' else stored end;

create table invitation_roles (
  invitation_id uuid not null references invitations (id) on delete cascade,
  role_id uuid not null references roles (id) on delete restrict,
  primary key (invitation_id, role_id)
);

-- How sending the invitation's mail went; no row means that it waits to be sent.
create table invitation_deliveries (
  invitation_id uuid primary key references invitations (id) on delete cascade,
  status text not null constraint invitation_deliveries_status check (status in ('QUEUED', 'SENT', 'FAILED')),
  attempts integer not null default 0,
  last_error text,
  sent_at timestamptz
);
