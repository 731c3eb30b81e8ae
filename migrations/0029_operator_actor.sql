-- Operators act at the command line without a credential; what they do there stands in the audit log as well.

alter table audit_events drop constraint audit_events_actor_kind;
alter table audit_events add constraint audit_events_actor_kind
  check (actor_kind in ('API_KEY', 'PERSONAL_ACCESS_TOKEN', 'SESSION', 'OPERATOR'));
