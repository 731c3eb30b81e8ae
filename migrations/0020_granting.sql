-- Who holds a role where, without reading all who hold it; and which key made a key.

-- Whether anybody outside one organization holds a role is asked with two probes of this index.
create index membership_roles_by_role_and_organization on membership_roles (role_id, organization_id);
drop index membership_roles_by_role;
-- Deleting a role looks for invitations that offer it.
create index invitation_roles_by_role on invitation_roles (role_id);

-- Who made a key: another key, or a person. Null for keys that are older than this, or made by the operator.
alter table api_keys add column issued_by_key_id uuid constraint api_keys_issued_by_key references api_keys (id) on delete set null;
alter table api_keys add column issued_by_user_id uuid constraint api_keys_issued_by_user references users (id) on delete set null;
alter table api_keys add constraint api_keys_one_issuer check (num_nonnulls(issued_by_key_id, issued_by_user_id) <= 1);
create index api_keys_by_issuing_key on api_keys (issued_by_key_id) where issued_by_key_id is not null;
create index api_keys_by_issuing_user on api_keys (issued_by_user_id) where issued_by_user_id is not null;
