-- Usage rolled up by day: of each organization alone and of its whole subtree (docs/decisions/0016-usage.md).

create table usage_days (
  organization_id uuid not null references organizations (id) on delete cascade,
  day date not null,
  metric text collate "C" not null references usage_metrics (key),
  -- Of the organization alone, and of it and everything below it that is not deleted.
  own numeric not null default 0,
  subtree numeric not null default 0,
  primary key (organization_id, day, metric)
) with (fillfactor = 85);

-- Events that are not in the totals yet. A roll takes rows out of here and adds them there in one transaction, so every
-- snapshot holds each event once. There is no mark up to which events were rolled: they commit in any order.
create table usage_tail (
  id bigint generated always as identity primary key,
  organization_id uuid not null references organizations (id) on delete cascade,
  metric text collate "C" not null,
  quantity numeric(38, 9) not null,
  occurred_at timestamptz not null
);

create function usage_events_tail() returns trigger language plpgsql as $$
begin
  insert into usage_tail (organization_id, metric, quantity, occurred_at)
  select organization_id, metric, quantity, occurred_at from added;
  return null;
end $$;
create trigger usage_events_tail after insert on usage_events
  referencing new table as added for each statement execute function usage_events_tail();

-- The organizations whose subtree totals hold what `start` has: itself and those above it, as far as the first that was
-- deleted for its own sake. What was deleted counts in its own totals and in none above.
create function usage_chain(start uuid) returns setof uuid language plpgsql stable rows 10 as $$
begin
  return query
    with recursive up (id, parent_id, deleted) as (
      select o.id, o.parent_id, o.deleted_at is not null and coalesce(o.deleted_with, o.id) = o.id from organizations o where o.id = start
      union all
      select o.id, o.parent_id, o.deleted_at is not null and coalesce(o.deleted_with, o.id) = o.id
      from up join organizations o on o.id = up.parent_id where not up.deleted
    )
    select up.id from up;
end $$;

-- Adds the subtree totals of an organization to those of `above` and its chain; `sign` -1 takes them away.
create function usage_shift(organization uuid, above uuid, sign integer) returns void language sql as $$
  insert into usage_days as d (organization_id, day, metric, subtree)
  select chain.id, s.day, s.metric, sign * s.subtree
  from usage_days s cross join usage_chain(above) as chain (id)
  where s.organization_id = organization and s.subtree <> 0
  order by 1, 2, 3
  on conflict (organization_id, day, metric) do update set subtree = d.subtree + excluded.subtree
$$;

-- Moves, deletions and restorations carry the totals along, each in its own transaction. Their locks keep the roll out.
-- Row by row and by parent_id, which in a statement of several moves is already that of the rows before.
create function organizations_shift_usage() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.deleted_at is null then perform usage_shift(old.id, old.parent_id, -1); end if;
    return old;
  end if;
  if new.deleted_at is not distinct from old.deleted_at then
    if new.deleted_at is null then
      perform usage_shift(new.id, old.parent_id, -1);
      perform usage_shift(new.id, new.parent_id, 1);
    end if;
  elsif new.deleted_at is not null and old.deleted_at is null then
    if coalesce(new.deleted_with, new.id) = new.id then perform usage_shift(new.id, new.parent_id, -1); end if;
  elsif new.deleted_at is null and coalesce(old.deleted_with, old.id) = old.id then
    perform usage_shift(new.id, new.parent_id, 1);
  end if;
  return new;
end $$;
-- Named to come after the trigger that takes the locks and refuses bad moves.
create trigger organizations_usage before update on organizations for each row
  when (old.parent_id is distinct from new.parent_id or old.deleted_at is distinct from new.deleted_at)
  execute function organizations_shift_usage();
create trigger organizations_usage_gone before delete on organizations for each row execute function organizations_shift_usage();

