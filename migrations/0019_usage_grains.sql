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

create type usage_grain as enum ('HOUR', 'DAY', 'MONTH');

create table usage_totals (
  -- No foreign key, whose check would be a third of a roll. Rows are added under the lock of the tree and removed by the
  -- trigger organizations_usage_gone.
  organization_id uuid not null,
  grain usage_grain not null,
  -- Of the hour, day or month, in UTC.
  starts_at timestamptz not null,
  -- By slot: of the organization alone, and of it and everything below it that is not deleted.
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

-- What is to be added to the totals: for each statement that recorded something, a row for each organization that it is
-- of or below, and hour and metric. A roll takes rows out of here and adds them there in one transaction, so every
-- snapshot holds each event once. There is no mark up to which events were rolled: they commit in any order. Rows are
-- only ever added, so no two that record wait for each other, whatever they are below.
create table usage_tail (
  organization_id uuid not null,
  hour timestamptz not null,
  slot smallint not null,
  own numeric,
  subtree numeric not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
create index usage_tail_of_organization on usage_tail (organization_id);

-- Adds recorded events to the tail, of the organization and of all whose subtree totals hold what it has.
create function usage_events_tail() returns trigger language plpgsql as $$
begin
  insert into usage_tail (organization_id, hour, slot, own, subtree)
  select c.above, e.hour, m.slot, sum(e.quantity) filter (where c.above = e.organization_id), sum(e.quantity)
  from (
    select organization_id, date_trunc('hour', occurred_at, 'UTC') as hour, metric, sum(quantity) as quantity from added group by 1, 2, 3
  ) as e
  join usage_metrics m on m.key = e.metric
  cross join lateral (select * from organizations where id = e.organization_id offset 0) as o
  cross join lateral (
    select unnest(o.lineage) as above where o.deleted_at is null
    union all
    select usage_chain(o.id) where o.deleted_at is not null
  ) as c
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

-- Takes the subtree totals of an organization from those of `old_parent` and its chain and adds them to those of
-- `new_parent` and its chain; either may be null. Who is in both chains keeps what it has.
create function usage_shift(organization uuid, old_parent uuid, new_parent uuid) returns void language plpgsql as $$
begin
  -- What is in its tail is in the tails above as well. A statement of its own, so that the next one sees it.
  perform fold_usage(array(select ctid from usage_tail where organization_id = organization));
  insert into usage_totals as t (organization_id, grain, starts_at, subtree)
  select chains.id, s.grain, s.starts_at, usage_add(null, s.subtree, chains.sign)
  from usage_totals s cross join (
    select coalesce(o.id, n.id) as id, case when o.id is null then 1 else -1 end as sign
    from usage_chain(old_parent) as o (id) full join usage_chain(new_parent) as n (id) on n.id = o.id
    where o.id is null or n.id is null
  ) as chains
  where s.organization_id = organization
  order by 1, 2, 3
  on conflict (organization_id, grain, starts_at) do update set subtree = usage_add(t.subtree, excluded.subtree);
end $$;

-- Moves, deletions and restorations carry the totals along, each in its own transaction. Their locks keep the roll out.
-- Row by row and by parent_id, which in a statement of several moves is already that of the rows before.
create or replace function organizations_shift_usage() returns trigger language plpgsql as $$
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
  return new;
end $$;

-- Recomputes totals of organizations, what is in the tail included, and gives those that differ; none means that all is
-- well. Own days must be what the events give that are kept; months the sum of their days, and days that of their hours;
-- and the subtree of an organization its own usage and the subtrees of its children, which, when it holds for everybody,
-- makes it that of all own usage below.
create function usage_differences(asked uuid[])
  returns table (organization_id uuid, what text, grain usage_grain, starts_at timestamptz, metric text, stored numeric, computed numeric)
  language sql stable as $$
  with concerned as (
    select o.id, o.id as counts_for, true as is_own from organizations o where o.id = any (asked)
    union all
    select o.id, o.parent_id, false from organizations o
    where o.parent_id = any (asked) and not (o.deleted_at is not null and coalesce(o.deleted_with, o.id) = o.id)
  ),
  pieces as (
    select c.counts_for, c.is_own, t.grain, t.starts_at, u.slot::smallint as slot, u.own, u.subtree
    from concerned c join usage_totals t on t.organization_id = c.id cross join unnest(t.own, t.subtree) with ordinality as u (own, subtree, slot)
    union all
    select c.counts_for, c.is_own, g.grain, date_trunc(g.grain::text, t.hour, 'UTC'), t.slot, t.own, t.subtree
    from concerned c join usage_tail t on t.organization_id = c.id cross join unnest(enum_range(null::usage_grain)) as g (grain)
  ),
  totals as materialized (
    select counts_for as id, grain, starts_at, slot,
      coalesce(sum(own) filter (where is_own), 0) as own,
      coalesce(sum(subtree) filter (where is_own), 0) as subtree,
      coalesce(sum(subtree) filter (where not is_own), 0) as children
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
    select id, 'subtree' as what, grain, starts_at, slot, subtree as stored, own + children as computed from totals
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
do $$ begin while roll_usage(100000) > 0 loop end loop; end $$;
