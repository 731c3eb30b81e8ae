/**
 * The lines of the log about a process that runs until it is asked to stop: what it started with,
 * and how it ended.
 */
import packageJson from '../../package.json' with { type: 'json' };
import type { Config } from '../config/read.ts';
import type { Logger } from '../telemetry/log.ts';

/** Writes them. A start that fails has none: its one sentence is for the operator who reads it there. */
export class ProcessLines {
  readonly #log: Logger;
  readonly #settings: Config['given'];
  readonly #beganAt = performance.now();
  #stoppingAt: number | undefined;

  /** The start begins now. */
  constructor(log: Logger, { given }: Config) {
    this.#log = log;
    this.#settings = given;
  }

  /** It does its work from now on. */
  started(facts: object): void {
    const durationMs = Math.round(performance.now() - this.#beganAt);
    this.#log.info(
      {
        version: packageJson.version,
        node: process.version,
        settings: this.#settings,
        ...facts,
        durationMs,
      },
      'started',
    );
  }

  /** It was asked to stop after it had started. */
  stopping(facts: object): void {
    this.#stoppingAt = performance.now();
    this.#log.info(facts, 'stopping');
  }

  /** Everything is closed; nothing is written where the start was never finished. */
  stopped(facts: object): void {
    if (this.#stoppingAt === undefined) return;
    this.#log.info(
      { ...facts, durationMs: Math.round(performance.now() - this.#stoppingAt) },
      'stopped',
    );
  }
}
