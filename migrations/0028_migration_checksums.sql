-- What each migration was when it was applied, so that a file that was edited afterwards is noticed.
create table migration_checksums (
  name text primary key,
  sha256 bytea not null constraint migration_checksums_form check (octet_length(sha256) = 32)
);
comment on table migration_checksums is 'SHA-256 of each applied migration as the file was then.';
comment on column users.canonical_email is 'The address in the one form in which addresses are compared, once it is verified; else null.';
