-- Proof that an organization owns its domain: a TXT record that only the owner of the domain can set.
create table domain_verifications (
  organization_id uuid primary key references organizations (id) on delete cascade,
  domain text collate "C" not null,
  -- What the record has to say; 128 random bits, another one for each domain that is set.
  token text not null,
  requested_at timestamptz not null default now(),
  next_check_at timestamptz not null default now(),
  checked_at timestamptz,
  verified_at timestamptz,
  -- Why the last check did not find the proof.
  problem text
);
create index domain_verifications_due on domain_verifications (next_check_at);
