/** The process log: one JSON line an event on standard error, without credentials. */
import { pino, type Logger } from 'pino';

export type { Logger };

/** Makes the root logger. Values under the named keys are never written. */
export function createLogger(level: string): Logger {
  return pino(
    { level, redact: { paths: ['authorization', '*.authorization', 'headers.authorization', 'secret', '*.secret'], censor: '[hidden]' } },
    pino.destination({ dest: 2, sync: true }),
  );
}
