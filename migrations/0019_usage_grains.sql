-- Usage in three grains, one row for all metrics of an organization and an hour, a day or a month; raw events in
-- partitions that are dropped when they are old (docs/decisions/0016-usage.md).

-- Where a recorded metric stands in the arrays of the totals; derived metrics have no place of their own.
alter table usage_metrics add column slot smallint constraint usage_metrics_slot unique;
update usage_metrics m set slot = n.place
from (select key, row_number() over (order by position, key) as place from usage_metrics where parts = array[key] and divided_by = '{}') as n
where n.key = m.key;
alter table usage_metrics add constraint usage_metrics_slot_recorded
  check ((slot is not null) = (parts = array[key] and divided_by = '{}')),
  add constraint usage_metrics_slot_positive check (slot > 0);

-- Puts the amounts of rows with a slot each into one array, whose first slot is 1.
create function usage_put(amounts numeric[], slot smallint, quantity numeric) returns numeric[] language plpgsql immutable parallel safe as $$
begin
  if quantity is not null then amounts[slot] := coalesce(amounts[slot], 0) + quantity; end if;
  return amounts;
end $$;
create aggregate usage_array(smallint, numeric) (sfunc = usage_put, stype = numeric[], initcond = '{NULL}');

-- The amounts of two arrays added, or taken away with `sign` -1. A null is an amount that was never there.
create function usage_add(amounts numeric[], others numeric[], sign integer default 1) returns numeric[] language plpgsql immutable parallel safe as $$
begin
  amounts := coalesce(amounts, '{NULL}');
  for slot in 1 .. coalesce(cardinality(others), 0) loop
    if others[slot] is not null then amounts[slot] := coalesce(amounts[slot], 0) + sign * others[slot]; end if;
  end loop;
  return amounts;
end $$;
create function usage_plus(amounts numeric[], others numeric[]) returns numeric[] language sql immutable parallel safe return usage_add(amounts, others);
create aggregate usage_sum(numeric[]) (sfunc = usage_plus, stype = numeric[], initcond = '{NULL}');

create type usage_grain as enum ('HOUR', 'DAY', 'MONTH');

create table usage_totals (
  -- No foreign key, whose check would be a third of a roll. Rows are added under the lock of the tree and removed by the
  -- trigger organizations_usage_gone.
  organization_id uuid not null,
  grain usage_grain not null,
  -- Of the hour, day or month, in UTC.
  starts_at timestamptz not null,
  -- By slot: of the organization alone; and, where its subtree is rolled up, of it and everything below it that is not deleted.
  own numeric[] not null default '{NULL}',
  subtree numeric[] not null default '{NULL}',
  primary key (organization_id, grain, starts_at)
) with (fillfactor = 85);
comment on table usage_totals is 'Days and months are kept for as long as the organization, hours for 43 days.';
create index usage_totals_old_hours on usage_totals (starts_at) where grain = 'HOUR';

-- Hours from here on have totals. Reads ask for 42 days at most, so that clocks may differ.
create function usage_hours_from() returns timestamptz language sql stable return date_trunc('day', now(), 'UTC') - interval '43 days';

alter table usage_events rename to usage_events_before;
drop trigger usage_events_tail on usage_events_before;
drop index usage_events_window;

-- Events by month of what happened, so that old ones go by dropping a table. That an id is taken once in an
-- organization, whenever it happened, is the business of usage_event_keys.
create table usage_events (
  organization_id uuid not null references organizations (id) on delete cascade,
  id text collate "C" not null,
  metric text collate "C" not null references usage_metrics (key),
  quantity numeric(38, 9) not null constraint usage_events_quantity check (quantity >= 0),
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now()
) partition by range (occurred_at);
create index usage_events_of_organization on usage_events (organization_id, occurred_at);
-- What happened in an hour lies together, whoever did it.
create index usage_events_by_time on usage_events using brin (occurred_at) with (pages_per_range = 16, autosummarize = on);
-- What has no month of its own: metrics that may come very late, and months that no job has prepared.
create table usage_events_rest partition of usage_events default;

