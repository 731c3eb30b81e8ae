-- Reads the table while others read and write it.
alter table organization_profiles validate constraint organization_profiles_external_reference;
