-- The audit log as a trail that can be trusted: it can only be added to, and every event seals the one before it.

-- Null for a person that acted in no organization, e.g. when it accepted an invitation.
alter table audit_events alter column acting_organization_id drop not null;
-- The code of the answer, if the attempt was refused.
alter table audit_events add column refusal text;

-- What people do about their own credentials without acting in any organization. Like audit_events otherwise.
create table account_events (
  id uuid primary key default uuidv7(),
  at timestamptz not null default now(),
  action text not null,
  actor_kind text not null constraint account_events_actor_kind check (actor_kind in ('PERSONAL_ACCESS_TOKEN', 'SESSION')),
  actor_user_id uuid not null,
  target_type text not null,
  target_id text not null,
  before jsonb,
  after jsonb,
  refusal text,
  request_id text not null,
  chain_id uuid not null,
  sequence bigint not null,
  hash bytea not null,
  constraint account_events_chain_key unique (chain_id, sequence)
);

-- The tree (its root), or the person; the event's number there; SHA-256 over the event and its predecessor.
alter table audit_events add column chain_id uuid;
alter table audit_events add column sequence bigint;
alter table audit_events add column hash bytea;

-- The end of each chain. Its row lock is the last that a transaction takes, so that numbers have no gaps.
create table audit_chains (
  id uuid primary key,
  sequence bigint not null default 0,
  hash bytea not null default ''
);

-- Nulls are left out, so that a column added later changes no seal. Times are printed in UTC whatever the session says.
create function audit_hash(previous bytea, event anyelement) returns bytea
  language sql stable set timezone to 'UTC' as $$
  select sha256(previous || convert_to(jsonb_strip_nulls(to_jsonb(event) - 'hash')::text, 'UTF8'))
$$;

create function seal_audit_event() returns trigger language plpgsql as $$
declare
  last record;
begin
  if tg_table_name = 'account_events' then
    new.chain_id := new.actor_user_id;
  else
    new.chain_id := coalesce((select o.lineage[1] from organizations o where o.id = new.organization_id), new.organization_id);
  end if;
  insert into audit_chains (id) values (new.chain_id) on conflict do nothing;
  select c.sequence, c.hash into last from audit_chains c where c.id = new.chain_id for update;
  new.sequence := last.sequence + 1;
  new.hash := audit_hash(last.hash, new);
  update audit_chains c set sequence = new.sequence, hash = new.hash where c.id = new.chain_id;
  return new;
end $$;
create trigger audit_events_seal before insert on audit_events for each row execute function seal_audit_event();
create trigger account_events_seal before insert on account_events for each row execute function seal_audit_event();

-- Events from before this migration are sealed in the order of their ids.
create temporary table audit_events_before on commit drop as select * from audit_events;
delete from audit_events;
insert into audit_events
  (id, at, action, actor_kind, actor_user_id, actor_api_key_name, acting_organization_id, organization_id,
   target_type, target_id, before, after, request_id)
select id, at, action, actor_kind, actor_user_id, actor_api_key_name, acting_organization_id, organization_id,
   target_type, target_id, before, after, request_id
from audit_events_before order by id;
alter table audit_events alter column chain_id set not null;
alter table audit_events alter column sequence set not null;
alter table audit_events alter column hash set not null;
alter table audit_events add constraint audit_events_chain_key unique (chain_id, sequence);

create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  -- The end of a chain moves with its events, from the trigger above, and not otherwise.
  if tg_table_name = 'audit_chains' and tg_level = 'ROW' and pg_trigger_depth() > 1 then return new; end if;
  raise exception 'the audit log can only be added to' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_events_append_only before update or delete or truncate on audit_events
  for each statement execute function refuse_change_of_audit();
create trigger account_events_append_only before update or delete or truncate on account_events
  for each statement execute function refuse_change_of_audit();
create trigger audit_chains_append_only before insert or update on audit_chains
  for each row execute function refuse_change_of_audit();
create trigger audit_chains_keep before delete or truncate on audit_chains
  for each statement execute function refuse_change_of_audit();

-- All events with their seals, to be checked.
create view audit_seals as
  select chain_id, sequence, hash, audit_hash(lag(hash, 1, ''::bytea) over chain, e) as expected, lag(sequence, 1, 0::bigint) over chain as previous
  from audit_events e window chain as (partition by chain_id order by sequence)
  union all
  select chain_id, sequence, hash, audit_hash(lag(hash, 1, ''::bytea) over chain, e), lag(sequence, 1, 0::bigint) over chain
  from account_events e window chain as (partition by chain_id order by sequence);

-- Events that do not follow from their predecessor, and chains that end before their last event did.
create view audit_breaks as
  select chain_id, sequence from audit_seals where sequence <> previous + 1 or hash <> expected
  union all
  select c.id, c.sequence from audit_chains c
  where not exists (select from audit_seals s where s.chain_id = c.id and s.sequence = c.sequence and s.hash = c.hash);
