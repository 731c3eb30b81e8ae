/** Lines of the log, several of which are written at once. */
import type { DestinationStream } from 'pino';

/** Batches that may hold lines when the process ends. */
const batches = new Set<LineBatch>();

function flushAll(): void {
  for (const batch of batches) batch.flush();
}

/**
 * Keeps lines until there are enough of them or some time has passed, and passes them on as one
 * text. The stream behind it would measure all that waits again with each line.
 *
 * What is kept when the process ends, through `process.exit` or an uncaught exception too, is
 * passed on before the stream writes what it holds.
 */
export class LineBatch implements DestinationStream {
  readonly #stream: DestinationStream;
  readonly #length: number;
  readonly #everyMs: number;
  #lines = '';
  #timer: NodeJS.Timeout | undefined;

  /** Passes lines on once they have this many characters, or after so many milliseconds. */
  constructor(stream: DestinationStream, { length, everyMs }: { length: number; everyMs: number }) {
    this.#stream = stream;
    this.#length = length;
    this.#everyMs = everyMs;
    if (batches.size === 0) {
      process.prependListener('beforeExit', flushAll);
      process.prependListener('exit', flushAll);
    }
    batches.add(this);
  }

  /** Adds a line, which ends with a line break. */
  write(line: string): void {
    this.#lines += line;
    if (this.#lines.length >= this.#length) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#everyMs).unref();
  }

  /** Passes on what is kept. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines === '') return;
    const lines = this.#lines;
    this.#lines = '';
    this.#stream.write(lines);
  }
}
