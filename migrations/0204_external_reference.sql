-- What the partner's own systems call an organization, e.g. a customer number.
alter table organization_profiles add column external_reference text
  constraint organization_profiles_external_reference
    check (length(external_reference) between 1 and 100);
