/**
 * In-memory counters in a bounded number, so that nobody can make them grow by using many names.
 */
import { RateLimiterCompatibleAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { RecentMap } from './recent-map.ts';

/**
 * The maximum number of counters of one limiter; a million distinct keys do not make it grow
 * further.
 */
const KEYS_MAX = 50_000;

/** A counter of one key. */
export interface Counter {
  /** Points spent in this window. */
  points: number;
  /** The end of the window, in milliseconds since 1970. */
  endsAt: number;
}

/**
 * A limiter with fixed windows that holds at most `KEYS_MAX` counters. Beyond that, the least
 * recently used ones are dropped. The library's own limiter has no bound and uses a timer per key.
 */
export class BoundedMemory extends RateLimiterCompatibleAbstract {
  override readonly keyPrefix = '';
  override blockDuration = 0;
  override execEvenly = false;
  /** Points per window. */
  readonly points: number;
  readonly #durationMs: number;
  readonly #counters: RecentMap<Counter>;
  #agedAt = Date.now();

  /** `duration` is in seconds. */
  constructor({
    points,
    duration,
    keysMax = KEYS_MAX,
  }: {
    points: number;
    duration: number;
    keysMax?: number;
  }) {
    super();
    this.points = points;
    this.#durationMs = duration * 1_000;
    this.#counters = new RecentMap(keysMax);
  }

  /** Number of counters held. */
  get size(): number {
    return this.#counters.size;
  }

  /** Adds points to a counter and returns it. `now` is in milliseconds since 1970. */
  add(key: string | number, points: number, now = Date.now()): Readonly<Counter> {
    let counter = this.#counters.get(key);
    if (counter === undefined || counter.endsAt <= now) {
      counter = { points: 0, endsAt: now + this.#durationMs };
      this.#counters.set(key, counter);
      // A counter that was not used for a whole window has expired.
      if (now - this.#agedAt >= this.#durationMs) {
        this.#agedAt = now;
        this.#counters.age();
      }
    }
    counter.points += points;
    return counter;
  }

  /** Returns the counter if its window has not ended. */
  find(key: string | number): Readonly<Counter> | undefined {
    const counter = this.#counters.get(key);
    return counter && counter.endsAt > Date.now() ? counter : undefined;
  }

  override consume(key: string | number, points = 1): Promise<RateLimiterRes> {
    const result = this.#result(this.add(key, points));
    // The library's contract: a refusal rejects with the result.
    return new Promise((resolve, reject) =>
      (result.consumedPoints > this.points ? reject : resolve)(result),
    );
  }

  override penalty(key: string | number, points = 1): Promise<RateLimiterRes> {
    return Promise.resolve(this.#result(this.add(key, points)));
  }

  override reward(key: string | number, points = 1): Promise<RateLimiterRes> {
    return Promise.resolve(this.#result(this.add(key, -points)));
  }

  override get(key: string | number): Promise<RateLimiterRes | null> {
    const counter = this.find(key);
    return Promise.resolve(counter ? this.#result(counter) : null);
  }

  override delete(key: string | number): Promise<boolean> {
    return Promise.resolve(this.#counters.delete(key));
  }

  #result({ points, endsAt }: Counter): RateLimiterRes {
    return new RateLimiterRes(Math.max(this.points - points, 0), endsAt - Date.now(), points);
  }
}
