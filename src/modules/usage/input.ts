/** Arguments of usage: the metrics that are asked for, and windows that can no longer be told exactly. */
import type { Loaders } from '../../database/loaders.ts';
import { badInput } from '../../errors.ts';
import { metricCatalog } from './metric-queries.ts';
import { eventsFrom, type CheckedColumns } from './queries.ts';
import { EVENT_DAYS_MIN } from './retention.ts';
import { requireMetricKeys, columnsOf, type Layout, type Window } from './window.ts';

/** The maximum number of metrics that one field is asked for. */
export const METRIC_KEYS_MAX = 100;

async function catalogKeys(loaders: Loaders): Promise<ReadonlySet<string>> {
  return new Set((await loaders.load(metricCatalog, null, 'all')).map((metric) => metric.key));
}

/** The metrics that `keys` ask for; null for all. Refuses a key that is not in the catalog. */
export async function wantedKeys(
  keys: readonly string[] | null | undefined,
  loaders: Loaders,
): Promise<ReadonlySet<string> | null> {
  if (keys == null) return null;
  requireKeyCount(keys);
  requireMetricKeys(keys, await catalogKeys(loaders), 'keys');
  return new Set(keys);
}

/** Events are kept at least for so long, whatever is configured. */
const KEPT_AT_LEAST_MS = EVENT_DAYS_MIN * 86_400_000;

function oldEdges({ edges }: Layout, now: Date): readonly Window[] {
  return edges.filter((edge) => now.getTime() - edge.from.getTime() > KEPT_AT_LEAST_MS);
}

/** The columns of a layout, and from when on it needs events that may be gone; null if it needs none. */
export function checkedColumns(layout: Layout, now: Date): CheckedColumns {
  return { ...columnsOf(layout), needsEventsFrom: oldEdges(layout, now)[0]?.from ?? null };
}

/** The number of metrics that a field is asked for is bounded. */
export function requireKeyCount(keys: readonly string[]): void {
  if (keys.length === 0 || keys.length > METRIC_KEYS_MAX)
    throw badInput('keys', `must name between 1 and ${METRIC_KEYS_MAX} metrics`);
}

/**
 * Returns the end of a window that cannot be told exactly any more, since its events are gone; null
 * if there is none.
 */
export async function missingEdge(
  window: Window,
  layout: Layout,
  loaders: Loaders,
  now: Date,
): Promise<{ argument: 'from' | 'to'; since: Date } | null> {
  const old = oldEdges(layout, now);
  if (old.length === 0) return null;
  const since = (await loaders.load(eventsFrom, null, 'all'))?.at;
  const missing = since && old.find((edge) => edge.from < since);
  return missing ? { argument: missing.from > window.from ? 'to' : 'from', since } : null;
}