create table usage_event_keys (
  organization_id uuid not null references organizations (id) on delete cascade,
  id text collate "C" not null constraint usage_event_keys_form check (length(id) between 1 and 255),
  occurred_at timestamptz not null,
  primary key (organization_id, id)
);
create index usage_event_keys_by_time on usage_event_keys using brin (occurred_at) with (pages_per_range = 16, autosummarize = on);

-- Gives the months from `first` to `last` a partition each, but for those of which the rest holds something already.
create function prepare_usage_months(first timestamptz, last timestamptz) returns void language plpgsql as $$
declare
  month timestamptz;
  name text;
begin
  for month in select generate_series(date_trunc('month', first, 'UTC'), last, interval '1 month', 'UTC') loop
    name := to_char(month at time zone 'UTC', '"usage_events_"YYYY_MM');
    if to_regclass(name) is null
      and not exists (select from usage_events_rest where occurred_at >= month and occurred_at < date_add(month, interval '1 month', 'UTC')) then
      execute format('create table %I partition of usage_events for values from (%L) to (%L)', name, month, date_add(month, interval '1 month', 'UTC'));
    end if;
  end loop;
end $$;
do $$ begin perform prepare_usage_months(now() - interval '13 months', now() + interval '3 months'); end $$;

-- From when on events are there. It is moved first and obeyed by the next run, so that nobody reads what is just going.
create table usage_retention (
  events_from timestamptz not null default '1970-01-01Z',
  single boolean primary key default true constraint usage_retention_single check (single)
);
insert into usage_retention default values;

-- Drops the events before what was announced, which it returns, and announces `keep_from`.
create function retire_usage_events(keep_from timestamptz) returns timestamptz language plpgsql as $$
declare
  announced timestamptz;
  name text;
begin
  select events_from into announced from usage_retention for update;
  for name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'usage_events'::regclass and c.relname ~ '^usage_events_\d{4}_\d{2}$'
      and date_add((replace(right(c.relname, 7), '_', '-') || '-01T00:00:00Z')::timestamptz, interval '1 month', 'UTC') <= announced
  loop
    execute format('drop table %I', name);
  end loop;
  delete from usage_events_rest where occurred_at < announced;
  update usage_retention set events_from = greatest(announced, date_trunc('month', keep_from, 'UTC'));
  return announced;
end $$;

drop table usage_tail, usage_days;
drop function roll_usage(integer), usage_differences(uuid[]), usage_shift(uuid, uuid, integer), usage_events_tail();

-- Who is metered: every organization that has usage of its own, and those whose subtree is rolled up. That is done where
-- more than four metered ones are at or below an organization; the usage of other subtrees is that of their few members
-- added up. Which it is decides about cost and never about a sum.
create table usage_meters (
  organization_id uuid primary key references organizations (id) on delete cascade,
  -- That of the organization.
  path text collate "C" not null,
  -- Whether there are totals of its subtree.
  rolled boolean not null default false,
  -- Whether those above it have been looked at since it came here.
  counted boolean not null default false
);
create index usage_meters_by_path on usage_meters (path);
create index usage_meters_uncounted on usage_meters (organization_id) where not counted;

-- Whose usage makes up that of an organization's subtree: its own subtree total (`whole`) where there is one, otherwise
-- the own totals of everybody metered at or below it. What is below something that was deleted for its own sake counts
-- there and no further up.
create function usage_members(organization uuid, organization_path text) returns table (id uuid, whole boolean) language sql stable rows 5 as $$
  select member.id, member.whole
  from (
    select o.id, o.deleted_at is null as alive, coalesce((select m.rolled from usage_meters m where m.organization_id = o.id), false) as rolled
    from organizations o where o.id = organization offset 0
  ) as x
  cross join lateral (
    select x.id, true as whole where x.rolled
    union all
    select o.id, false
    from usage_meters m join organizations o on o.id = m.organization_id
    where not x.rolled and m.path >= organization_path and m.path < subtree_end(organization_path)
      -- The chain is asked where something was deleted, or just is being: a cascade takes the rows in any order.
      and (x.alive and o.deleted_at is null or x.id in (select usage_chain(o.id)))
  ) as member
