-- Events of the audit log are appended at once, and numbered and sealed by a worker soon after
-- (docs/decisions/0037-deferred-seals.md). This file brings what the next ones use.

-- Where an event was appended among all others. It is taken by the last write of a transaction, so
-- a change that waited for another one, or saw what it did, has the greater position. Numbers that
-- are lost with a transaction leave gaps, and no process keeps numbers in store.
create sequence audit_positions;

-- Goes on with a hash chain: the hash of the event before, or of the end of the chain for the first
-- one, together with the event.
create function audit_chain_next(state bytea, chain_end bytea, event bytea) returns bytea
  language sql immutable parallel safe
  return sha256(coalesce(state, chain_end) || event);

create aggregate audit_chain(bytea, bytea) (sfunc = audit_chain_next, stype = bytea);

-- Numbers and seals at most `most` events of each log and returns how many it was. Whatever a
-- statement sees includes what the visible events depend on, so positions order the events of one
-- run, and runs follow each other: no event has to wait for a transaction that is still open.
--
-- One run at a time: 0 also means that another one is under way. With the rights of the owner,
-- since nothing else may number events or move the end of a chain. The plan must not depend on how
-- many events wait.
--
-- The setting that lets events be sealed is set in the body: only a superuser may attach one that
-- the server does not know to a function, and the owner need not be one.
create function seal_audit_events(most integer) returns integer
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
revoke execute on function seal_audit_events(integer) from public;

-- Refuses a change of an event, except that an unsealed one is sealed.
create function refuse_change_of_event() returns trigger
  language plpgsql
as $$
declare
  sealed record := new;
begin
  if old.sequence is null then
    old.sequence := new.sequence;
    old.hash := new.hash;
    if old is not distinct from sealed then return new; end if;
  end if;
  raise exception 'the audit log can only be added to' using errcode = 'insufficient_privilege';
end $$;
