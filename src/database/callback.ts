/** Promises for callers that pass a callback. */
import type pg from 'pg';

/** Called with an error, or with null and the result. */
export type Callback = (error: unknown, result?: unknown) => void;

/** Hands an answer to a callback, such as that of the `query` method of the pool itself. */
export async function handTo(callback: Callback, answer: Promise<unknown>): Promise<void> {
  let result: unknown;
  try {
    result = await answer;
  } catch (error) {
    callback(error);
    return;
  }
  callback(null, result);
}

/** Hands a connection to a callback, as `connect` of a pool does. */
export async function handClientTo(
  callback: Parameters<pg.Pool['connect']>[0],
  connecting: Promise<pg.PoolClient>,
): Promise<void> {
  let client: pg.PoolClient;
  try {
    client = await connecting;
  } catch (error) {
    callback(error as Error, undefined, () => undefined);
    return;
  }
  callback(undefined, client, (error) => client.release(error));
}
