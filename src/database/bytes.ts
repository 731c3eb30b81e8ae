/**
 * Estimates the length of a value as JSON: accurate enough for a limit, and far cheaper than
 * serializing it.
 */

/** Returns the approximate number of bytes of a value as JSON. Stops soon after `enough`. */
export function bytesOf(value: unknown, enough = Infinity): number {
  switch (typeof value) {
    case 'string':
      return value.length + 3;
    case 'object':
      break;
    default:
      return 8;
  }
  if (value === null) return 5;
  if (value instanceof Date) return 27;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      bytes += bytesOf(item, enough - bytes);
      if (bytes > enough) break;
    }
    return bytes;
  }
  for (const key in value) {
    bytes += key.length + 3 + bytesOf((value as Record<string, unknown>)[key], enough - bytes);
    if (bytes > enough) break;
  }
  return bytes;
}

/** Counts the bytes that one operation produces, and tells when they exceed a limit. */
export class ByteMeter {
  /** The limit, in bytes. */
  readonly max: number;
  #bytes = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Counts a value. Returns false once the total exceeds the limit. */
  add(value: unknown): boolean {
    if (this.#bytes <= this.max) this.#bytes += bytesOf(value, this.max - this.#bytes);
    return !this.isOver;
  }

  get isOver(): boolean {
    return this.#bytes > this.max;
  }
}
