/** Notices that a server does not answer any more, or says that it cannot. */
import { sqlState } from '../errors.ts';

/**
 * After this long without an answer, the server is asked whether it still works on the statement.
 */
const SILENCE_MS = 1_000;

/** A connection that an answer is awaited on. */
export interface Awaited {
  /** The number of bytes that it has received. */
  bytesRead(): number;
  /** Whether the answer may still come. */
  mayStillCome(): Promise<boolean>;
  /** Called when the answer will never come. */
  giveUp(): void;
}

/** Watches a connection until the returned function is called. */
export function watchSilence({ bytesRead, mayStillCome, giveUp }: Awaited): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    timer = setTimeout(() => void ask(), SILENCE_MS);
  };
  const ask = async (): Promise<void> => {
    const asking = timer;
    const before = bytesRead();
    if (!(await mayStillCome()) && timer === asking && bytesRead() === before) giveUp();
    else if (timer === asking) watch();
  };
  watch();
  return () => {
    clearTimeout(timer);
    timer = undefined;
  };
}

/**
 * Whether the server reports that it is shutting down, starting or read-only, so that another may
 * have taken its place.
 */
export function isServerGone(error: unknown): boolean {
  return /^(57P|08|25006)/.test(sqlState(error) ?? '');
}
