/** The process log: one JSON line per event on standard error, without credentials. */
import { pino, type DestinationStream, type Logger } from 'pino';
import { describeError } from './described-error.ts';

export type { Logger };

/**
 * The maximum number of bytes of lines that wait for a slow or stalled reader of standard error;
 * further lines are lost.
 */
const WAITING_BYTES_MAX = 16 * 1_024 * 1_024;

/**
 * Lines are written once they are this many bytes, or after so many milliseconds. Written one by one,
 * they take a tenth of the time of the gateway.
 */
const BATCH = { minLength: 4_096, periodicFlush: 100 };

/**
 * Creates the root logger. Values under the named keys are never written, and only what
 * `describeError` returns is written of errors. `destination` receives the lines instead of
 * standard error.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    serializers: { err: describeError },
    // Full paths: a wildcard would be searched for in every line.
    redact: { paths: ['authorization', 'headers.authorization', 'secret'], censor: '[hidden]' },
  };
  if (destination) return pino(options, destination);
  // Lines are written asynchronously, several at once if they wait, so a stalled reader blocks no
  // request. pino writes what is pending before the process ends through `process.exit` or an
  // uncaught exception.
  const standardError = pino.destination({
    dest: 2,
    sync: false,
    maxLength: WAITING_BYTES_MAX,
    ...BATCH,
  });
  const log = pino(options, standardError);
  let lost = 0;
  standardError.on('drop', () => lost++);
  standardError.on('drain', () => {
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    log.warn({ lines }, 'lines of the log were lost, because standard error was not read');
  });
  return log;
}
