-- People whose names changed, until a worker has changed what their memberships are sorted by
-- (docs/decisions/0043-members-by-name.md). Signing in writes one row, however many memberships
-- there are.
create table renamed_people (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  -- Transactions from this one on see the name. Null until a worker has seen the row; its work begins
  -- when those of before have ended, since they may add memberships with the name of before.
  from_transaction xid8,
  -- Memberships with ids up to this one are done.
  done_to uuid not null default '00000000-0000-0000-0000-000000000000'
);
comment on table renamed_people is
  'People whose memberships are not yet sorted by what they are called now.';

create function users_renamed() returns trigger
  language plpgsql
as $$
begin
  insert into renamed_people (user_id) values (new.id);
  return null;
end $$;

create trigger users_renamed
  after update of name, email on users
  for each row
  when (person_sort_name(old.name, old.email) <> person_sort_name(new.name, new.email))
  execute function users_renamed();
