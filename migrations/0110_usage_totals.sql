-- Usage as it is read: totals by hour, day and month, of each organization alone and of whole
-- subtrees (docs/decisions/0016-usage.md). One row holds all metrics of an organization and a time,
-- as an array in which each recorded metric has its slot.

-- Adds a quantity to its slot of an array; the first slot is 1.
create function usage_put(amounts numeric[], slot smallint, quantity numeric) returns numeric[]
  language plpgsql immutable parallel safe
as $$
begin
  if quantity is not null then amounts[slot] := coalesce(amounts[slot], 0) + quantity; end if;
  return amounts;
end $$;

-- Collects rows with a slot each into one array.
create aggregate usage_array(smallint, numeric) (
  sfunc = usage_put, stype = numeric[], initcond = '{NULL}'
);

-- Adds an array to another, or subtracts it when `sign` is -1. A null is an amount that was never
-- there.
create function usage_add(amounts numeric[], others numeric[], sign integer default 1)
  returns numeric[]
  language plpgsql immutable parallel safe
as $$
begin
  amounts := coalesce(amounts, '{NULL}');
  for slot in 1 .. coalesce(cardinality(others), 0) loop
    if others[slot] is not null then
      amounts[slot] := coalesce(amounts[slot], 0) + sign * others[slot];
    end if;
  end loop;
  return amounts;
end $$;

create function usage_plus(amounts numeric[], others numeric[]) returns numeric[]
  language sql immutable parallel safe
  return usage_add(amounts, others);

create aggregate usage_sum(numeric[]) (
  sfunc = usage_plus, stype = numeric[], initcond = '{NULL}'
);

create type usage_grain as enum ('HOUR', 'DAY', 'MONTH');

create table usage_totals (
  -- There is no foreign key, whose check would be a third of the cost of a roll. Rows are added
  -- under the lock of the tree and removed by the trigger organizations_usage_gone.
  organization_id uuid not null,
  grain usage_grain not null,
  -- Start of the hour, day or month, in UTC.
  starts_at timestamptz not null,
  -- Arrays by slot: of the organization alone; and, where its subtree is rolled up, of it and
  -- everything below it that is not deleted.
  own numeric[] not null default '{NULL}',
  subtree numeric[] not null default '{NULL}',
  primary key (organization_id, grain, starts_at)
) with (fillfactor = 85);
comment on table usage_totals is
  'Days and months are kept for as long as the organization, hours for 43 days.';
create index usage_totals_old_hours on usage_totals (starts_at) where grain = 'HOUR';

-- From when on there are totals of hours. Reads ask for 42 days at most, so that clocks may differ.
create function usage_hours_from() returns timestamptz
  language sql stable
  return date_trunc('day', now(), 'UTC') - interval '43 days';

-- Who is metered: every organization that has usage of its own, and those whose subtree is rolled
-- up. A subtree is rolled up where more than four metered organizations are at or below its root;
-- the usage of other subtrees is that of their few members added up. The choice affects the cost
-- and never a sum.
create table usage_meters (
  organization_id uuid primary key references organizations (id) on delete cascade,
  -- The path of the organization.
  path text collate "C" not null,
  -- Whether there are totals of its subtree.
  rolled boolean not null default false,
  -- Whether the organizations above it have been looked at since it was added.
  counted boolean not null default false
);
create index usage_meters_by_path on usage_meters (path);
create index usage_meters_uncounted on usage_meters (organization_id) where not counted;

