/** What the fast path has done for a request before it passed it on to Yoga. */
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { GoneSignal } from '../limits/departure.ts';
import type { Arrival, CallerBudgets } from '../limits/caller-budgets.ts';
import { keepRecord, type RequestRecord } from '../telemetry/request-record.ts';

/** A request that is begun. Nothing of this is done again. */
export interface Begun {
  record: RequestRecord;
  /** How it was counted on arrival; absent without budgets. */
  arrival?: Arrival;
  /** The parameters in its body; absent if the body was not read. */
  params?: GraphQLParams;
  /** Aborted when the client disconnects, which is no news to the request that Yoga makes of it later. */
  gone?: GoneSignal;
  /** Why it fails, if its caller is authenticated; absent if it goes on. */
  failure?: unknown;
}

const requests = new WeakMap<Request, Begun>();

/** Returns what was done for a request; undefined if nothing was. */
export function begunOf(request: Request): Begun | undefined {
  return requests.get(request);
}

/** Takes over what was done for a request; the first plugin. */
export function begun(budgets: CallerBudgets | undefined): Plugin {
  return {
    onRequest({ request, serverContext }) {
      const { begun } = serverContext as { begun?: Begun };
      if (!begun) return;
      requests.set(request, begun);
      keepRecord(request, begun.record);
      if (begun.arrival) budgets?.arrivals.set(request, begun.arrival);
    },
  };
}
