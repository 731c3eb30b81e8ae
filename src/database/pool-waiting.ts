/** What a pool is told about waiting, and how it waits. */
import type pg from 'pg';

/** Options of a pool, in addition to those of `pg`. */
export interface RequestPoolOptions extends Omit<pg.PoolConfig, 'Client'> {
  /** How long to wait for a connection. */
  connectionTimeoutMillis: number;
  /** The longest that any statement may take, measured on this side; absent for no limit. */
  answerMs?: number;
  /** Called when a connection was lost, has become unusable or could not be opened. */
  onFault?: () => void;
}

/** Whether an attempt to connect got no answer in time. */
export function isSilent(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(timeout expired|Connection terminated due to connection timeout)$/.test(error.message)
  );
}

/** The pool's own message if no connection became free in time; callers see `UNAVAILABLE`. */
const NONE_FREE = 'timeout exceeded when trying to connect';

/** Milliseconds until a moment; none if it has passed while the process was held up. */
const remaining = (end: number): number => Math.max(0, end - performance.now());

/**
 * Waits for what `begin` starts, until a moment (`performance.now()`). Rejects then, and calls what
 * `begin` returned.
 */
export function beforeEnd<Result>(
  end: number,
  begin: (resolve: (result: Result) => void, reject: (error: unknown) => void) => () => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      withdraw();
      reject(new Error(NONE_FREE));
    }, remaining(end));
    const withdraw = begin(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
