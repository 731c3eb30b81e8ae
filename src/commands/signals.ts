/** Signals that ask the process to stop. */

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `end` for every signal that asks a process to stop, until the returned function is called. */
export function onStopSignal(end: () => void): () => void {
  for (const signal of STOP_SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, end);
  };
}

/** Exit code of a process that was asked to end at once. */
export const INTERRUPTED = 130;

/**
 * Runs something until the process is asked to stop. Signals are listened to before anything is
 * started that would be left behind.
 */
export async function untilStopped(run: (stop: AbortSignal) => Promise<void>): Promise<never> {
  const asked = new AbortController();
  const ignore = onStopSignal(() => {
    // Asked twice: whoever asks does not want to wait.
    if (asked.signal.aborted) process.exit(INTERRUPTED);
    asked.abort();
  });
  try {
    await run(asked.signal);
  } catch (error) {
    // A start that was given up because it was asked to.
    if (!asked.signal.aborted || error !== asked.signal.reason) {
      ignore();
      throw error;
    }
  }
  process.exit(0);
}
