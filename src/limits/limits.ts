/** The limits of one operation. */

/** What one operation may ask for. */
export interface Limits {
  /** Rows that the answer may hold. */
  nodes: number;
  /** Weighted values that the answer may hold. */
  cost: number;
  /** Bytes of the answer. Rows that are read for it may have twice as many. */
  responseBytes: number;
}

/** The limits where nothing else is configured; docs/decisions/0020-cost.md says where they are from. */
export const LIMITS_DEFAULT: Limits = { nodes: 10_000, cost: 50_000, responseBytes: 8 * 1024 * 1024 };
