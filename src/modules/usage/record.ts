/** Records usage: batches of events, each with a separate outcome. */
import { sql } from 'kysely';
import { appendInSubtree, type CommandRequest } from '../../command/run.ts';
import { can, readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import type { Principal } from '../../authorization/principal.ts';
import type { Database } from '../../database/connect.ts';
import { many, together, type Columns } from '../../database/rows.ts';
import { badInput } from '../../errors.ts';
import type { UserError } from '../../command/user-error.ts';
import { parseId } from '../../values/ids.ts';

/** The maximum number of events per call. */
export const EVENTS_MAX = 1_000;
const ID_LENGTH_MAX = 255;
/** How far a meter's clock may be ahead. */
export const AHEAD_MAX_MS = 300_000;
const DAY_MS = 86_400_000;

/** An event in the input. */
export interface EventInput {
  id: string;
  /** The public id of the organization. */
  organizationId: string;
  metric: string;
  /** Digits in the format of `Decimal`. */
  quantity: string;
  occurredAt: Date;
}

export type Rejection =
  | 'ORGANIZATION_NOT_FOUND'
  | 'FORBIDDEN'
  | 'UNKNOWN_METRIC'
  | 'DERIVED_METRIC'
  | 'INVALID_ID'
  | 'INVALID_QUANTITY'
  | 'TOO_OLD'
  | 'IN_THE_FUTURE';

/** The outcome of one event. */
export interface EventOutcome {
  id: string;
  status: 'ACCEPTED' | 'DUPLICATE' | 'REJECTED';
  reason: Rejection | null;
}

interface Metric extends Columns<'usage_metrics', 'key' | 'late_days'> {
  recorded: boolean;
}

interface Lookups {
  lineages: ReadonlyMap<string, Lineage>;
  metrics: ReadonlyMap<string, Metric>;
}

/**
 * Records up to 1,000 events of organizations in the caller's subtree. An event is identified by
 * its id within its organization; sending the same id again changes nothing. Accepted events are
 * durable and counted in the next read. Only the tree is locked, and that shared, so no meter waits
 * for another.
 */
export function recordUsage(
  request: CommandRequest,
  events: readonly EventInput[],
): Promise<{ outcomes: EventOutcome[] } | UserError> {
  if (events.length === 0 || events.length > EVENTS_MAX)
    throw badInput('events', `must contain between 1 and ${EVENTS_MAX} events`);
  return appendInSubtree(request, async (tx, principal) => {
    const lookups = await lookUp(tx, principal, events);
    const rejections = events.map((event) => rejectionOf(event, lookups, principal, request.now));
    const good = events.filter((_, index) => rejections[index] === null);
    const accepted = await insertEvents(tx, good);
    const outcomes = events.map((event, index): EventOutcome => {
      const reason = rejections[index] ?? null;
      if (reason) return { id: event.id, status: 'REJECTED', reason };
      // If several events in a batch have the same id, the first one was accepted.
      return {
        id: event.id,
        status: accepted.delete(keyOf(event)) ? 'ACCEPTED' : 'DUPLICATE',
        reason: null,
      };
    });
    return { outcomes };
  });
}

const uuidOf = ({ organizationId }: EventInput): string | undefined => {
  const parsed = parseId(organizationId);
  return parsed?.type === 'Organization' ? parsed.uuid : undefined;
};

const keyOf = (event: EventInput): string => `${uuidOf(event) ?? ''} ${event.id}`;

/** Looks up the organizations of the events that the caller can see, and the metrics. */
async function lookUp(
  tx: Database,
  principal: Principal,
  events: readonly EventInput[],
): Promise<Lookups> {
  const ids = [...new Set(events.flatMap((event) => uuidOf(event) ?? []))];
  const keys = [...new Set(events.map((event) => event.metric))].filter((key) =>
    /^[a-z][a-z0-9_]{0,62}$/.test(key),
  );
  const { organizations, metrics } = await together<{
    organizations: { id: string; lineage: Lineage };
    metrics: Metric;
  }>(tx, {
    organizations: sql`
      select o.id, o.lineage from ${readableOrganizations(principal)} as o
      where o.id = any (${ids}::uuid[])`,
    metrics: sql`
      select m.key, m.parts = array[m.key] and m.divided_by = '{}' as recorded, m.late_days
      from usage_metrics m where m.key = any (${keys}::text[])`,
  });
  return {
    lineages: new Map(organizations.map((row) => [row.id, row.lineage])),
    metrics: new Map(metrics.map((row) => [row.key, row])),
  };
}

/**
 * Returns why an event is refused; null for a valid one. The organization is checked first, so that
 * the other reasons reveal nothing about organizations that the caller may not see.
 */
function rejectionOf(
  event: EventInput,
  { lineages, metrics }: Lookups,
  principal: Principal,
  now: Date,
): Rejection | null {
  const lineage = lineages.get(uuidOf(event) ?? '');
  if (!lineage) return 'ORGANIZATION_NOT_FOUND';
  if (!can(principal, 'usage:write', lineage)) return 'FORBIDDEN';
  const metric = metrics.get(event.metric);
  if (!metric) return 'UNKNOWN_METRIC';
  if (!metric.recorded) return 'DERIVED_METRIC';
  if (
    event.id.length === 0 ||
    event.id.length > ID_LENGTH_MAX ||
    /\p{Cc}/u.test(event.id) ||
    !event.id.isWellFormed()
  )
    return 'INVALID_ID';
  if (event.quantity.startsWith('-')) return 'INVALID_QUANTITY';
  const age = now.getTime() - event.occurredAt.getTime();
  if (age < -AHEAD_MAX_MS) return 'IN_THE_FUTURE';
  return age > metric.late_days * DAY_MS ? 'TOO_OLD' : null;
}

/**
 * Inserts the new events and returns their keys. The order is fixed, so that batches cannot
 * deadlock.
 */
async function insertEvents(tx: Database, events: readonly EventInput[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const rows = await many(
    tx,
    sql<{ organization_id: string; id: string }>`
      with given as materialized (
        select distinct on (organization_id, id collate "C") *
        from unnest(
          ${events.map((event) => uuidOf(event) ?? '')}::uuid[], ${events.map((event) => event.id)}::text[], ${events.map((event) => event.metric)}::text[],
          ${events.map((event) => event.quantity)}::numeric[], ${events.map((event) => event.occurredAt)}::timestamptz[]
        ) with ordinality as given (organization_id, id, metric, quantity, occurred_at, place)
        order by organization_id, id collate "C", place
      ),
      fresh as (
        insert into usage_event_keys (organization_id, id, occurred_at)
        select organization_id, id, occurred_at from given order by organization_id, id collate "C"
        on conflict (organization_id, id) do nothing
        returning organization_id, id
      )
      insert into usage_events (organization_id, id, metric, quantity, occurred_at)
      select g.organization_id, g.id, g.metric, g.quantity, g.occurred_at
      from given g join fresh on fresh.organization_id = g.organization_id and fresh.id = g.id
      returning organization_id, id`,
  );
  return new Set(rows.map((row) => `${row.organization_id} ${row.id}`));
}
