/** Waiting for something to become true, for a time at most. */
import { setTimeout as pause } from 'node:timers/promises';

export { pause };

const EVERY_MS = 100;

/** Asks again and again until the answer is not undefined. What fails counts as not yet. */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + seconds * 1_000;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await pause(EVERY_MS);
  }
  throw new Error(`${what}: not within ${seconds} s`, { cause: last });
}