-- What is still to be added to the totals: for each statement that recorded something, a row per
-- hour and metric for the organization itself and for each one above whose subtree is rolled up. A
-- roll moves rows from here to the totals in one transaction, so every snapshot holds each event
-- once. There is no mark up to which events were rolled, because they commit in any order. Rows are
-- only ever added, so no two writers wait for each other, whatever organizations they have in
-- common.
create table usage_tail (
  organization_id uuid not null,
  hour timestamptz not null,
  slot smallint not null,
  own numeric,
  subtree numeric
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
create index usage_tail_of_organization on usage_tail (organization_id);

-- The organizations whose subtree totals include the usage of `start`: itself and those above it,
-- up to the first that was deleted for its own sake. What was deleted counts in its own totals and
-- in none above.
create function usage_chain(start uuid) returns setof uuid
  language plpgsql stable rows 10
as $$
begin
  return query
    with recursive up (id, parent_id, deleted) as (
      select o.id, o.parent_id, o.deleted_at is not null and coalesce(o.deleted_with, o.id) = o.id
      from organizations o
      where o.id = start
      union all
      select o.id, o.parent_id, o.deleted_at is not null and coalesce(o.deleted_with, o.id) = o.id
      from up
      join organizations o on o.id = up.parent_id
      where not up.deleted
    )
    select up.id from up;
end $$;

-- The organizations whose usage makes up that of an organization's subtree: the organization itself
-- with its subtree total (`whole`) where there is one, otherwise everyone metered at or below it
-- with their own totals. What is below an organization that was deleted for its own sake counts
-- there and no further up.
create function usage_members(organization uuid, organization_path text)
  returns table (id uuid, whole boolean)
  language sql stable rows 5
as $$
  select member.id, member.whole
  from (
    select
      o.id,
      o.deleted_at is null as alive,
      coalesce((select m.rolled from usage_meters m where m.organization_id = o.id), false)
        as rolled
    from organizations o
    where o.id = organization
    offset 0
  ) as x
  cross join lateral (
    select x.id, true as whole where x.rolled
    union all
    select o.id, false
    from usage_meters m
    join organizations o on o.id = m.organization_id
    where not x.rolled
      and m.path >= organization_path
      and m.path < subtree_end(organization_path)
      -- The chain is only asked where something was deleted, or is just being deleted: a cascade
      -- removes the rows in any order.
      and (x.alive and o.deleted_at is null or x.id in (select usage_chain(o.id)))
  ) as member
$$;

-- The path of an organization by parent_id: within a statement that moves several, the column is
-- not up to date.
create function usage_path(organization uuid) returns text
  language sql stable
as $$
  with recursive up (parent_id, path) as (
    select o.parent_id, path_label(o.ordinal)
    from organizations o
    where o.id = organization
    union all
    select o.parent_id, path_label(o.ordinal) || up.path
    from up
    join organizations o on o.id = up.parent_id
  )
  select up.path from up where up.parent_id is null
$$;

-- Adds recorded events to the tail.
create function usage_events_tail() returns trigger
  language plpgsql
as $$
begin
  -- In order, so that no two writers wait for each other in a circle.
  insert into usage_meters (organization_id, path)
  select o.id, o.path
  from (select distinct organization_id from added) as e
  join organizations o on o.id = e.organization_id
  where not exists (select from usage_meters m where m.organization_id = e.organization_id)
  order by o.id
  on conflict do nothing;

  insert into usage_tail (organization_id, hour, slot, own, subtree)
  select
    h.organization_id,
    e.hour,
    m.slot,
    sum(e.quantity) filter (where h.organization_id = e.organization_id),
    sum(e.quantity) filter (where h.rolled)
  from (
    select
      organization_id,
      date_trunc('hour', occurred_at, 'UTC') as hour,
      metric,
      sum(quantity) as quantity
    from added
    group by 1, 2, 3
  ) as e
  join usage_metrics m on m.key = e.metric
  cross join lateral (select * from organizations where id = e.organization_id offset 0) as o
  cross join lateral (
    select unnest(o.lineage) as id where o.deleted_at is null
    union all
    select usage_chain(o.id) where o.deleted_at is not null
  ) as above
  cross join lateral (
    select *
    from usage_meters
    where organization_id = above.id and (rolled or organization_id = e.organization_id)
    offset 0
  ) as h
  group by 1, 2, 3;
  return null;
end $$;

create trigger usage_events_tail
  after insert on usage_events
  referencing new table as added
  for each statement execute function usage_events_tail();

-- Moves rows of the tail into the totals. The caller holds the locks of the trees that their
-- organizations are in.
create function fold_usage(tail_rows tid[]) returns integer
  language sql
as $$
  with gone as materialized (
    delete from usage_tail t
    where t.ctid = any (tail_rows)
    returning t.organization_id, t.hour, t.slot, t.own, t.subtree
  ),
  hours as materialized (
    select organization_id, hour as starts_at, slot, sum(own) as own, sum(subtree) as subtree
    from gone
    group by 1, 2, 3
  ),
  days as materialized (
    select
      organization_id,
      date_trunc('day', starts_at, 'UTC') as starts_at,
      slot,
      sum(own) as own,
      sum(subtree) as subtree
    from hours
    group by 1, 2, 3
  ),
  months as (
    select
      organization_id,
      date_trunc('month', starts_at, 'UTC') as starts_at,
      slot,
      sum(own) as own,
      sum(subtree) as subtree
    from days
    group by 1, 2, 3
  ),
  added as (
    insert into usage_totals as t (organization_id, grain, starts_at, own, subtree)
    select
      organization_id, grain, starts_at, usage_array(slot, own), usage_array(slot, subtree)
    from (
      select 'HOUR'::usage_grain as grain, * from hours where starts_at >= usage_hours_from()
      union all
      select 'DAY', * from days
      union all
      select 'MONTH', * from months
    ) as parts
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (organization_id, grain, starts_at) do update set
      own = usage_add(t.own, excluded.own),
      subtree = usage_add(t.subtree, excluded.subtree)
  )
  select count(*)::integer from gone
$$;

-- Rolls at most `most` rows of the tail into the totals and returns how many it was. One roll runs
-- at a time: 0 also means that another one is under way. It holds the trees shared, so it comes
-- before or after a move and never in between.
create function roll_usage(most integer) returns integer
  language plpgsql
as $$
declare
  batch tid[];
  locks bigint[];
begin
  if not pg_try_advisory_xact_lock(4207849482000) then return 0; end if;
  batch := array(select ctid from usage_tail limit most);
  select array_agg(k order by k) into locks
  from (
    select distinct tree_lock_key(o.lineage[1]) as k
    from usage_tail t
    join organizations o on o.id = t.organization_id
    where t.ctid = any (batch)
  ) as trees;
  if locks is null then return 0; end if;
  perform pg_advisory_xact_lock_shared(k) from unnest(locks) as k;
  -- What was moved to another tree before the locks were held is left for the next roll.
  return fold_usage(array(
    select t.ctid
    from usage_tail t
    join organizations o on o.id = t.organization_id
    where t.ctid = any (batch) and tree_lock_key(o.lineage[1]) = any (locks)
  ));
end $$;

-- Rolls up the subtrees above at most `most` organizations that are new among the metered ones,
-- where these have become many; returns how many were looked at. It takes one tree at a time, which
-- it locks: a writer must know whose totals to add to. Other writers wait behind it, so it gives up
-- after a second; sums are right without it.
create function roll_up_subtrees(most integer) returns integer
  language plpgsql
  set lock_timeout = '1s'
as $$
declare
  tree uuid;
  fresh uuid[];
  busy uuid[];
begin
  select o.lineage[1] into tree
  from usage_meters m
  join organizations o on o.id = m.organization_id
  where not m.counted
  limit 1;
  if tree is null then return 0; end if;
  perform pg_advisory_xact_lock(tree_lock_key(tree));
  fresh := array(
    select m.organization_id
    from usage_meters m
    join organizations o on o.id = m.organization_id
    where not m.counted and o.lineage[1] = tree
    limit most
  );
  busy := array(
    select x.id
    from (
      select distinct unnest(o.lineage) as id
      from organizations o
      where o.id = any (fresh) and o.deleted_at is null
    ) as above
    join organizations x on x.id = above.id
    where not exists (select from usage_meters m where m.organization_id = x.id and m.rolled)
      and (
        select count(*)
        from (
          select
          from usage_meters m
          join organizations o on o.id = m.organization_id
          where m.path >= x.path and m.path < subtree_end(x.path) and o.deleted_at is null
          limit 5
        ) as members
      ) > 4
  );

  insert into usage_tail (organization_id, hour, slot, subtree)
  select x.id, t.hour, t.slot, sum(t.own)
  from organizations x
  cross join lateral usage_members(x.id, x.path) as member
  join usage_tail t on t.organization_id = member.id
  where x.id = any (busy) and t.own is not null
  group by 1, 2, 3;

  insert into usage_totals as t (organization_id, grain, starts_at, subtree)
  select x.id, s.grain, s.starts_at, usage_sum(s.own)
  from organizations x
  cross join lateral usage_members(x.id, x.path) as member
  join usage_totals s on s.organization_id = member.id
  where x.id = any (busy)
  group by 1, 2, 3
  order by 1, 2, 3
  on conflict (organization_id, grain, starts_at) do update set subtree = excluded.subtree;

  insert into usage_meters (organization_id, path, rolled, counted)
  select o.id, o.path, true, true
  from organizations o
  where o.id = any (busy)
  on conflict (organization_id) do update set rolled = true;
  update usage_meters set counted = true where organization_id = any (fresh);
  return cardinality(fresh);
end $$;

-- Subtracts the usage of an organization's subtree from the totals at and above `old_parent` and
-- adds it to those at and above `new_parent`; either may be null. Organizations above both keep
-- what they have.
create function usage_shift(organization uuid, old_parent uuid, new_parent uuid) returns void
  language plpgsql
as $$
declare
  members uuid[];
  whole boolean;
begin
  select array_agg(m.id), bool_and(m.whole) into members, whole
  from usage_members(organization, usage_path(organization)) as m;
  if members is null then return; end if;
  -- What is in their tail is in the tails above as well. A statement of its own, so that the next
  -- one sees it.
  perform fold_usage(array(select ctid from usage_tail where organization_id = any (members)));
  insert into usage_totals as t (organization_id, grain, starts_at, subtree)
  select chains.id, s.grain, s.starts_at, usage_add(null, s.amounts, chains.sign)
  from (
    select
      s.grain,
      s.starts_at,
      usage_sum(case when whole then s.subtree else s.own end) as amounts
    from usage_totals s
    where s.organization_id = any (members)
    group by 1, 2
  ) as s
  cross join (
    select
      coalesce(o.id, n.id) as id,
      case when o.id is null then 1 else -1 end as sign
    from usage_chain(old_parent) as o (id)
    full join usage_chain(new_parent) as n (id) on n.id = o.id
    where o.id is null or n.id is null
  ) as chains
  where exists (select from usage_meters m where m.organization_id = chains.id and m.rolled)
  order by 1, 2, 3
  on conflict (organization_id, grain, starts_at) do update set
    subtree = usage_add(t.subtree, excluded.subtree);
  -- There may be many metered organizations below the new parents now.
  update usage_meters set counted = false where organization_id = members[1];
end $$;

-- Moves, deletions and restorations carry the totals along, each in its own transaction. Their
-- locks keep the roll out. It works row by row and by parent_id, which in a statement of several
-- moves is already that of the rows before.
create function organizations_shift_usage() returns trigger
  language plpgsql
as $$
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
    if new.deleted_at is null then
      perform usage_shift(new.id, old.parent_id, new.parent_id);
    end if;
  -- What was deleted along with another organization counts there, and goes where that one goes.
  elsif old.deleted_at is null then
    if coalesce(new.deleted_with, new.id) = new.id then
      perform usage_shift(new.id, new.parent_id, null);
    end if;
  elsif new.deleted_at is null then
    if coalesce(old.deleted_with, old.id) = old.id then
      perform usage_shift(new.id, null, new.parent_id);
    end if;
  end if;

  if new.parent_id is distinct from old.parent_id then
    path_before := usage_path(old.id);
    path_after := coalesce(usage_path(new.parent_id), '') || path_label(new.ordinal);
    update usage_meters
    set path = path_after || substr(path, length(path_before) + 1)
    where path >= path_before and path < subtree_end(path_before);
  end if;
  return new;
end $$;

-- Triggers fire in the order of their names: this one comes after organizations_before_update,
-- which takes the locks and refuses bad moves.
create trigger organizations_usage
  before update on organizations
  for each row
  when (
    old.parent_id is distinct from new.parent_id or old.deleted_at is distinct from new.deleted_at
  )
  execute function organizations_shift_usage();

create trigger organizations_usage_gone
  before delete on organizations
  for each row execute function organizations_shift_usage();

-- Recomputes totals of organizations, the tail included, and returns those that differ; no row
-- means that all is well. The days of an organization alone must be what the kept events give;
-- months the sum of their days, and days that of their hours. A subtree that is rolled up must be
-- the organization's own usage and the subtrees of its children. When that holds for everyone, it
-- is the sum of all own usage below.
create function usage_differences(asked uuid[])
  returns table (
    organization_id uuid,
    what text,
    grain usage_grain,
    starts_at timestamptz,
    metric text,
    stored numeric,
    computed numeric
  )
  language sql stable
as $$
  with concerned as (
    select o.id, o.id as counts_for, true as is_own, true as whole
    from organizations o
    where o.id = any (asked)
    union all
    select member.id, o.parent_id, false, member.whole
    from organizations o
    join usage_meters above on above.organization_id = o.parent_id and above.rolled
    cross join lateral usage_members(o.id, o.path) as member
    where o.parent_id = any (asked)
      and not (o.deleted_at is not null and coalesce(o.deleted_with, o.id) = o.id)
  ),
  pieces as (
    select
      c.counts_for, c.is_own, c.whole, t.grain, t.starts_at, u.slot::smallint as slot, u.own,
      u.subtree
    from concerned c
    join usage_totals t on t.organization_id = c.id
    cross join unnest(t.own, t.subtree) with ordinality as u (own, subtree, slot)
    union all
    select
      c.counts_for, c.is_own, c.whole, g.grain, date_trunc(g.grain::text, t.hour, 'UTC'), t.slot,
      t.own, t.subtree
    from concerned c
    join usage_tail t on t.organization_id = c.id
    cross join unnest(enum_range(null::usage_grain)) as g (grain)
  ),
  totals as materialized (
    select
      counts_for as id, grain, starts_at, slot,
      coalesce(sum(own) filter (where is_own), 0) as own,
      coalesce(sum(subtree) filter (where is_own), 0) as subtree,
      coalesce(sum(case when whole then subtree else own end) filter (where not is_own), 0)
        as children
    from pieces
    where grain <> 'HOUR' or starts_at >= usage_hours_from()
    group by 1, 2, 3, 4
  ),
  recorded as (
    select
      e.organization_id as id,
      date_trunc('day', e.occurred_at, 'UTC') as starts_at,
      m.slot,
      sum(e.quantity) as own
    from usage_events e
    join usage_metrics m on m.key = e.metric
    where e.organization_id = any (asked)
      and e.occurred_at >= (select events_from from usage_retention)
    group by 1, 2, 3
  ),
  finer as (
    select
      id, 'DAY'::usage_grain as grain, date_trunc('day', starts_at, 'UTC') as starts_at, slot,
      sum(own) as own, sum(subtree) as subtree
    from totals
    where grain = 'HOUR'
    group by 1, 2, 3, 4
    union all
    select
      id, 'MONTH'::usage_grain, date_trunc('month', starts_at, 'UTC'), slot,
      sum(own), sum(subtree)
    from totals
    where grain = 'DAY'
    group by 1, 2, 3, 4
  ),
  compared as (
    select
      t.id, 'subtree' as what, t.grain, t.starts_at, t.slot, t.subtree as stored,
      case when m.rolled then t.own + t.children else 0 end as computed
    from totals t
    left join usage_meters m on m.organization_id = t.id
    union all
    select id, 'own', 'DAY', starts_at, slot, coalesce(t.own, 0), coalesce(r.own, 0)
    from (
      select * from totals
      where grain = 'DAY' and starts_at >= (select events_from from usage_retention)
    ) as t
    full join recorded r using (id, starts_at, slot)
    union all
    select
      id, what, grain, starts_at, slot,
      case what when 'own' then coalesce(t.own, 0) else coalesce(t.subtree, 0) end,
      case what when 'own' then coalesce(f.own, 0) else coalesce(f.subtree, 0) end
    from (
      select * from totals
      where grain = 'MONTH' or grain = 'DAY' and starts_at >= usage_hours_from()
    ) as t
    full join finer f using (id, grain, starts_at, slot)
    cross join (values ('own'), ('subtree')) as w (what)
  )
  select c.id, c.what, c.grain, c.starts_at, m.key, c.stored, c.computed
  from compared c
  left join usage_metrics m on m.slot = c.slot
  where c.stored <> c.computed
$$;
