-- Usage as it is recorded: the catalog of metrics and the events (docs/decisions/0016-usage.md).

-- A metric's value over a window is the sum of its parts, divided by the sum of the parts in
-- `divided_by` where there are any. A recorded metric is its own only part; a derived one names
-- others.
create table usage_metrics (
  key text collate "C" primary key
    constraint usage_metrics_key_form check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  name text not null,
  unit text not null,
  kind text not null constraint usage_metrics_kind check (kind in ('SUM', 'AVERAGE')),
  description text,
  parts text[] not null check (cardinality(parts) > 0),
  divided_by text[] not null default '{}',
  position integer not null,
  late_days integer not null default 366
    constraint usage_metrics_late_days check (late_days between 1 and 3660),
  -- The index of a recorded metric in the arrays of the totals; a derived metric has none.
  slot smallint
    constraint usage_metrics_slot unique
    constraint usage_metrics_slot_positive check (slot > 0),
  constraint usage_metrics_average check ((kind = 'AVERAGE') = (cardinality(divided_by) > 0)),
  constraint usage_metrics_slot_recorded
    check ((slot is not null) = (parts = array[key] and divided_by = '{}'))
);
comment on column usage_metrics.late_days is
  'How many days after it happened an event may be recorded.';

insert into usage_metrics (position, slot, key, name, unit, description, kind, parts, divided_by)
values
  (1, 1, 'voice_minutes', 'Voice minutes', 'minute', 'Minutes of voice conversation.',
    'SUM', '{voice_minutes}', '{}'),
  (2, 2, 'chat_minutes', 'Chat minutes', 'minute', 'Minutes of chat conversation.',
    'SUM', '{chat_minutes}', '{}'),
  (3, 3, 'voice_calls', 'Voice calls', 'call', 'Voice conversations, inbound and outbound.',
    'SUM', '{voice_calls}', '{}'),
  (4, 4, 'chat_calls', 'Chat calls', 'call', 'Chat conversations.',
    'SUM', '{chat_calls}', '{}'),
  (5, 5, 'inbound_calls', 'Inbound calls', 'call',
    'Voice conversations that the other side began.',
    'SUM', '{inbound_calls}', '{}'),
  (6, 6, 'outbound_calls', 'Outbound calls', 'call',
    'Voice conversations that the organization began.',
    'SUM', '{outbound_calls}', '{}'),
  (7, 7, 'call_seconds', 'Call seconds', 'second', 'Seconds of voice conversation.',
    'SUM', '{call_seconds}', '{}'),
  (8, 8, 'workflow_runs', 'Workflow runs', 'run', 'Workflows started.',
    'SUM', '{workflow_runs}', '{}'),
  (9, 9, 'workflow_runs_succeeded', 'Workflow runs succeeded', 'run',
    'Workflows that ended well.',
    'SUM', '{workflow_runs_succeeded}', '{}'),
  (10, 10, 'workflow_runs_failed', 'Workflow runs failed', 'run',
    'Workflows that ended in an error.',
    'SUM', '{workflow_runs_failed}', '{}'),
  (11, null, 'total_calls', 'Total calls', 'call', 'Voice calls and chat calls together.',
    'SUM', '{voice_calls,chat_calls}', '{}'),
  (12, null, 'average_call_seconds', 'Average call duration', 'second',
    'Call seconds divided by voice calls; 0 without calls.',
    'AVERAGE', '{call_seconds}', '{voice_calls}');

