/** What libraries write to the console. */
import type { Logger } from './log.ts';

const METHODS = ['trace', 'error', 'warn'] as const;

/**
 * Sends to the log what libraries write to the console, since every line of standard error is one of
 * the log's. Texts are left out because they may contain anything.
 */
export function logConsole(log: Logger): void {
  for (const method of METHODS) {
    console[method] = (...values: unknown[]): void => {
      const err = values.find((value) => value instanceof Error);
      log.warn({ method, err }, 'a library wrote to the console');
    };
  }
}
