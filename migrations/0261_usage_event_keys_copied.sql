-- Whatever is recorded from now on has its id in both tables, so that only what was there before
-- remains to be copied.
create function usage_event_keys_copy() returns trigger
  language plpgsql security definer
  set search_path = public, pg_temp
as $$
begin
  insert into usage_event_keys_partitioned (organization_id, id, occurred_at)
  select organization_id, id, occurred_at from added order by organization_id, id
  on conflict do nothing;
  return null;
end $$;
revoke execute on function usage_event_keys_copy() from public;

create trigger usage_event_keys_copy
  after insert on usage_event_keys
  referencing new table as added
  for each statement execute function usage_event_keys_copy();

-- Copies the next `most` ids, and returns how many it was. With none left, the partitioned table
-- takes the name, and the next call drops the other one. 0 means that it is done, or that another
-- session is at it.
--
-- With the rights of the owner. Both tables have the same ids whenever they change their names, so
-- it does not matter when that is, nor to which version of the gateway. A caller sets lock_timeout:
-- the copy holds the organizations of its ids, shared, and a move could wait for some of them.
create function partition_usage_event_keys(most integer) returns integer
  language plpgsql security definer
  set search_path = public, pg_temp
as $$
declare
  last_organization uuid;
  last_id text;
  copied integer;
begin
  if not pg_try_advisory_xact_lock(4207849483000) then return 0; end if;
  if to_regclass('usage_event_keys_partitioned') is null then
    if to_regclass('usage_event_keys_before') is not null then
      drop table usage_event_keys_before;
    end if;
    return 0;
  end if;

  select organization, id into last_organization, last_id from usage_event_keys_copied;
  with batch as materialized (
    select organization_id, id, occurred_at
    from usage_event_keys
    where (organization_id, id) > (last_organization, last_id)
    order by organization_id, id
    limit most
  ),
  written as (
    insert into usage_event_keys_partitioned (organization_id, id, occurred_at)
    select organization_id, id, occurred_at from batch order by organization_id, id
    on conflict do nothing
  ),
  noted as (
    update usage_event_keys_copied c
    set organization = b.organization_id, id = b.id
    from (select organization_id, id from batch order by organization_id desc, id desc limit 1) as b
  )
  select count(*) into copied from batch;
  if copied > 0 then return copied; end if;

  lock table usage_event_keys in access exclusive mode;
  drop trigger usage_event_keys_copy on usage_event_keys;
  alter table usage_event_keys rename to usage_event_keys_before;
  alter table usage_event_keys_before
    rename constraint usage_event_keys_pkey to usage_event_keys_before_pkey;
  alter index usage_event_keys_by_time rename to usage_event_keys_before_by_time;
  alter table usage_event_keys_partitioned rename to usage_event_keys;
  alter table usage_event_keys
    rename constraint usage_event_keys_partitioned_pkey to usage_event_keys_pkey;
  alter index usage_event_keys_partitioned_by_time rename to usage_event_keys_by_time;
  drop table usage_event_keys_copied;
  return 1;
end $$;
revoke execute on function partition_usage_event_keys(integer) from public;
