-- The events of one actor, and those of one target, in an organization's log. On a large log, build
-- both beforehand with `create index concurrently`, because writers wait while they are built.
create index if not exists audit_events_by_actor
  on audit_events (organization_id, actor_user_id, id) where actor_user_id is not null;
create index if not exists audit_events_by_target on audit_events (organization_id, target_id, id);
