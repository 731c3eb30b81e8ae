/**
 * Spans of sampled requests and jobs, and the one that the calling code works in. Nothing of the
 * library is loaded here; where nothing is traced, all of this is one look at a variable.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** What is told of a span: words of our own and numbers, never values of a request or a row. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** What a span is in relation to others, in the words of OpenTelemetry. */
export type SpanKind = 'internal' | 'server' | 'client' | 'consumer';

/** A part of the work for one request or job. */
export interface Span {
  /** The request or job that it belongs to. */
  readonly root: Span;
  /** The header `traceparent` for what goes on elsewhere. */
  readonly traceparent: string;
  /** Starts a part; undefined once the request has too many. */
  start(name: string, attributes: SpanAttributes, kind?: SpanKind): Span | undefined;
  /** Gives it another name, once more is known. */
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** Ends it; `errorType` is the class or code of what it failed with. */
  end(errorType?: string): void;
}

/** Decides which requests and jobs are traced. */
export interface Tracer {
  /**
   * Starts the span of a request or job, as a part of the trace that a `traceparent` names.
   * Undefined if it is not sampled.
   */
  start(
    name: string,
    kind: 'server' | 'consumer',
    traceparent: string | null | undefined,
  ): Span | undefined;
}

const current = new AsyncLocalStorage<Span | undefined>();

/** The span that the calling code works in; undefined if it is not traced. */
export function currentSpan(): Span | undefined {
  return current.getStore();
}

/** Runs `work` in a span, and ends the span with it. */
export async function inSpan<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  let errorType: string | undefined;
  try {
    return await current.run(span, work);
  } catch (error) {
    errorType = errorTypeOf(error);
    throw error;
  } finally {
    span.end(errorType);
  }
}

/** Runs `work` in a part of the current span, if there is one. */
export function traced<Result>(
  name: string,
  attributes: () => SpanAttributes,
  work: () => Promise<Result>,
  kind?: SpanKind,
): Promise<Result> {
  const parent = current.getStore();
  if (parent === undefined) return work();
  const span = parent.start(name, attributes(), kind);
  return span === undefined ? work() : inSpan(span, work);
}

/** The code or class of an error. Its message may contain anything. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if ('code' in error && typeof error.code === 'string' && /^[\w-]{1,50}$/.test(error.code))
    return error.code;
  return error.constructor.name;
}
