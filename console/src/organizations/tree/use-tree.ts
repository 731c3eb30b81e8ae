/** The tree of the organization that is acted in. */
import { useSyncExternalStore } from 'react';
import { useClient, type Client } from 'urql';
import { useViewer } from '../../app/viewer.ts';
import type { Window } from './level.ts';
import { TreeStore, type TreeSnapshot } from './tree-store.ts';

const DAY_MS = 86_400_000;
const DAYS = 30;

/** The last 30 whole days. Days are those of UTC, since their totals are kept. */
export function lastDays(metric: string, now = Date.now()): Window {
  const to = Math.floor(now / DAY_MS) * DAY_MS;
  const from = to - DAYS * DAY_MS;
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), metric };
}

/** One tree for each client, and a client belongs to one credential and one organization. */
const stores = new WeakMap<Client, { store: TreeStore; window: Window }>();

const watchNothing = () => () => undefined;

/** The tree, which is read only while it is shown: what a search finds is shown in its place. */
export function useTree(isShown: boolean): TreeSnapshot & { store: TreeStore; window: Window } {
  const client = useClient();
  const { acting, sparkline } = useViewer();
  let known = stores.get(client);
  if (!known) {
    const window = lastDays(sparkline?.key ?? '');
    known = { store: new TreeStore(client, acting, window), window };
    stores.set(client, known);
  }
  const snapshot = useSyncExternalStore(
    isShown ? known.store.subscribe : watchNothing,
    known.store.snapshot,
  );
  return { ...snapshot, ...known };
}
