-- Who created a tree of their own, and how many mails were asked for: what the limits of sending go by.

-- The person who created an organization at the top of a tree of its own. An account whose address is not verified
-- creates one, and nobody invites anybody in it.
create table standalone_organizations (
  organization_id uuid primary key references organizations (id) on delete cascade,
  user_id uuid not null references users (id)
);
create index standalone_organizations_by_user on standalone_organizations (user_id);
insert into standalone_organizations (organization_id, user_id)
  select o.id, u.id from audit_events e
  join organizations o on o.id = e.organization_id and o.parent_id is null
  join users u on u.id = e.actor_user_id
  where e.action = 'createOrganization' and e.refusal is null and e.target_type = 'Organization'
  on conflict do nothing;

-- One row for each mail that was asked for, kept for 24 hours. A mail that is withheld counts as asked for by its
-- sender and in its tree, but not towards the limit of its address.
create table invitation_mails (
  invitation_id uuid not null references invitations (id) on delete cascade,
  round integer not null,
  tree_id uuid not null,
  -- The person or the API key that asked.
  sender_id uuid not null,
  canonical_email text collate "C" not null,
  withheld boolean not null,
  asked_at timestamptz not null default now(),
  primary key (invitation_id, round)
);
create index invitation_mails_by_tree on invitation_mails (tree_id, asked_at);
create index invitation_mails_by_sender on invitation_mails (sender_id, asked_at);
create index invitation_mails_by_address on invitation_mails (tree_id, canonical_email, asked_at) where not withheld;
create index invitation_mails_by_age on invitation_mails (asked_at);
-- What was sent within the last 24 hours counts for the person or key that vouches for it now.
insert into invitation_mails (invitation_id, round, tree_id, sender_id, canonical_email, withheld, asked_at)
  select i.id, i.round, o.lineage[1], coalesce(i.inviter_user_id, i.inviter_api_key_id), i.canonical_email, false, max(t.created_at)
  from invitation_tokens t join invitations i on i.id = t.invitation_id join organizations o on o.id = i.organization_id
  where t.created_at > now() - interval '24 hours' and coalesce(i.inviter_user_id, i.inviter_api_key_id) is not null
  group by i.id, o.id;

-- The limit of an organization was counted here.
drop index invitation_tokens_by_organization;
