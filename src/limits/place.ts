/** A place among the operations that run, and waiting for one. */
import type { GoneSignal } from './departure.ts';

/** Why an operation was not admitted: the caller, or the process, is too busy. */
export type Refusal = {
  refused: 'credential' | 'tree' | 'process' | 'timeout' | 'gone';
  limit: number;
};

/** A place that was granted; `leave` returns it, once. */
export interface Place {
  leave(): void;
}

/**
 * Waits until `begin`'s function is called, the time is up or the client has gone. In the last two
 * cases it withdraws.
 */
export function wait(
  milliseconds: number,
  signal: GoneSignal,
  limit: number,
  begin: (start: () => void) => () => void,
): Promise<Refusal | undefined> {
  return new Promise((resolve) => {
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const end = (refusal?: Refusal): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', gone);
      if (refusal) withdraw();
      resolve(refusal);
    };
    const gone = (): void => end({ refused: 'gone', limit });
    const withdraw = begin(() => end());
    // There is nothing to watch if it started immediately.
    if (isOver) return;
    if (signal.aborted) return gone();
    signal.addEventListener('abort', gone);
    timer = setTimeout(() => end({ refused: 'timeout', limit }), milliseconds);
  });
}
