/** Reports errors to a webhook: every line of the log at level `error`, several at once. */

/** The shortest time between two reports. */
const EVERY_MS = 5_000;
/** The maximum number of errors in one report. */
const ERRORS_MAX = 20;
/** The maximum number of errors that wait; more are counted only. */
const WAITING_MAX = 100;
/** The maximum number of characters of an error; the stack of a longer one is left out. */
const CHARACTERS_MAX = 16_000;
/** How long the receiver may take. */
const TIMEOUT_MS = 5_000;

/** What is read of a line of the log, and what is sent of it. */
interface ErrorLine {
  msg?: string;
  requestId?: string;
  err?: { type?: string; message?: string; stack?: string; cause?: unknown; errors?: unknown };
}

/** What reports are made with. */
export interface ErrorReportsOptions {
  url: string;
  /** The version of the product. */
  version: string;
  /** Called when a report could not be sent after one that could, or the first. */
  onFailure(reason: string): void;
  everyMs?: number;
}

/**
 * Sends errors and forgets them. Nothing waits for the receiver, and what it does not take is not
 * sent again: each report tells how many errors were lost before it.
 */
export class ErrorReports {
  readonly #options: ErrorReportsOptions;
  #waiting: ErrorLine[] = [];
  #lost = 0;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: ErrorReportsOptions) {
    this.#options = options;
  }

  /** Adds a line of the log. */
  add(line: string): void {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#lost++;
      return;
    }
    this.#waiting.push(bounded(line));
    this.#timer ??= setTimeout(() => this.#send(), this.#options.everyMs ?? EVERY_MS).unref();
  }

  #send(): void {
    this.#timer = undefined;
    this.#sending = this.#post().finally(() => {
      if (this.#waiting.length > 0)
        this.#timer ??= setTimeout(() => this.#send(), this.#options.everyMs ?? EVERY_MS).unref();
    });
  }

  async #post(): Promise<void> {
    const { url, version, onFailure } = this.#options;
    const errors = this.#waiting.splice(0, ERRORS_MAX);
    const lost = this.#lost;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: summaryOf(errors, lost), version, lost, errors }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      this.#lost -= lost;
      this.#isFailing = false;
    } catch (error) {
      this.#lost += errors.length;
      if (!this.#isFailing) onFailure(error instanceof Error ? error.message : 'unknown reason');
      this.#isFailing = true;
    }
  }

  /** Sends what waits, once, and waits for the receiver. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#sending;
    clearTimeout(this.#timer);
    if (this.#waiting.length > 0) await this.#post();
  }
}

function bounded(line: string): ErrorLine {
  const error = JSON.parse(line) as ErrorLine;
  if (line.length <= CHARACTERS_MAX) return error;
  const { msg, requestId, err: { type, message } = {} } = error;
  const short = message?.slice(0, CHARACTERS_MAX / 2);
  return {
    ...(msg !== undefined && { msg }),
    ...(requestId !== undefined && { requestId }),
    err: { ...(type !== undefined && { type }), ...(short !== undefined && { message: short }) },
  };
}

/** A sentence for people: services for chats show the text of what is posted to them. */
function summaryOf(errors: readonly ErrorLine[], lost: number): string {
  const [first] = errors;
  const { type, message } = first?.err ?? {};
  const what = [first?.msg, type, message?.split('\n', 1)[0]].filter(Boolean).join(': ');
  const id = first?.requestId === undefined ? '' : ` (request ${first.requestId})`;
  const others = errors.length - 1 + lost;
  return `banyan: ${what}${id}${others > 0 ? `, and ${others} more` : ''}`;
}
