-- People and what they may do: the catalog of scopes, users, roles, memberships and invitations.

create table scopes (
  key text collate "C" primary key,
  description text not null,
  -- Every scope that holding this one also gives, all levels of implication written out.
  implies text[] not null default '{}',
  position integer not null
);
insert into scopes (key, description, implies, position) values
  ('organizations:manage', 'Change the organization''s own details and its accounts in other systems.', '{}', 1),
  ('child_organizations:manage', 'Act with every right on all organizations below this one, and create, move and delete them.', '{}', 2),
  ('members:read', 'See members, people and invitations.', '{}', 3),
  ('members:manage', 'Invite people, set their roles and remove them.', '{members:read}', 4),
  ('roles:manage', 'Define the organization''s own roles.', '{}', 5),
  ('api_keys:manage', 'See, create and revoke API keys.', '{}', 6),
  ('usage:read', 'Read usage.', '{}', 7),
  ('usage:write', 'Record usage.', '{}', 8),
  ('billing:manage', 'See and change plan, subscription and billing address.', '{}', 9),
  ('audit:read', 'Read the audit log.', '{}', 10);

-- The given scopes and all that they imply, sorted.
create function scopes_held(given text[]) returns text[]
  language sql stable parallel safe
  return array(
    select s.key from scopes s
    where s.key = any (given) or exists (select from scopes g where g.key = any (given) and s.key = any (g.implies))
    order by s.position
  );

create function refuse_unknown_scopes() returns trigger language plpgsql as $$
begin
  if not (new.scopes <@ array(select s.key from scopes s)) then
    raise exception 'unknown scope' using errcode = 'check_violation', constraint = 'scopes_known';
  end if;
  return new;
end $$;

create table users (
  id uuid primary key default uuidv7(),
  -- As the person wrote it, and the one form in which addresses are compared (R-EM-1).
  email text not null,
  canonical_email text collate "C" not null constraint users_email_key unique
    constraint users_email_form check (length(canonical_email) between 3 and 255 and canonical_email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$'),
  email_verified boolean not null default false,
  name text constraint users_name_form check (length(name) between 1 and 200 and name !~ '[\x01-\x1f\x7f]'),
  created_at timestamptz not null default now(),
  search_text text collate "C" not null generated always as (search_fold(email || e'\x1f' || coalesce(name, ''))) stored
);
create index users_search on users using gin (search_grams(search_text)) with (fastupdate = off);

create table roles (
  id uuid primary key default uuidv7(),
  key text collate "C" not null constraint roles_key_form check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  name text not null,
  description text,
  scopes text[] not null,
  built_in boolean not null default false,
  constraint roles_id_key unique (id, key)
);
create unique index roles_built_in_key on roles (key) where built_in;
create trigger roles_known_scopes before insert or update on roles for each row execute function refuse_unknown_scopes();

-- Which organization defined a role of its own. A built-in role has no row here, so no tenant is ever null.
create table organization_roles (
  role_id uuid primary key,
  key text collate "C" not null,
  organization_id uuid not null references organizations (id) on delete cascade,
  constraint organization_roles_role foreign key (role_id, key) references roles (id, key) on update cascade on delete cascade,
  constraint organization_roles_key unique (organization_id, key)
);

insert into roles (key, name, description, scopes, built_in) values
  ('admin', 'Admin', 'Every right in the organization.', array(select key from scopes order by position), true),
  ('viewer', 'Viewer', 'Reads everything, changes nothing.', '{members:read,usage:read,audit:read}', true),
  ('user', 'User', 'Uses the product; sees the organization''s basic details.', '{}', true),
  ('support', 'Support', 'Reads members, usage and the audit log to help others.', '{members:read,usage:read,audit:read}', true),
  ('cloud_rep', 'Cloud representative', 'Manages all organizations below and reads usage.', '{child_organizations:manage,usage:read}', true),
  ('restricted_user', 'Restricted user', 'Belongs to the organization without any right of its own.', '{}', true);

create table memberships (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint memberships_one_per_organization unique (organization_id, user_id)
);
create index memberships_by_organization on memberships (organization_id, id);
create index memberships_by_user on memberships (user_id, id);

create table membership_roles (
  membership_id uuid not null references memberships (id) on delete cascade,
  role_id uuid not null references roles (id) on delete restrict,
  primary key (membership_id, role_id)
);
create index membership_roles_by_role on membership_roles (role_id);

-- The scopes that a membership's roles give together.
create function membership_scopes(membership uuid) returns text[]
  language sql stable parallel safe
  return scopes_held(array(
    select unnest(r.scopes) from membership_roles mr join roles r on r.id = mr.role_id where mr.membership_id = membership
  ));
