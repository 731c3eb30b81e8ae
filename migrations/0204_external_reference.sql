-- What the partner's own systems call an organization, e.g. a customer number. The check is
-- validated in 0205, since that reads the whole table, and nobody else could meanwhile.
alter table organization_profiles add column external_reference text;
alter table organization_profiles add constraint organization_profiles_external_reference
  check (length(external_reference) between 1 and 100) not valid;
