-- Events of audit_events may wait for their seals. On a large log, add the column and build
-- the index beforehand, with `create index concurrently`: writers wait while all events are read for
-- it, although it stays small.
alter table audit_events
  add column if not exists position bigint,
  alter column sequence drop not null,
  alter column hash drop not null,
  add constraint audit_events_sealed check ((sequence is null) = (hash is null)) not valid;

create index if not exists audit_events_unsealed on audit_events (position) where sequence is null;

create trigger audit_events_seal_once
  before update on audit_events
  for each row execute function refuse_change_of_event();
