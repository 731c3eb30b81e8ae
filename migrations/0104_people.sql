-- People, as the identity provider knows them.

create table users (
  id uuid primary key default uuidv7(),
  -- As the user wrote it.
  email text not null,
  -- An address identifies a user only once it is verified. A user who merely claims an address
  -- neither occupies it nor can be found by it.
  canonical_email text collate "C"
    constraint users_email_key unique
    constraint users_email_form check (
      length(canonical_email) between 3 and 255
      and canonical_email ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$'
    ),
  name text
    constraint users_name_form
      check (length(name) between 1 and 200 and name !~ '[\x01-\x1f\x7f]'),
  created_at timestamptz not null default now(),
  search_text text collate "C" not null
    generated always as (search_fold(email || e'\x1f' || coalesce(name, ''))) stored
);
comment on column users.canonical_email is
  'The address in the one form in which addresses are compared, once it is verified; else null.';
create index users_search on users using gin (search_grams(search_text)) with (fastupdate = off);

create table user_identities (
  issuer text not null,
  subject text not null
    constraint user_identities_subject_form check (length(subject) between 1 and 255),
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (issuer, subject),
  -- An address that the issuer later gives to another subject does not lead into the account of
  -- the first.
  constraint user_identities_one_subject unique (user_id, issuer)
);
