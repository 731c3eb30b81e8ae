/** What the command and the process that makes the load tell each other, as lines of JSON. */

/** A load to be made. */
export interface Load {
  url: string;
  headers: Record<string, string>;
  bodies: string[];
  /** Text in the bodies that is replaced by another text in each request. */
  unique: string | null;
  connections: number;
  /** How long new requests are sent. */
  milliseconds: number;
}

/** What came of it. */
export interface LoadResult {
  requests: number;
  /** Answers whose status is not 200, or that contain errors. */
  failed: number;
  /** The first of them. */
  failure: string | null;
  /** From the first request to the last answer. */
  seconds: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}