$$;

-- The path of an organization by parent_id: within a statement that moves several, the column is behind.
create function usage_path(organization uuid) returns text language sql stable as $$
  with recursive up (parent_id, path) as (
    select o.parent_id, path_label(o.ordinal) from organizations o where o.id = organization
    union all
    select o.parent_id, path_label(o.ordinal) || up.path from up join organizations o on o.id = up.parent_id
  )
  select up.path from up where up.parent_id is null
$$;

-- What is to be added to the totals: for each statement that recorded something, a row for the organization it is of and
-- each one above whose subtree is rolled up, and hour and metric. A roll takes rows out of here and adds them there in
-- one transaction, so every snapshot holds each event once. There is no mark up to which events were rolled: they commit
-- in any order. Rows are only ever added, so no two that record wait for each other, whatever they are below.
create table usage_tail (
  organization_id uuid not null,
  hour timestamptz not null,
  slot smallint not null,
  own numeric,
  subtree numeric
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
create index usage_tail_of_organization on usage_tail (organization_id);

-- Adds recorded events to the tail.
create function usage_events_tail() returns trigger language plpgsql as $$
begin
  -- In order, so that no two wait for each other in a circle.
  insert into usage_meters (organization_id, path)
  select o.id, o.path
  from (select distinct organization_id from added) as e join organizations o on o.id = e.organization_id
  where not exists (select from usage_meters m where m.organization_id = e.organization_id)
  order by o.id on conflict do nothing;
  insert into usage_tail (organization_id, hour, slot, own, subtree)
  select h.organization_id, e.hour, m.slot, sum(e.quantity) filter (where h.organization_id = e.organization_id), sum(e.quantity) filter (where h.rolled)
  from (
    select organization_id, date_trunc('hour', occurred_at, 'UTC') as hour, metric, sum(quantity) as quantity from added group by 1, 2, 3
  ) as e
  join usage_metrics m on m.key = e.metric
  cross join lateral (select * from organizations where id = e.organization_id offset 0) as o
  cross join lateral (
    select unnest(o.lineage) as id where o.deleted_at is null
    union all
    select usage_chain(o.id) where o.deleted_at is not null
  ) as above
  cross join lateral (
    select * from usage_meters where organization_id = above.id and (rolled or organization_id = e.organization_id) offset 0
  ) as h
  group by 1, 2, 3;
  return null;
end $$;
create trigger usage_events_tail after insert on usage_events
  referencing new table as added for each statement execute function usage_events_tail();

-- Moves rows of the tail into the totals. The caller holds the trees that their organizations are in.
create function fold_usage(tail_rows tid[]) returns integer language sql as $$
  with gone as materialized (
    delete from usage_tail t where t.ctid = any (tail_rows) returning t.organization_id, t.hour, t.slot, t.own, t.subtree
  ),
  hours as materialized (
    select organization_id, hour as starts_at, slot, sum(own) as own, sum(subtree) as subtree from gone group by 1, 2, 3
  ),
  days as materialized (
    select organization_id, date_trunc('day', starts_at, 'UTC') as starts_at, slot, sum(own) as own, sum(subtree) as subtree from hours group by 1, 2, 3
  ),
  months as (
    select organization_id, date_trunc('month', starts_at, 'UTC') as starts_at, slot, sum(own) as own, sum(subtree) as subtree from days group by 1, 2, 3
  ),
  added as (
    insert into usage_totals as t (organization_id, grain, starts_at, own, subtree)
    select organization_id, grain, starts_at, usage_array(slot, own), usage_array(slot, subtree)
    from (
      select 'HOUR'::usage_grain as grain, * from hours where starts_at >= usage_hours_from()
      union all select 'DAY', * from days
      union all select 'MONTH', * from months
    ) as parts
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (organization_id, grain, starts_at) do update set
      own = usage_add(t.own, excluded.own), subtree = usage_add(t.subtree, excluded.subtree)
  )
  select count(*)::integer from gone
$$;

-- Rolls at most `most` rows of the tail into the totals and returns how many it was. One roll at a time: another one
-- that is under way makes it 0. It holds the trees shared, so it comes before or after a move and never in between.
create function roll_usage(most integer) returns integer language plpgsql as $$
declare
  batch tid[];
  locks bigint[];
begin
  if not pg_try_advisory_xact_lock(4207849482000) then return 0; end if;
  batch := array(select ctid from usage_tail limit most);
  select array_agg(k order by k) into locks from (
    select distinct tree_lock_key(o.lineage[1]) as k
    from usage_tail t join organizations o on o.id = t.organization_id where t.ctid = any (batch)
  ) as trees;
  if locks is null then return 0; end if;
  perform pg_advisory_xact_lock_shared(k) from unnest(locks) as k;
  -- What was moved to another tree before the locks were there is left for the next roll.
  return fold_usage(array(
    select t.ctid from usage_tail t join organizations o on o.id = t.organization_id
    where t.ctid = any (batch) and tree_lock_key(o.lineage[1]) = any (locks)
  ));
end $$;

-- Rolls up the subtrees above at most `most` organizations that are new among the metered ones, where they have become
-- many; returns how many were looked at. Of one tree at a time, which it locks: who records must know whom to add to.
-- Others that come to record wait behind it, so it gives up after a second; sums are right without it.
create function roll_up_subtrees(most integer) returns integer language plpgsql set lock_timeout = '1s' as $$
declare
  tree uuid;
  fresh uuid[];
  busy uuid[];
begin
  select o.lineage[1] into tree from usage_meters m join organizations o on o.id = m.organization_id where not m.counted limit 1;
  if tree is null then return 0; end if;
  perform pg_advisory_xact_lock(tree_lock_key(tree));
  fresh := array(
    select m.organization_id from usage_meters m join organizations o on o.id = m.organization_id
    where not m.counted and o.lineage[1] = tree limit most
  );
  busy := array(
    select x.id
    from (select distinct unnest(o.lineage) as id from organizations o where o.id = any (fresh) and o.deleted_at is null) as above
    join organizations x on x.id = above.id
    where not exists (select from usage_meters m where m.organization_id = x.id and m.rolled)
      and (
        select count(*) from (
          select from usage_meters m join organizations o on o.id = m.organization_id
          where m.path >= x.path and m.path < subtree_end(x.path) and o.deleted_at is null limit 5
        ) as members
      ) > 4
  );
  insert into usage_tail (organization_id, hour, slot, subtree)
  select x.id, t.hour, t.slot, sum(t.own)
  from organizations x cross join lateral usage_members(x.id, x.path) as member join usage_tail t on t.organization_id = member.id
  where x.id = any (busy) and t.own is not null group by 1, 2, 3;
  insert into usage_totals as t (organization_id, grain, starts_at, subtree)
  select x.id, s.grain, s.starts_at, usage_sum(s.own)
  from organizations x cross join lateral usage_members(x.id, x.path) as member join usage_totals s on s.organization_id = member.id
  where x.id = any (busy)
  group by 1, 2, 3 order by 1, 2, 3
  on conflict (organization_id, grain, starts_at) do update set subtree = excluded.subtree;
  insert into usage_meters (organization_id, path, rolled, counted)
  select o.id, o.path, true, true from organizations o where o.id = any (busy)
  on conflict (organization_id) do update set rolled = true;
  update usage_meters set counted = true where organization_id = any (fresh);
  return cardinality(fresh);
end $$;

-- Takes the usage of an organization's subtree from the totals above `old_parent` and adds it to those above
-- `new_parent`, the parents included; either may be null. Who is above both keeps what it has.
create function usage_shift(organization uuid, old_parent uuid, new_parent uuid) returns void language plpgsql as $$
declare
  members uuid[];
  whole boolean;
begin
  select array_agg(m.id), bool_and(m.whole) into members, whole from usage_members(organization, usage_path(organization)) as m;
  if members is null then return; end if;
  -- What is in their tail is in the tails above as well. A statement of its own, so that the next one sees it.
  perform fold_usage(array(select ctid from usage_tail where organization_id = any (members)));
  insert into usage_totals as t (organization_id, grain, starts_at, subtree)
  select chains.id, s.grain, s.starts_at, usage_add(null, s.amounts, chains.sign)
  from (
    select s.grain, s.starts_at, usage_sum(case when whole then s.subtree else s.own end) as amounts
    from usage_totals s where s.organization_id = any (members) group by 1, 2
  ) as s
  cross join (
    select coalesce(o.id, n.id) as id, case when o.id is null then 1 else -1 end as sign
    from usage_chain(old_parent) as o (id) full join usage_chain(new_parent) as n (id) on n.id = o.id
    where o.id is null or n.id is null
  ) as chains
  where exists (select from usage_meters m where m.organization_id = chains.id and m.rolled)
  order by 1, 2, 3
  on conflict (organization_id, grain, starts_at) do update set subtree = usage_add(t.subtree, excluded.subtree);
  -- There may be many below the new parents now.
  update usage_meters set counted = false where organization_id = members[1];
end $$;

-- Moves, deletions and restorations carry the totals along, each in its own transaction. Their locks keep the roll out.
-- Row by row and by parent_id, which in a statement of several moves is already that of the rows before.
create or replace function organizations_shift_usage() returns trigger language plpgsql as $$
declare
  path_before text;
  path_after text;
begin
  if tg_op = 'DELETE' then
    if old.deleted_at is null then perform usage_shift(old.id, old.parent_id, null); end if;
    delete from usage_tail where organization_id = old.id;
    delete from usage_totals where organization_id = old.id;
    return old;
  end if;
  if new.deleted_at is not distinct from old.deleted_at then
    if new.deleted_at is null then perform usage_shift(new.id, old.parent_id, new.parent_id); end if;
  -- What was deleted along with another organization counts there, and goes where that one goes.
  elsif old.deleted_at is null then
    if coalesce(new.deleted_with, new.id) = new.id then perform usage_shift(new.id, new.parent_id, null); end if;
  elsif new.deleted_at is null then
    if coalesce(old.deleted_with, old.id) = old.id then perform usage_shift(new.id, null, new.parent_id); end if;
  end if;
  if new.parent_id is distinct from old.parent_id then
    path_before := usage_path(old.id);
    path_after := coalesce(usage_path(new.parent_id), '') || path_label(new.ordinal);
    update usage_meters set path = path_after || substr(path, length(path_before) + 1)
    where path >= path_before and path < subtree_end(path_before);
  end if;
  return new;
end $$;

-- Recomputes totals of organizations, what is in the tail included, and gives those that differ; none means that all is
-- well. Own days must be what the events give that are kept; months the sum of their days, and days that of their hours;
-- and a subtree that is rolled up its organization's own usage and the subtrees of its children, which, when it holds for
-- everybody, makes it that of all own usage below.
create function usage_differences(asked uuid[])
  returns table (organization_id uuid, what text, grain usage_grain, starts_at timestamptz, metric text, stored numeric, computed numeric)
  language sql stable as $$
  with concerned as (
    select o.id, o.id as counts_for, true as is_own, true as whole from organizations o where o.id = any (asked)
    union all
    select member.id, o.parent_id, false, member.whole
    from organizations o join usage_meters above on above.organization_id = o.parent_id and above.rolled
    cross join lateral usage_members(o.id, o.path) as member
    where o.parent_id = any (asked) and not (o.deleted_at is not null and coalesce(o.deleted_with, o.id) = o.id)
  ),
  pieces as (
    select c.counts_for, c.is_own, c.whole, t.grain, t.starts_at, u.slot::smallint as slot, u.own, u.subtree
    from concerned c join usage_totals t on t.organization_id = c.id cross join unnest(t.own, t.subtree) with ordinality as u (own, subtree, slot)
    union all
    select c.counts_for, c.is_own, c.whole, g.grain, date_trunc(g.grain::text, t.hour, 'UTC'), t.slot, t.own, t.subtree
    from concerned c join usage_tail t on t.organization_id = c.id cross join unnest(enum_range(null::usage_grain)) as g (grain)
  ),
  totals as materialized (
    select counts_for as id, grain, starts_at, slot,
      coalesce(sum(own) filter (where is_own), 0) as own,
      coalesce(sum(subtree) filter (where is_own), 0) as subtree,
      coalesce(sum(case when whole then subtree else own end) filter (where not is_own), 0) as children
    from pieces where grain <> 'HOUR' or starts_at >= usage_hours_from() group by 1, 2, 3, 4
  ),
  recorded as (
    select e.organization_id as id, date_trunc('day', e.occurred_at, 'UTC') as starts_at, m.slot, sum(e.quantity) as own
    from usage_events e join usage_metrics m on m.key = e.metric
    where e.organization_id = any (asked) and e.occurred_at >= (select events_from from usage_retention) group by 1, 2, 3
  ),
  finer as (
    select id, 'DAY'::usage_grain as grain, date_trunc('day', starts_at, 'UTC') as starts_at, slot, sum(own) as own, sum(subtree) as subtree
    from totals where grain = 'HOUR' group by 1, 2, 3, 4
    union all
    select id, 'MONTH'::usage_grain, date_trunc('month', starts_at, 'UTC'), slot, sum(own), sum(subtree) from totals where grain = 'DAY' group by 1, 2, 3, 4
  ),
  compared as (
    select t.id, 'subtree' as what, t.grain, t.starts_at, t.slot, t.subtree as stored, case when m.rolled then t.own + t.children else 0 end as computed
    from totals t left join usage_meters m on m.organization_id = t.id
    union all
    select id, 'own', 'DAY', starts_at, slot, coalesce(t.own, 0), coalesce(r.own, 0)
    from (select * from totals where grain = 'DAY' and starts_at >= (select events_from from usage_retention)) as t
    full join recorded r using (id, starts_at, slot)
    union all
    select id, what, grain, starts_at, slot, case what when 'own' then coalesce(t.own, 0) else coalesce(t.subtree, 0) end,
      case what when 'own' then coalesce(f.own, 0) else coalesce(f.subtree, 0) end
    from (select * from totals where grain = 'MONTH' or grain = 'DAY' and starts_at >= usage_hours_from()) as t
    full join finer f using (id, grain, starts_at, slot) cross join (values ('own'), ('subtree')) as w (what)
  )
  select c.id, c.what, c.grain, c.starts_at, m.key, c.stored, c.computed
  from compared c left join usage_metrics m on m.slot = c.slot where c.stored <> c.computed
$$;

-- What was recorded before.
insert into usage_events (organization_id, id, metric, quantity, occurred_at, recorded_at)
select organization_id, id, metric, quantity, occurred_at, recorded_at from usage_events_before;
insert into usage_event_keys (organization_id, id, occurred_at) select organization_id, id, occurred_at from usage_events_before;
drop table usage_events_before;
do $$
begin
  while roll_up_subtrees(100000) > 0 loop end loop;
  while roll_usage(100000) > 0 loop end loop;
end $$;
