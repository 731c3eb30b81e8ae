-- Usage: the catalog of metrics and the metered events.

-- A metric's value over a window is the sum of its parts, divided by the sum of the parts in `divided_by` where there are any.
-- A recorded metric is its own only part; a derived one names others.
create table usage_metrics (
  key text collate "C" primary key constraint usage_metrics_key_form check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  name text not null,
  unit text not null,
  kind text not null constraint usage_metrics_kind check (kind in ('SUM', 'AVERAGE')),
  description text,
  parts text[] not null check (cardinality(parts) > 0),
  divided_by text[] not null default '{}',
  position integer not null,
  constraint usage_metrics_average check ((kind = 'AVERAGE') = (cardinality(divided_by) > 0))
);
insert into usage_metrics (key, name, unit, kind, description, parts, divided_by, position) values
  ('voice_minutes', 'Voice minutes', 'minute', 'SUM', 'Minutes of voice conversation.', '{voice_minutes}', '{}', 1),
  ('chat_minutes', 'Chat minutes', 'minute', 'SUM', 'Minutes of chat conversation.', '{chat_minutes}', '{}', 2),
  ('voice_calls', 'Voice calls', 'call', 'SUM', 'Voice conversations, inbound and outbound.', '{voice_calls}', '{}', 3),
  ('chat_calls', 'Chat calls', 'call', 'SUM', 'Chat conversations.', '{chat_calls}', '{}', 4),
  ('inbound_calls', 'Inbound calls', 'call', 'SUM', 'Voice conversations that the other side began.', '{inbound_calls}', '{}', 5),
  ('outbound_calls', 'Outbound calls', 'call', 'SUM', 'Voice conversations that the organization began.', '{outbound_calls}', '{}', 6),
  ('call_seconds', 'Call seconds', 'second', 'SUM', 'Seconds of voice conversation.', '{call_seconds}', '{}', 7),
  ('workflow_runs', 'Workflow runs', 'run', 'SUM', 'Workflows started.', '{workflow_runs}', '{}', 8),
  ('workflow_runs_succeeded', 'Workflow runs succeeded', 'run', 'SUM', 'Workflows that ended well.', '{workflow_runs_succeeded}', '{}', 9),
  ('workflow_runs_failed', 'Workflow runs failed', 'run', 'SUM', 'Workflows that ended in an error.', '{workflow_runs_failed}', '{}', 10),
  ('total_calls', 'Total calls', 'call', 'SUM', 'Voice calls and chat calls together.', '{voice_calls,chat_calls}', '{}', 11),
  ('average_call_seconds', 'Average call duration', 'second', 'AVERAGE', 'Call seconds divided by voice calls; 0 without calls.', '{call_seconds}', '{voice_calls}', 12);

create table usage_events (
  organization_id uuid not null references organizations (id) on delete cascade,
  id text collate "C" not null constraint usage_events_id_form check (length(id) between 1 and 255),
  metric text collate "C" not null references usage_metrics (key),
  quantity numeric(38, 9) not null constraint usage_events_quantity check (quantity >= 0),
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (organization_id, id)
);
-- The window of one organization, answered from the index alone.
create index usage_events_window on usage_events (organization_id, occurred_at) include (metric, quantity);
