-- The members of an organization in the order of their names (docs/decisions/0043-members-by-name.md).
-- Names belong to people and lists to organizations, so an index for such a list needs both in one row.

-- What a person is sorted by: their name in the form in which text is searched, or their address
-- if they have none. Cut, so that it always fits an index and a cursor; the id decides about the rest.
create function person_sort_name(name text, email text) returns text
  language sql immutable parallel safe
  return left(search_fold(coalesce(name, email)), 200) collate "C";

create table member_names (
  membership_id uuid primary key,
  organization_id uuid not null,
  sort_name text collate "C" not null,
  constraint member_names_membership
    foreign key (membership_id, organization_id)
    references memberships (id, organization_id) on delete cascade
);
create index member_names_by_name on member_names (organization_id, sort_name, membership_id);
comment on table member_names is 'What each membership is sorted by in lists by name.';

-- For which memberships of before this migration a worker has written the names: those with ids up
-- to this one. Lists look for the names of later ones among the people as well.
create table member_names_filled (
  only_row boolean primary key default true constraint member_names_filled_once check (only_row),
  up_to uuid not null
);
comment on table member_names_filled is
  'Up to which id memberships of before 0250 have their names; the last possible id once all do.';

-- Reads the names after the rows are written, so that whoever changes one meanwhile is told to wait
-- for this transaction (0251).
create function memberships_name_members() returns trigger
  language plpgsql
as $$
begin
  insert into member_names (membership_id, organization_id, sort_name)
  select m.id, m.organization_id, person_sort_name(u.name, u.email)
  from added m
  join users u on u.id = m.user_id
  on conflict do nothing;
  return null;
end $$;

create trigger memberships_name_members
  after insert on memberships
  referencing new table as added
  for each statement
  execute function memberships_name_members();
-- Also for rows that arrive as they stand elsewhere: without its name, a list would leave a member out.
alter table memberships enable always trigger memberships_name_members;

-- Nobody adds memberships since the trigger was created.
insert into member_names_filled (up_to)
select case
  when exists (select from memberships) then '00000000-0000-0000-0000-000000000000'::uuid
  else 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
end;
