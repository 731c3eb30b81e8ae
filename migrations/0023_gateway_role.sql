-- A gateway connects as a role that owns nothing (docs/decisions/0022-database-roles.md; src/database/grants.ts says what
-- it may do). What has to be done with the rights of the owner stands in the functions below and nowhere else.

-- Seals events: only this moves the end of a chain.
alter function seal_audit_event() security definer set search_path = public, pg_temp;

-- Gives the months from `first` to `last` a partition each, but for those of which the rest holds something already.
-- With the rights of the owner, so it makes no more than a daily job could ever need.
create or replace function prepare_usage_months(first timestamptz, last timestamptz) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  month timestamptz;
  name text;
begin
  if first < now() - interval '14 months' or last > now() + interval '4 months' then
    raise exception 'months of usage are prepared from 14 months ago to 4 months ahead' using errcode = 'invalid_parameter_value';
  end if;
  for month in select generate_series(date_trunc('month', first, 'UTC'), last, interval '1 month', 'UTC') loop
    name := to_char(month at time zone 'UTC', '"usage_events_"YYYY_MM');
    if to_regclass(name) is null
      and not exists (select from usage_events_rest where occurred_at >= month and occurred_at < date_add(month, interval '1 month', 'UTC')) then
      execute format('create table %I partition of usage_events for values from (%L) to (%L)', name, month, date_add(month, interval '1 month', 'UTC'));
    end if;
  end loop;
end $$;

-- Drops the events before what was announced, which it returns, and announces `keep_from`. With the rights of the owner,
-- so it drops nothing that may be recorded or read still.
create or replace function retire_usage_events(keep_from timestamptz) returns timestamptz
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  announced timestamptz;
  name text;
begin
  if keep_from > now() - interval '31 days' then
    raise exception 'events of usage are kept for 31 days at least' using errcode = 'invalid_parameter_value';
  end if;
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

-- Nobody but whom the grants name.
revoke execute on function prepare_usage_months(timestamptz, timestamptz), retire_usage_events(timestamptz), seal_audit_event() from public;
