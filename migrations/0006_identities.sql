-- People as the identity provider knows them. An address identifies a person only once it is verified.

-- Null before: whoever merely claims an address neither occupies it nor can be found by it.
alter table users alter column canonical_email drop not null;
update users set canonical_email = null where not email_verified;
alter table users drop column email_verified;
comment on column users.canonical_email is 'The address in the one form in which addresses are compared (R-EM-1), once it is verified; else null.';

create table user_identities (
  issuer text not null,
  subject text not null constraint user_identities_subject_form check (length(subject) between 1 and 255),
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (issuer, subject),
  -- An address that the issuer gives to another subject later does not lead into the account of the first.
  constraint user_identities_one_subject unique (user_id, issuer)
);

-- The bound of a person's tokens is on those that work: revoked and expired ones do not use it up.
create or replace function personal_access_tokens_bound() returns trigger language plpgsql as $$
begin
  if (
    select count(*) from personal_access_tokens t
    where t.user_id = new.user_id and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
  ) >= 100 then
    raise exception 'a person may have at most 100 tokens that work'
      using errcode = 'check_violation', constraint = 'personal_access_tokens_bound';
  end if;
  return new;
end $$;
