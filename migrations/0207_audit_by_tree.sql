-- The latest events of a tree, for the log of a subtree. On a large log, build it beforehand with
-- `create index concurrently`, because writers wait while it is built.
create index if not exists audit_events_by_tree on audit_events (chain_id, id);