-- Rolls at most `most` events of the tail into the totals and returns how many it was. One roll at a time: another one
-- that is under way makes it 0.
create function roll_usage(most integer) returns integer language plpgsql as $$
declare
  batch bigint[];
  locks bigint[];
  rolled integer;
begin
  if not pg_try_advisory_xact_lock(4207849482000) then return 0; end if;
  select array_agg(t.id) into batch from (select id from usage_tail order by id limit most) as t;
  if batch is null then return 0; end if;
  select array_agg(k order by k) into locks from (
    select distinct tree_lock_key(o.lineage[1]) as k
    from usage_tail t join organizations o on o.id = t.organization_id where t.id = any (batch)
  ) as trees;
  perform pg_advisory_xact_lock_shared(k) from unnest(locks) as k;
  -- A statement of its own: under the locks nothing is moved or deleted any more.
  with gone as (
    delete from usage_tail t using organizations o
    where t.id = any (batch) and o.id = t.organization_id and tree_lock_key(o.lineage[1]) = any (locks)
    returning t.organization_id, (t.occurred_at at time zone 'UTC')::date as day, t.metric, t.quantity
  ),
  own as materialized (
    select organization_id, day, metric, sum(quantity) as total, count(*) as events from gone group by 1, 2, 3
  ),
  chains as materialized (
    select o.organization_id, chain.id from (select distinct organization_id from own) as o cross join usage_chain(o.organization_id) as chain (id)
  ),
  totals as (
    insert into usage_days as d (organization_id, day, metric, own, subtree)
    select c.id, o.day, o.metric, coalesce(sum(o.total) filter (where c.id = o.organization_id), 0), sum(o.total)
    from own o join chains c on c.organization_id = o.organization_id
    group by c.id, o.day, o.metric
    order by 1, 2, 3
    on conflict (organization_id, day, metric) do update set own = d.own + excluded.own, subtree = d.subtree + excluded.subtree
  )
  select coalesce(sum(events), 0) into rolled from own;
  return rolled;
end $$;

-- Recomputes the totals of organizations from the events and gives the days that differ; none means that all is well.
-- The tail is left out on both sides.
create function usage_differences(organizations_asked uuid[]) returns table (organization_id uuid, day date, metric text, stored numeric, computed numeric)
  language sql stable as $$
  with asked as (select o.id, o.path from organizations o where o.id = any (organizations_asked)),
  computed as (
    select a.id, (e.occurred_at at time zone 'UTC')::date as day, e.metric, sum(e.quantity) as total
    from asked a
    join organizations s on s.path >= a.path and s.path < subtree_end(a.path)
      and a.id in (select usage_chain(s.id))
    join usage_events e on e.organization_id = s.id
    group by 1, 2, 3
  ),
  tail as (
    select a.id, (t.occurred_at at time zone 'UTC')::date as day, t.metric, sum(t.quantity) as total
    from asked a
    join organizations s on s.path >= a.path and s.path < subtree_end(a.path)
      and a.id in (select usage_chain(s.id))
    join usage_tail t on t.organization_id = s.id
    group by 1, 2, 3
  ),
  expected as (
    select c.id, c.day, c.metric, c.total - coalesce(t.total, 0) as total from computed c left join tail t using (id, day, metric)
  ),
  stored as (select d.organization_id as id, d.day, d.metric, d.subtree as total from usage_days d join asked a on a.id = d.organization_id)
  select coalesce(s.id, e.id), coalesce(s.day, e.day), coalesce(s.metric, e.metric), coalesce(s.total, 0), coalesce(e.total, 0)
  from stored s full join expected e on e.id = s.id and e.day = s.day and e.metric = s.metric
  where coalesce(s.total, 0) <> coalesce(e.total, 0)
$$;

-- What was recorded before.
insert into usage_tail (organization_id, metric, quantity, occurred_at) select organization_id, metric, quantity, occurred_at from usage_events;
do $$ begin while roll_usage(100000) > 0 loop end loop; end $$;
