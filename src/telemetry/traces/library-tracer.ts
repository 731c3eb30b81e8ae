/** Traces through the library of OpenTelemetry, which is loaded with this file. */
import {
  ROOT_CONTEXT,
  SpanKind as Kind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span as LibrarySpan,
  type Tracer as Library,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import type { Outage } from '../outage.ts';
import { watched } from '../watched-exporter.ts';
import type { SamplerName } from './sampler.ts';
import type { Span, SpanAttributes, SpanKind, Tracer } from './span.ts';

/** The maximum number of parts of one request or job; what exceeds it is counted only. */
export const PARTS_MAX = 500;

/** The maximum number of characters of an attribute. */
const CHARACTERS_MAX = 4_000;

/** The version of the format that is accepted, and nothing but it. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

const KINDS: Record<SpanKind, Kind> = {
  internal: Kind.INTERNAL,
  server: Kind.SERVER,
  client: Kind.CLIENT,
  consumer: Kind.CONSUMER,
};

/** A tracer, and how it is closed. */
export interface OpenTracer {
  tracer: Tracer;
  /** Sends what was not sent yet, and stops. */
  close(): Promise<void>;
}

/** What traces are made with. */
export interface TracerOptions {
  resource: Resource;
  sampler: { name: SamplerName; ratio: number };
  processor: SpanProcessor;
}

/** Sends spans to a collector, some hundred at once. What it cannot take in time is lost. */
export function sendTo(url: string, outage: Outage): SpanProcessor {
  return new BatchSpanProcessor({ exporter: watched(new OTLPTraceExporter({ url }), outage) });
}

/** Opens a tracer. */
export function openTracer({ resource, sampler, processor }: TracerOptions): OpenTracer {
  const provider = new TracerProvider({
    resource,
    sampler: ofRemoteParents(samplerOf(sampler)),
    spanProcessors: [processor],
    spanLimits: { attributeValueLengthLimit: CHARACTERS_MAX },
  });
  const library = provider.getTracer('banyan');
  return {
    tracer: {
      start(name, kind, traceparent) {
        const parent = parentOf(traceparent);
        // Most are not sampled, for which the library would first make a span: 4 µs each.
        if (parent === ROOT_CONTEXT && !isChosen(sampler)) return undefined;
        const span = library.startSpan(name, { kind: KINDS[kind] }, parent);
        return span.isRecording() ? new RecordedSpan(library, span) : undefined;
      },
    },
    close: () => provider.shutdown(),
  };
}

/** Whether a trace that begins here is sampled. */
function isChosen({ name, ratio }: TracerOptions['sampler']): boolean {
  if (name.endsWith('traceidratio')) return Math.random() < ratio;
  return name.endsWith('always_on');
}

/** Asks a sampler about traces that began elsewhere. Those that begin here were chosen before. */
function ofRemoteParents(sampler: Sampler): Sampler {
  return {
    shouldSample: (context, ...rest) =>
      trace.getSpanContext(context)?.isRemote === true
        ? sampler.shouldSample(context, ...rest)
        : { decision: SamplingDecision.RECORD_AND_SAMPLED },
  };
}

function samplerOf({ name, ratio }: TracerOptions['sampler']): Sampler {
  switch (name.replace('parentbased_', '')) {
    case 'always_off':
      return basedOnParent(name, new AlwaysOffSampler());
    case 'traceidratio':
      return basedOnParent(name, new TraceIdRatioBasedSampler(ratio));
    default:
      return basedOnParent(name, new AlwaysOnSampler());
  }
}

function basedOnParent(name: SamplerName, root: Sampler): Sampler {
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/** The trace that a header names. What is malformed names none, and `tracestate` is not passed on. */
function parentOf(traceparent: string | null | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

class RecordedSpan implements Span {
  readonly root: RecordedSpan;
  readonly #library: Library;
  readonly #span: LibrarySpan;
  #context: Context | undefined;
  /** Of the root: how many parts were started, whether they are recorded or not. */
  #parts = 0;

  constructor(library: Library, span: LibrarySpan, root?: RecordedSpan) {
    this.#library = library;
    this.#span = span;
    this.root = root ?? this;
  }

  get traceparent(): string {
    const { traceId, spanId } = this.#span.spanContext();
    return `00-${traceId}-${spanId}-01`;
  }

  start(name: string, attributes: SpanAttributes, kind: SpanKind = 'internal'): Span | undefined {
    if (++this.root.#parts > PARTS_MAX) return undefined;
    this.#context ??= trace.setSpan(ROOT_CONTEXT, this.#span);
    const span = this.#library.startSpan(name, { kind: KINDS[kind], attributes }, this.#context);
    return new RecordedSpan(this.#library, span, this.root);
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  end(errorType?: string): void {
    if (errorType !== undefined) {
      this.#span.setAttribute('error.type', errorType);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    if (this.#parts > PARTS_MAX)
      this.#span.setAttribute('banyan.spans.dropped', this.#parts - PARTS_MAX);
    this.#span.end();
  }
}
