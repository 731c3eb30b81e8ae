-- Which invitations offer a role is asked when a role is changed or deleted, also by the foreign key.
create index invitation_roles_by_role on invitation_roles (role_id);
