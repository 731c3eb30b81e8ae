/** A log whose lines a test reads. */
import { createLogger, type Logger } from '../../src/telemetry/log.ts';

export type LogLine = Record<string, unknown> & { level: number; msg: string };

export interface LogLines {
  log: Logger;
  /** Every line, as text. */
  texts: string[];
  /** The lines so far that say `message`; all of them when it is absent. */
  lines(message?: string): LogLine[];
}

/** Makes the log. */
export function keepLines(level = 'info'): LogLines {
  const texts: string[] = [];
  return {
    log: createLogger(level, { write: (text) => void texts.push(text) }),
    texts,
    lines: (message) =>
      texts
        .map((text) => JSON.parse(text) as LogLine)
        .filter((line) => message === undefined || line.msg === message),
  };
}
