/** What the machine takes for next to nothing at the same moment, so that claims about time hold on a busy one as well. */
import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 50;

/** Does `work` again and again; the returned function stops that, and gives how long each took in milliseconds. */
export function startControl(work: () => Promise<unknown>): () => Promise<number[]> {
  const over = new AbortController();
  const took: number[] = [];
  const measuring = (async () => {
    while (!over.signal.aborted) {
      const started = performance.now();
      await pause(EVERY_MS);
      await work();
      took.push(performance.now() - started - EVERY_MS);
    }
  })();
  return async () => {
    over.abort();
    await measuring;
    return took;
  };
}

const SPIN_MS = 150;
/** What other processes take now and then on idle cores. */
const IDLE = 1.3;

/** How many times longer than on an idle core work takes at the moment; 1 on idle cores. */
export function contention(): number {
  const started = performance.now();
  const before = process.threadCpuUsage();
  for (;;) {
    const { user, system } = process.threadCpuUsage(before);
    const usedMs = (user + system) / 1_000;
    if (usedMs < SPIN_MS) continue;
    const times = (performance.now() - started) / usedMs;
    return times < IDLE ? 1 : times;
  }
}
