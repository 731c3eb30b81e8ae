-- The same function as in 0230_audit_sealing, for databases that applied that file when it attached
-- a setting to the function, which took a superuser.
create or replace function seal_audit_events(most integer) returns integer
  language plpgsql security definer
  set search_path = public, pg_temp
  set timezone = 'UTC'
  set enable_seqscan = off
as $$
declare
  log text;
  sealed integer;
  total integer := 0;
begin
  if not pg_try_advisory_xact_lock(4207849481000) then return 0; end if;
  perform set_config('banyan.sealing', 'on', true);
  foreach log in array array['audit_events', 'account_events'] loop
    execute format(
      $statement$
      with waiting as materialized (
        select e.id, e.chain_id, e.position, to_jsonb(e) as event
        from %1$I e
        where e.sequence is null
        order by e.position
        limit %2$s
      ),
      numbered as (
        select
          w.id,
          w.chain_id,
          w.event,
          coalesce(c.sequence, 0) + row_number() over (
            partition by w.chain_id order by w.position
          ) as sequence,
          coalesce(c.hash, '') as chain_end
        from waiting w
        left join audit_chains c on c.id = w.chain_id
      ),
      sealed as materialized (
        -- The same text as in audit_hash.
        select
          id,
          chain_id,
          sequence,
          audit_chain(
            chain_end,
            convert_to(
              jsonb_strip_nulls(event || jsonb_build_object('sequence', sequence, 'hash', null))::text,
              'UTF8'
            )
          ) over (partition by chain_id order by sequence) as hash
        from numbered
      ),
      written as (
        update %1$I e
        set sequence = s.sequence, hash = s.hash
        from sealed s
        where e.id = s.id
      ),
      ends as (
        insert into audit_chains as c (id, sequence, hash)
        select distinct on (chain_id) chain_id, sequence, hash
        from sealed
        order by chain_id, sequence desc
        on conflict (id) do update set sequence = excluded.sequence, hash = excluded.hash
      )
      select count(*) from sealed
      $statement$,
      log, most
    ) into sealed;
    total := total + sealed;
  end loop;
  perform set_config('banyan.sealing', 'off', true);
  return total;
end $$;
