-- Rolls of usage side by side (docs/decisions/0038-rolls-side-by-side.md): one per group of trees
-- instead of one in the database.

-- The group of a tree, 0 to 7. Trees that share a lock share a group.
create function tree_group(root uuid) returns smallint
  language sql immutable parallel safe
  return (tree_lock_key(root) % 8)::smallint;

-- Which rolls take the row. It divides the work and decides nothing else, so rows that were there
-- before, and the few that roll_up_subtrees writes, may all be in the first group.
alter table usage_tail add column tree_group smallint not null default 0;

-- As in 0110, with the group.
create or replace function usage_events_tail() returns trigger
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

  insert into usage_tail (organization_id, hour, slot, own, subtree, tree_group)
  select
    h.organization_id,
    e.hour,
    m.slot,
    sum(e.quantity) filter (where h.organization_id = e.organization_id),
    sum(e.quantity) filter (where h.rolled),
    tree_group(o.lineage[1])
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
  group by 1, 2, 3, 6;
  return null;
end $$;

-- Rolls at most `most` rows of a group of trees into the totals and returns how many it was. One
-- roll of a group runs at a time: 0 also means that another one is under way. It holds the trees
-- shared, so it comes before or after a move and never in between. Two rolls never take the same
-- row, with or without the lock of the group, since each deletes what it adds.
create function roll_usage(most integer, chosen smallint) returns integer
  language plpgsql
as $$
declare
  batch tid[];
  locks bigint[];
begin
  if not pg_try_advisory_xact_lock(4207849482001 + chosen) then return 0; end if;
  batch := array(select ctid from usage_tail where tree_group = chosen limit most);
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

-- Rolls the first group that has rows and is free. For gateways of the version before, and where
-- nobody else rolls.
create or replace function roll_usage(most integer) returns integer
  language plpgsql
as $$
declare
  chosen smallint;
  rolled integer;
begin
  for chosen in select distinct tree_group from usage_tail order by 1 loop
    rolled := roll_usage(most, chosen);
    if rolled > 0 then return rolled; end if;
  end loop;
  return 0;
end $$;
