-- Countries without states or postal codes: an address needs a first line, a city and a country. The
-- check that replaces the stricter one is validated in the next file, since that reads all rows.

alter table organization_profiles drop constraint organization_profiles_address;
alter table organization_profiles add constraint organization_profiles_address check (
  num_nulls(address_line1, address_city, address_country) in (0, 3)
  and (address_line1 is not null or num_nonnulls(address_line2, address_state, address_zip) = 0)
) not valid;
