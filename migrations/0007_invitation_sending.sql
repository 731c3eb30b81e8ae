-- How invitations are sent and who vouches for them.

-- An invitation is worth what its inviter could still grant, so an API key has to be found again.
alter table invitations add column inviter_api_key_id uuid references api_keys (id) on delete set null;

-- EXPIRED is stored when a new invitation to the same address takes the place of one that ran out.
alter table invitations drop constraint invitations_status;
alter table invitations add constraint invitations_status check (status in ('PENDING', 'ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED'));

-- One token for each mail that was tried: a token exists in the mail and nowhere else, so a second attempt needs a
-- second one, and the first may have arrived all the same. Sending anew ends all earlier ones, which still count
-- towards the limits of sending.
create table invitation_tokens (
  token_hash bytea primary key constraint invitation_tokens_hash_form check (octet_length(token_hash) = 32),
  invitation_id uuid not null,
  organization_id uuid not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
alter table invitations add constraint invitations_id_key unique (id, organization_id);
alter table invitation_tokens add constraint invitation_tokens_invitation
  foreign key (invitation_id, organization_id) references invitations (id, organization_id) on delete cascade;
create index invitation_tokens_by_invitation on invitation_tokens (invitation_id, created_at);
create index invitation_tokens_by_organization on invitation_tokens (organization_id, created_at);
insert into invitation_tokens (token_hash, invitation_id, organization_id, created_at)
  select token_hash, id, organization_id, created_at from invitations;
alter table invitations drop column token_hash;

-- Counts the times that sending was asked for; what an earlier round still reports is ignored.
alter table invitations add column round integer not null default 1;
