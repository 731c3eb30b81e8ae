-- From now on events are appended without waiting for each other: the ends of chains are only
-- locked while seal_audit_events runs. Beside gateways of the version before, whose workers do not
-- seal, events wait for the first worker of this one.

-- Gives an event its chain and its position. With the rights of the owner, as before.
create or replace function seal_audit_event() returns trigger
  language plpgsql security definer
  set search_path = public, pg_temp
as $$
begin
  if tg_table_name = 'account_events' then
    new.chain_id := new.actor_user_id;
  else
    new.chain_id := coalesce(
      (select o.lineage[1] from organizations o where o.id = new.organization_id),
      new.organization_id
    );
  end if;
  new.position := nextval('audit_positions');
  new.sequence := null;
  new.hash := null;
  return new;
end $$;

-- The setting stands for seal_audit_events. It lifts nothing from the role of the gateway, which
-- has no right to update, and what may be updated is seen to by refuse_change_of_event.
create or replace function refuse_change_of_audit() returns trigger
  language plpgsql
as $$
begin
  if tg_op in ('INSERT', 'UPDATE') and current_setting('banyan.sealing', true) = 'on' then
    return new;
  end if;
  raise exception 'the audit log can only be added to' using errcode = 'insufficient_privilege';
end $$;
