-- An organization that has an admin keeps one. The application sees to it under a lock; this is the net below.

-- The organization stands beside the role, so that a removed role still tells where it was held.
alter table memberships add constraint memberships_id_key unique (id, organization_id);
alter table membership_roles add column organization_id uuid;
update membership_roles mr set organization_id = m.organization_id from memberships m where m.id = mr.membership_id;
alter table membership_roles alter column organization_id set not null;
alter table membership_roles drop constraint membership_roles_membership_id_fkey;
alter table membership_roles add constraint membership_roles_membership
  foreign key (membership_id, organization_id) references memberships (id, organization_id) on delete cascade;
create index membership_roles_by_organization on membership_roles (organization_id, role_id);

create function membership_roles_organization() returns trigger language plpgsql as $$
begin
  new.organization_id := (select m.organization_id from memberships m where m.id = new.membership_id);
  return new;
end $$;
create trigger membership_roles_organization before insert on membership_roles
  for each row when (new.organization_id is null) execute function membership_roles_organization();

create function organizations_keep_an_admin() returns trigger language plpgsql as $$
begin
  if not exists (select from roles r where r.id = old.role_id and r.built_in and r.key = 'admin') then return null; end if;
  -- The lock makes two transactions that each take an admin away count one after the other.
  perform from organizations o where o.id = old.organization_id and o.deleted_at is null for no key update;
  if found and not exists (
    select from membership_roles mr where mr.organization_id = old.organization_id and mr.role_id = old.role_id
  ) then
    raise exception 'an organization keeps its last admin' using errcode = 'check_violation', constraint = 'organizations_last_admin';
  end if;
  return null;
end $$;
create constraint trigger organizations_last_admin after delete or update on membership_roles
  deferrable initially deferred for each row execute function organizations_keep_an_admin();
