-- A domain is verified for one organization at most. Of several that have it verified, the first keeps it; the others
-- are checked again, and told that they cannot have it. A deleted organization holds none.
update organizations o set domain_setup_status = 'FAILED', updated_at = now(), version = version + 1
where o.domain_setup_status = 'VERIFIED' and o.deleted_at is null and exists (
  select from organizations other
  where other.domain = o.domain and other.domain_setup_status = 'VERIFIED' and other.deleted_at is null and other.ordinal < o.ordinal
);

create unique index organizations_verified_domain on organizations (domain)
  where domain_setup_status = 'VERIFIED' and deleted_at is null;
