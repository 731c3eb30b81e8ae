-- What users may do: the catalog of scopes, roles, and memberships that hold roles
-- (docs/decisions/0002-rights.md, docs/decisions/0009-granting.md).

create table scopes (
  key text collate "C" primary key,
  description text not null,
  -- Every scope that this one also gives, with all levels of implication written out.
  implies text[] not null default '{}',
  position integer not null
);
insert into scopes (key, description, implies, position) values
  ('organizations:manage',
    'Change the organization''s own details and its accounts in other systems.', '{}', 1),
  ('child_organizations:manage',
    'Act with every right on all organizations below this one, and create, move and delete them.',
    '{}', 2),
  ('members:read', 'See members, people and invitations.', '{}', 3),
  ('members:manage', 'Invite people, set their roles and remove them.', '{members:read}', 4),
  ('roles:manage', 'Define the organization''s own roles.', '{}', 5),
  ('api_keys:manage', 'See, create and revoke API keys.', '{}', 6),
  ('usage:read', 'Read usage.', '{}', 7),
  ('usage:write', 'Record usage.', '{}', 8),
  ('billing:manage', 'See and change plan, subscription and billing address.', '{}', 9),
  ('audit:read', 'Read the audit log.', '{}', 10);

-- The given scopes and all that they imply, in the order of the catalog.
create function scopes_held(given text[]) returns text[]
  language sql stable parallel safe
  return array(
    select s.key
    from scopes s
    where s.key = any (given)
      or exists (select from scopes g where g.key = any (given) and s.key = any (g.implies))
    order by s.position
  );

create function refuse_unknown_scopes() returns trigger
  language plpgsql
as $$
begin
  if not (new.scopes <@ array(select s.key from scopes s)) then
    raise exception 'unknown scope' using errcode = 'check_violation', constraint = 'scopes_known';
  end if;
  return new;
end $$;

create table roles (
  id uuid primary key default uuidv7(),
  key text collate "C" not null
    constraint roles_key_form check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  name text not null,
  description text,
  scopes text[] not null,
  built_in boolean not null default false,
  constraint roles_id_key unique (id, key)
);
create unique index roles_built_in_key on roles (key) where built_in;

create trigger roles_known_scopes
  before insert or update on roles
  for each row execute function refuse_unknown_scopes();

insert into roles (key, name, description, scopes, built_in) values
  ('admin', 'Admin', 'Every right in the organization.',
    array(select key from scopes order by position), true),
  ('viewer', 'Viewer', 'Reads everything, changes nothing.',
    '{members:read,usage:read,audit:read}', true),
  ('user', 'User', 'Uses the product; sees the organization''s basic details.', '{}', true),
  ('support', 'Support', 'Reads members, usage and the audit log to help others.',
    '{members:read,usage:read,audit:read}', true),
  ('cloud_rep', 'Cloud representative', 'Manages all organizations below and reads usage.',
    '{child_organizations:manage,usage:read}', true),
  ('restricted_user', 'Restricted user',
    'Belongs to the organization without any right of its own.', '{}', true);

-- Which organization defined a role of its own. A built-in role has no row here, so that no column
-- that names a tenant is ever null.
create table organization_roles (
  role_id uuid primary key,
  key text collate "C" not null,
  organization_id uuid not null references organizations (id) on delete cascade,
  constraint organization_roles_role
    foreign key (role_id, key) references roles (id, key) on update cascade on delete cascade,
  constraint organization_roles_key unique (organization_id, key)
);

-- The list of an organization's roles is not paged, so it is bounded here.
create function organization_roles_bound() returns trigger
  language plpgsql
as $$
begin
  if (
    select count(*) from organization_roles r where r.organization_id = new.organization_id
  ) >= 100 then
    raise exception 'an organization may define at most 100 roles'
      using errcode = 'check_violation', constraint = 'organization_roles_bound';
  end if;
  return new;
end $$;

create trigger organization_roles_bound
  before insert on organization_roles
  for each row execute function organization_roles_bound();

create table memberships (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint memberships_one_per_organization unique (organization_id, user_id),
  constraint memberships_id_key unique (id, organization_id)
);
create index memberships_by_organization on memberships (organization_id, id);
create index memberships_by_user on memberships (user_id, id);

create table membership_roles (
  membership_id uuid not null,
  role_id uuid not null references roles (id) on delete restrict,
  -- Set by the trigger below when absent. It is kept beside the role so that a removed row still
  -- shows in which organization the role was held.
  organization_id uuid not null,
  primary key (membership_id, role_id),
  constraint membership_roles_membership
    foreign key (membership_id, organization_id)
    references memberships (id, organization_id) on delete cascade
);
create index membership_roles_by_organization on membership_roles (organization_id, role_id);
-- Whether anybody outside one organization holds a role takes two probes of this index.
create index membership_roles_by_role_and_organization
  on membership_roles (role_id, organization_id);

create function membership_roles_organization() returns trigger
  language plpgsql
as $$
begin
  new.organization_id := (
    select m.organization_id from memberships m where m.id = new.membership_id
  );
  return new;
end $$;

create trigger membership_roles_organization
  before insert on membership_roles
  for each row
  when (new.organization_id is null)
  execute function membership_roles_organization();

-- The scopes that a membership's roles give together.
create function membership_scopes(membership uuid) returns text[]
  language sql stable parallel safe
  return scopes_held(array(
    select unnest(r.scopes)
    from membership_roles mr
    join roles r on r.id = mr.role_id
    where mr.membership_id = membership
  ));

-- An organization that has an admin keeps one. The application ensures it under a lock; this is the
-- last net.
create function organizations_keep_an_admin() returns trigger
  language plpgsql
as $$
begin
  if not exists (
    select from roles r where r.id = old.role_id and r.built_in and r.key = 'admin'
  ) then return null; end if;
  -- The lock makes two transactions that each take an admin away count one after the other.
  perform from organizations o
  where o.id = old.organization_id and o.deleted_at is null
  for no key update;
  if found and not exists (
    select from membership_roles mr
    where mr.organization_id = old.organization_id and mr.role_id = old.role_id
  ) then
    raise exception 'an organization keeps its last admin'
      using errcode = 'check_violation', constraint = 'organizations_last_admin';
  end if;
  return null;
end $$;

create constraint trigger organizations_last_admin
  after delete or update on membership_roles
  deferrable initially deferred
  for each row execute function organizations_keep_an_admin();
