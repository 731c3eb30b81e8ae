/** The process log: one JSON line per event on standard error, without credentials. */
import { pino, type DestinationStream, type Logger } from 'pino';
import { describeError } from './described-error.ts';

export type { Logger };

/** Bytes of lines that wait for a reader of standard error that is slow or stands still; what comes on top is lost. */
const WAITING_BYTES_MAX = 16 * 1_024 * 1_024;

/**
 * Makes the root logger. Values under the named keys are never written; of errors only what `describeError` names.
 * `destination` takes the lines in place of standard error.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    serializers: { err: describeError },
    // Whole paths: a wildcard would be looked for in every line.
    redact: { paths: ['authorization', 'headers.authorization', 'secret'], censor: '[hidden]' },
  };
  if (destination) return pino(options, destination);
  // Written beside the work, and in one piece where several lines wait: a reader that stands still stops no request.
  // pino writes what waits before the process ends, by `process.exit` or an exception that nobody caught.
  const standardError = pino.destination({ dest: 2, sync: false, maxLength: WAITING_BYTES_MAX });
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
