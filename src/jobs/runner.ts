/** Runs the queue library, and starts it again where it cannot recover by itself. */
import { setTimeout as pause } from 'node:timers/promises';
import { run, type Runner, type RunnerOptions, type WorkerEvents } from 'graphile-worker';

/** How long to wait before the queue is started again. */
const RESTART_MS = 1_000;

/** Options of the queue, with the events that it reports. */
export type QueueOptions = RunnerOptions & { events: WorkerEvents };

/**
 * Runs the queue. Its first statements look up the ids of the tasks, once for all workers. If they
 * fail, the queue keeps their failure, and no later request for a job succeeds. So until one has
 * succeeded, a failed one starts the queue again.
 *
 * Returns a function that waits for running jobs and stops the queue.
 */
export async function runQueue(options: QueueOptions): Promise<() => Promise<void>> {
  const { events } = options;
  let isProven = false;
  let isRestarting = false;
  const over = new AbortController();

  const restart = async (failed: Runner | undefined): Promise<Runner | undefined> => {
    // It may have stopped by itself.
    await failed?.stop().catch(() => undefined);
    const { signal } = over;
    for (;;) {
      await pause(RESTART_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return undefined;
      // The database may still be unavailable.
      const runner = await run(options).catch(() => undefined);
      if (!runner) continue;
      isRestarting = false;
      return runner;
    }
  };

  let running: Promise<Runner | undefined> = run(options);
  const proven = (): void => void (isProven = true);
  events.on('worker:getJob:empty', proven);
  events.on('job:start', proven);
  events.on('worker:getJob:error', () => {
    if (isProven || isRestarting || over.signal.aborted) return;
    isRestarting = true;
    running = running.then(restart);
  });
  await running;

  return async () => {
    over.abort();
    await (await running)?.stop();
  };
}
