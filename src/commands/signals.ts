/** Signals that ask the process to stop. */

/** Calls `end` for every signal that asks a process to stop. */
export function onStopSignal(end: () => void): void {
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end);
}

/** Exit code of a process that was asked to end at once. */
export const INTERRUPTED = 130;

/** Runs something until the process is asked to stop. Signals are listened to before anything is started that would be left behind. */
export async function untilStopped(run: (stop: AbortSignal) => Promise<void>): Promise<never> {
  const asked = new AbortController();
  onStopSignal(() => {
    // Asked twice: whoever asks does not want to wait.
    if (asked.signal.aborted) process.exit(INTERRUPTED);
    asked.abort();
  });
  try {
    await run(asked.signal);
  } catch (error) {
    // A start that was given up because it was asked to.
    if (!asked.signal.aborted || error !== asked.signal.reason) throw error;
  }
  process.exit(0);
}
