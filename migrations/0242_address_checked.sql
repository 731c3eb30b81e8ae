-- Rows of before the change of the check are read while others go on writing.

alter table organization_profiles validate constraint organization_profiles_address;
