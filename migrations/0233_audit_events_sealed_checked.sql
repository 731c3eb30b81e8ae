-- Reads all events, while others are appended.
alter table audit_events validate constraint audit_events_sealed;
