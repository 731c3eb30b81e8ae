-- Events of account_events may wait for their seals.
alter table account_events
  add column if not exists position bigint,
  alter column sequence drop not null,
  alter column hash drop not null,
  add constraint account_events_sealed check ((sequence is null) = (hash is null)) not valid;

create index if not exists account_events_unsealed on account_events (position) where sequence is null;

create trigger account_events_seal_once
  before update on account_events
  for each row execute function refuse_change_of_event();
