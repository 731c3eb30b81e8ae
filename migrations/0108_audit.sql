-- The audit log (docs/decisions/0012-audit.md). It can only be added to, and every event seals the
-- one before it.

-- What was done to an organization, and what was refused.
create table audit_events (
  id uuid primary key default uuidv7(),
  at timestamptz not null default now(),
  action text not null,
  -- Operators act at the command line without a credential.
  actor_kind text not null
    constraint audit_events_actor_kind
      check (actor_kind in ('API_KEY', 'PERSONAL_ACCESS_TOKEN', 'SESSION', 'OPERATOR')),
  actor_user_id uuid,
  actor_api_key_name text,
  -- The organization that the actor acted from (null for a user who acted in none, e.g. when they
  -- accepted an invitation), and the one acted on. There are no foreign keys, because the log
  -- outlives what it describes.
  acting_organization_id uuid,
  organization_id uuid not null,
  target_type text not null,
  target_id text not null,
  before jsonb,
  after jsonb,
  -- The code of the answer, if the attempt was refused.
  refusal text,
  request_id text not null,
  -- The tree, by its root; the event's number in it; SHA-256 over the event and its predecessor.
  chain_id uuid not null,
  sequence bigint not null,
  hash bytea not null,
  constraint audit_events_chain_key unique (chain_id, sequence)
);
create index audit_events_by_organization on audit_events (organization_id, id);

-- What users do about their own credentials without acting in any organization. Each user has a
-- chain of their own; everything else is as in audit_events.
create table account_events (
  id uuid primary key default uuidv7(),
  at timestamptz not null default now(),
  action text not null,
  actor_kind text not null
    constraint account_events_actor_kind
      check (actor_kind in ('PERSONAL_ACCESS_TOKEN', 'SESSION')),
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

-- The end of each chain. Its row lock is the last that a transaction takes, so that numbers have no
-- gaps.
create table audit_chains (
  id uuid primary key,
  sequence bigint not null default 0,
  hash bytea not null default ''
);

-- Nulls are left out, so that a column added later changes no seal. Times are printed in UTC
-- whatever the session says.
create function audit_hash(previous bytea, event anyelement) returns bytea
  language sql stable
  set timezone to 'UTC'
as $$
  select sha256(
    previous || convert_to(jsonb_strip_nulls(to_jsonb(event) - 'hash')::text, 'UTF8')
  )
$$;

-- Seals events. With the rights of the owner, since nothing else may move the end of a chain
-- (docs/decisions/0022-database-roles.md).
create function seal_audit_event() returns trigger
  language plpgsql security definer
  set search_path = public, pg_temp
as $$
declare
  last record;
begin
  if tg_table_name = 'account_events' then
    new.chain_id := new.actor_user_id;
  else
    new.chain_id := coalesce(
      (select o.lineage[1] from organizations o where o.id = new.organization_id),
      new.organization_id
    );
  end if;
  insert into audit_chains (id) values (new.chain_id) on conflict do nothing;
  select c.sequence, c.hash into last from audit_chains c where c.id = new.chain_id for update;
  new.sequence := last.sequence + 1;
  new.hash := audit_hash(last.hash, new);
  update audit_chains c
  set sequence = new.sequence, hash = new.hash
  where c.id = new.chain_id;
  return new;
end $$;
revoke execute on function seal_audit_event() from public;

create trigger audit_events_seal
  before insert on audit_events
  for each row execute function seal_audit_event();

create trigger account_events_seal
  before insert on account_events
  for each row execute function seal_audit_event();

create function refuse_change_of_audit() returns trigger
  language plpgsql
as $$
begin
  -- The end of a chain moves with its events, from the trigger above, and not otherwise.
  if tg_table_name = 'audit_chains' and tg_level = 'ROW' and pg_trigger_depth() > 1 then
    return new;
  end if;
  raise exception 'the audit log can only be added to' using errcode = 'insufficient_privilege';
end $$;

create trigger audit_events_append_only
  before update or delete or truncate on audit_events
  for each statement execute function refuse_change_of_audit();

create trigger account_events_append_only
  before update or delete or truncate on account_events
  for each statement execute function refuse_change_of_audit();

create trigger audit_chains_append_only
  before insert or update on audit_chains
  for each row execute function refuse_change_of_audit();

create trigger audit_chains_keep
  before delete or truncate on audit_chains
  for each statement execute function refuse_change_of_audit();

-- All events with their seals, to be verified.
create view audit_seals as
  select
    chain_id,
    sequence,
    hash,
    audit_hash(lag(hash, 1, ''::bytea) over chain, e) as expected,
    lag(sequence, 1, 0::bigint) over chain as previous
  from audit_events e
  window chain as (partition by chain_id order by sequence)
  union all
  select
    chain_id,
    sequence,
    hash,
    audit_hash(lag(hash, 1, ''::bytea) over chain, e),
    lag(sequence, 1, 0::bigint) over chain
  from account_events e
  window chain as (partition by chain_id order by sequence);

-- Events that do not follow from their predecessor, and chains that end before their last event.
create view audit_breaks as
  select chain_id, sequence
  from audit_seals
  where sequence <> previous + 1 or hash <> expected
  union all
  select c.id, c.sequence
  from audit_chains c
  where not exists (
    select from audit_seals s
    where s.chain_id = c.id and s.sequence = c.sequence and s.hash = c.hash
  );
