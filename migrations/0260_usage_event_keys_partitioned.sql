-- Ids of usage events in partitions by organization, so that each of them is vacuumed by itself
-- (docs/decisions/0045-usage-ids-by-organization.md). The table takes the name usage_event_keys once
-- everything is in it, see 0261. The foreign key locks organizations against changes, for a moment.
create table usage_event_keys_partitioned (
  organization_id uuid not null references organizations (id) on delete cascade,
  id text collate "C" not null
    constraint usage_event_keys_form check (length(id) between 1 and 255),
  occurred_at timestamptz not null,
  primary key (organization_id, id)
) partition by hash (organization_id);
create index usage_event_keys_partitioned_by_time on usage_event_keys_partitioned
  using brin (occurred_at) with (pages_per_range = 16, autosummarize = on);

do $$ begin
  for n in 0..15 loop
    execute format(
      'create table %I partition of usage_event_keys_partitioned
        for values with (modulus 16, remainder %s)',
      'usage_event_keys_' || to_char(n, 'FM00'), n
    );
  end loop;
end $$;

-- An id is forgotten with its organization, or once its event is too old. The retention of versions
-- that know one table only deletes by ctid, which another row has in each partition.
create function usage_event_keys_keep() returns trigger
  language plpgsql
as $$
begin
  if old.occurred_at >= (select events_from from usage_retention)
    and exists (select from organizations where id = old.organization_id)
  then
    return null;
  end if;
  return old;
end $$;

create trigger usage_event_keys_keep
  before delete on usage_event_keys_partitioned
  for each row execute function usage_event_keys_keep();

-- How far the ids were copied, in the order of the primary key.
create table usage_event_keys_copied (
  organization uuid not null,
  id text collate "C" not null,
  single boolean primary key default true constraint usage_event_keys_copied_single check (single)
);
insert into usage_event_keys_copied values ('00000000-0000-0000-0000-000000000000', '');
