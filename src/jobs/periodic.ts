/** Repeats work in the background of a process. */
import { isUnavailable } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { Outage } from '../telemetry/outage.ts';

export interface PeriodicWork {
  everyMs: number;
  /** What fails while the database is unavailable, e.g. "rolling up usage". */
  outage: string;
  /** The log line about any other failure, after which the work is tried again. */
  failure: string;
  log: Logger;
}

/**
 * Starts `work` at an interval, or later if it is still running. Returns a function that waits for
 * it and stops.
 */
export function startPeriodic(
  { everyMs, outage: what, failure, log }: PeriodicWork,
  work: () => Promise<unknown>,
): () => Promise<void> {
  let run: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  const outage = new Outage(log, what);
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    run = work()
      .then(
        () => outage.succeeded(),
        (error: unknown) => {
          if (isUnavailable(error)) outage.failed(error);
          else log.warn({ err: error }, failure);
        },
      )
      .finally(() => (isRunning = false));
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await run;
    outage.close();
  };
}