-- Events in a partition for each month of what happened, so that old ones are removed by dropping
-- a table. That an id is used once in an organization, whatever the month, is ensured by
-- usage_event_keys. Databases older than this file have the 1 at the end of some names, so a new
-- one has it too.
create table usage_events (
  organization_id uuid
    constraint usage_events_organization_id_not_null1 not null
    constraint usage_events_organization_id_fkey1
      references organizations (id) on delete cascade,
  id text collate "C"
    constraint usage_events_id_not_null1 not null,
  metric text collate "C"
    constraint usage_events_metric_not_null1 not null
    constraint usage_events_metric_fkey1 references usage_metrics (key),
  quantity numeric(38, 9)
    constraint usage_events_quantity_not_null1 not null
    constraint usage_events_quantity check (quantity >= 0),
  occurred_at timestamptz
    constraint usage_events_occurred_at_not_null1 not null,
  recorded_at timestamptz default now()
    constraint usage_events_recorded_at_not_null1 not null
) partition by range (occurred_at);
create index usage_events_of_organization on usage_events (organization_id, occurred_at);
-- Events of one hour lie together, whichever organization they are of.
create index usage_events_by_time
  on usage_events using brin (occurred_at) with (pages_per_range = 16, autosummarize = on);

-- Events without a month of their own: those of metrics that may come very late, and those of
-- months that no job has prepared.
create table usage_events_rest partition of usage_events default;

create table usage_event_keys (
  organization_id uuid not null references organizations (id) on delete cascade,
  id text collate "C" not null
    constraint usage_event_keys_form check (length(id) between 1 and 255),
  occurred_at timestamptz not null,
  primary key (organization_id, id)
);
create index usage_event_keys_by_time
  on usage_event_keys using brin (occurred_at) with (pages_per_range = 16, autosummarize = on);

-- Creates a partition for each month from `first` to `last`, except for months of which
-- usage_events_rest has events already. With the rights of the owner, so it creates no more than a
-- daily job could ever need.
create function prepare_usage_months(first timestamptz, last timestamptz) returns void
  language plpgsql security definer
  set search_path = public, pg_temp
as $$
declare
  month timestamptz;
  name text;
begin
  if first < now() - interval '14 months' or last > now() + interval '4 months' then
    raise exception 'months of usage are prepared from 14 months ago to 4 months ahead'
      using errcode = 'invalid_parameter_value';
  end if;
  for month in
    select generate_series(date_trunc('month', first, 'UTC'), last, interval '1 month', 'UTC')
  loop
    name := to_char(month at time zone 'UTC', '"usage_events_"YYYY_MM');
    if to_regclass(name) is null
      and not exists (
        select from usage_events_rest
        where occurred_at >= month and occurred_at < date_add(month, interval '1 month', 'UTC')
      )
    then
      execute format(
        'create table %I partition of usage_events for values from (%L) to (%L)',
        name, month, date_add(month, interval '1 month', 'UTC')
      );
    end if;
  end loop;
end $$;
revoke execute on function prepare_usage_months(timestamptz, timestamptz) from public;

do $$ begin
  perform prepare_usage_months(now() - interval '13 months', now() + interval '3 months');
end $$;

-- From when on there are events. It is moved first and obeyed by the next run, so that nobody reads
-- events while they are dropped.
create table usage_retention (
  events_from timestamptz not null default '1970-01-01Z',
  single boolean primary key default true constraint usage_retention_single check (single)
);
insert into usage_retention default values;

-- Drops the events before the time that was announced, which it returns, and announces `keep_from`.
-- With the rights of the owner, so it drops nothing that may still be recorded or read.
create function retire_usage_events(keep_from timestamptz) returns timestamptz
  language plpgsql security definer
  set search_path = public, pg_temp
as $$
declare
  announced timestamptz;
  name text;
begin
  if keep_from > now() - interval '31 days' then
    raise exception 'events of usage are kept for 31 days at least'
      using errcode = 'invalid_parameter_value';
  end if;
  select events_from into announced from usage_retention for update;
  for name in
    select c.relname
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'usage_events'::regclass
      and c.relname ~ '^usage_events_\d{4}_\d{2}$'
      and date_add(
        (replace(right(c.relname, 7), '_', '-') || '-01T00:00:00Z')::timestamptz,
        interval '1 month', 'UTC'
      ) <= announced
  loop
    execute format('drop table %I', name);
  end loop;
  delete from usage_events_rest where occurred_at < announced;
  update usage_retention
  set events_from = greatest(announced, date_trunc('month', keep_from, 'UTC'));
  return announced;
end $$;
revoke execute on function retire_usage_events(timestamptz) from public;
