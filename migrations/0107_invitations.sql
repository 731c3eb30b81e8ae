-- Invitations, the mails that carry them (docs/decisions/0011-invitations.md) and what the limits
-- of sending count (docs/decisions/0021-sending-mail.md).

create table invitations (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organizations (id) on delete cascade,
  email text not null,
  canonical_email text collate "C" not null
    constraint invitations_email_form check (
      length(canonical_email) between 3 and 255
      and canonical_email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$'
    ),
  -- An invitation that expired stays PENDING; `invitation_status` shows it as EXPIRED. That is
  -- stored once a new invitation to the same address replaces it.
  status text not null default 'PENDING'
    constraint invitations_status
      check (status in ('PENDING', 'ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED')),
  -- Who invited: a user or an API key, and the organization that they acted from. An invitation is
  -- worth what its inviter could still grant, so both are kept by their id.
  inviter_kind text not null
    constraint invitations_inviter_kind
      check (inviter_kind in ('API_KEY', 'PERSONAL_ACCESS_TOKEN', 'SESSION')),
  inviter_user_id uuid references users (id) on delete set null,
  inviter_api_key_id uuid references api_keys (id) on delete set null,
  inviter_api_key_name text,
  inviter_organization_id uuid not null references organizations (id) on delete cascade,
  -- Counts how often sending was requested; what an earlier round still reports is ignored.
  round integer not null default 1,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint invitations_id_key unique (id, organization_id)
);
create index invitations_by_organization on invitations (organization_id, id);
create index invitations_by_email on invitations (canonical_email, id);
create unique index invitations_one_pending
  on invitations (organization_id, canonical_email) where status = 'PENDING';

create function invitation_status(stored text, expires_at timestamptz) returns text
  language sql stable parallel safe
  return case when stored = 'PENDING' and expires_at <= now() then 'EXPIRED' else stored end;

create table invitation_roles (
  invitation_id uuid not null references invitations (id) on delete cascade,
  role_id uuid not null references roles (id) on delete restrict,
  primary key (invitation_id, role_id)
);
-- Deleting a role looks for invitations that offer it.
create index invitation_roles_by_role on invitation_roles (role_id);

-- One token for each attempt to send. A token exists in its mail and nowhere else, so a second
-- attempt needs a second one, and the first may have arrived all the same. Sending again ends all
-- earlier tokens.
create table invitation_tokens (
  token_hash bytea primary key
    constraint invitation_tokens_hash_form check (octet_length(token_hash) = 32),
  invitation_id uuid not null,
  organization_id uuid not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint invitation_tokens_invitation
    foreign key (invitation_id, organization_id)
    references invitations (id, organization_id) on delete cascade
);
create index invitation_tokens_by_invitation on invitation_tokens (invitation_id, created_at);

-- How sending the invitation's mail went; no row means that it waits to be sent.
create table invitation_deliveries (
  invitation_id uuid primary key references invitations (id) on delete cascade,
  status text not null
    constraint invitation_deliveries_status check (status in ('QUEUED', 'SENT', 'FAILED')),
  attempts integer not null default 0,
  last_error text,
  sent_at timestamptz
);

-- One row for each mail that was requested, kept for 24 hours. A mail that is withheld counts
-- towards the limits of its sender and of its tree, but not towards the limit of its address.
create table invitation_mails (
  invitation_id uuid not null references invitations (id) on delete cascade,
  round integer not null,
  tree_id uuid not null,
  -- The user or the API key that requested it.
  sender_id uuid not null,
  canonical_email text collate "C" not null,
  withheld boolean not null,
  asked_at timestamptz not null default now(),
  primary key (invitation_id, round)
);
create index invitation_mails_by_tree on invitation_mails (tree_id, asked_at);
create index invitation_mails_by_sender on invitation_mails (sender_id, asked_at);
create index invitation_mails_by_address
  on invitation_mails (tree_id, canonical_email, asked_at) where not withheld;
create index invitation_mails_by_age on invitation_mails (asked_at);

-- The user who created an organization at the top of a tree of its own. An account whose address is
-- not verified creates one, and nobody sends invitations from it.
create table standalone_organizations (
  organization_id uuid primary key references organizations (id) on delete cascade,
  user_id uuid not null references users (id)
);
create index standalone_organizations_by_user on standalone_organizations (user_id);
