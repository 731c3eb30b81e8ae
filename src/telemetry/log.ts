/** The process log: one JSON line per event on standard error, without credentials. */
import { pino, symbols, type DestinationStream, type Logger } from 'pino';
import { describeError } from './described-error.ts';
import { LineBatch } from './line-batch.ts';

export type { Logger };

/**
 * The maximum number of bytes of lines that wait for a slow or stalled reader of standard error;
 * further lines are lost.
 */
const WAITING_BYTES_MAX = 16 * 1_024 * 1_024;

/**
 * Lines are written once they are this many characters, or after so many milliseconds. Written one
 * by one, they take a tenth of the time of the gateway.
 */
const BATCH = { length: 4_096, everyMs: 100 };

const STANDARD_ERROR = 2;

/**
 * Creates the root logger. Values under the named keys are never written, and only what
 * `describeError` returns is written of errors. `destination` receives the lines instead of
 * standard error: one by one, or in batches if it is the name of a file. `onError` receives each
 * line at level `error`.
 */
export function createLogger(
  level: string,
  destination?: DestinationStream | string,
  onError?: (line: string) => void,
): Logger {
  const options = {
    level,
    serializers: { err: describeError },
    // Full paths: a wildcard would be searched for in every line.
    redact: { paths: ['authorization', 'headers.authorization', 'secret'], censor: '[hidden]' },
    ...(onError && {
      hooks: {
        streamWrite(line: string): string {
          if (line.startsWith(ERROR_LINE)) onError(line);
          return line;
        },
      },
    }),
  };
  if (typeof destination === 'object') return pino(options, destination);
  // Lines are written asynchronously, several at once if they wait, so a stalled reader blocks no
  // request. pino writes what is pending before the process ends through `process.exit` or an
  // uncaught exception.
  const file = pino.destination({
    dest: destination ?? STANDARD_ERROR,
    sync: false,
    maxLength: WAITING_BYTES_MAX,
  });
  const log = pino(options, level === 'silent' ? file : new LineBatch(file, BATCH));
  let lost = 0;
  file.on('drop', (lines: string) => (lost += lines.split('\n').length - 1));
  file.on('drain', () => {
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    log.warn({ lines }, 'lines of the log were lost, because standard error was not read');
  });
  return log;
}

/** How lines at level `error` begin. */
const ERROR_LINE = `{"level":${pino.levels.values['error']},`;

/** What is used of the inside of a logger: where its lines go, and what all of them begin with. */
interface Inside {
  [symbols.streamSym]: DestinationStream;
  [symbols.chindingsSym]: string;
}

/**
 * Writes a line at `info`, if that is written, whose fields, at least one, hold neither errors nor secrets. The
 * line is the same as that of `log.info`, which takes twice the time: it looks for both.
 */
export function writeFields(log: Logger, fields: object, message: string): void {
  if (!log.isLevelEnabled('info')) return;
  const { [symbols.streamSym]: stream, [symbols.chindingsSym]: bindings } =
    log as unknown as Inside;
  const written = JSON.stringify(fields).slice(1, -1);
  stream.write(
    `{"level":${INFO},"time":${Date.now()}${bindings},${written},"msg":${JSON.stringify(message)}}\n`,
  );
}

const INFO = pino.levels.values['info'] ?? 0;
