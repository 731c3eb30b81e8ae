/** What a process measures and traces, if its settings want that. Nothing is loaded otherwise. */
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import type { Config } from '../config/read.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics/metrics.ts';
import type { Tracer } from '../telemetry/traces/span.ts';
import { listen } from './listen.ts';

/** Who asks for metrics is a program in the same network; each takes one short request. */
const SCRAPE_LIMITS = { headersTimeout: 2_000, requestTimeout: 2_000, keepAliveTimeout: 60_000 };
const SCRAPERS_MAX = 16;

/** How long a collector may take to receive the last of it before the process ends. */
const LAST_MS = 2_000;

/** Telemetry of a process. */
export interface Telemetry extends AsyncDisposable {
  /** Absent if nobody wants metrics. */
  metrics?: Metrics | undefined;
  /** Where metrics may be asked for; absent if nowhere. */
  url?: string | undefined;
  /** Absent if nobody wants traces. */
  tracer?: Tracer | undefined;
}

/** Starts what the settings want. Throws a `ConfigurationError` if the port cannot be listened on. */
export async function openTelemetry(config: Config, log: Logger): Promise<Telemetry> {
  await using opened = new AsyncDisposableStack();
  const { metrics, url } = config.metrics ? await openMetrics(config.metrics, log, opened) : {};
  const tracer = config.traces && (await openTraces(config.traces, log, opened));
  const open = opened.move();
  return { metrics, url, tracer, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

type Wanted<Name extends 'metrics' | 'traces'> = NonNullable<Config[Name]>;

async function openMetrics(
  { scraped, otlp }: Wanted<'metrics'>,
  log: Logger,
  opened: AsyncDisposableStack,
): Promise<Pick<Telemetry, 'metrics' | 'url'>> {
  const [{ Metrics }, { exportMetrics }, { describeProcess }, { Outage }] = await Promise.all([
    import('../telemetry/metrics/metrics.ts'),
    import('../telemetry/metrics/export.ts'),
    import('../telemetry/resource.ts'),
    import('../telemetry/outage.ts'),
  ]);
  const metrics = new Metrics();
  const outage = new Outage(log, 'the collector of metrics');
  opened.defer(() => outage.close());
  const exported = exportMetrics({
    metrics,
    resource: describeProcess(packageJson.version),
    scraped: scraped !== undefined,
    otlp: otlp && { ...otlp, outage },
  });
  opened.defer(() => orSoon(exported.close()));
  if (!scraped) return { metrics };
  const server = createServer(SCRAPE_LIMITS, exported.listener);
  server.maxConnections = SCRAPERS_MAX;
  opened.defer(() => server.close().closeAllConnections());
  return { metrics, url: `http://${await listen(server, scraped, 'METRICS_')}/metrics` };
}

async function openTraces(
  { url, sampler }: Wanted<'traces'>,
  log: Logger,
  opened: AsyncDisposableStack,
): Promise<Tracer> {
  const [{ openTracer, sendTo }, { describeProcess }, { Outage }] = await Promise.all([
    import('../telemetry/traces/library-tracer.ts'),
    import('../telemetry/resource.ts'),
    import('../telemetry/outage.ts'),
  ]);
  const outage = new Outage(log, 'the collector of traces');
  opened.defer(() => outage.close());
  const { tracer, close } = openTracer({
    resource: describeProcess(packageJson.version),
    sampler,
    processor: sendTo(url, outage),
  });
  opened.defer(() => orSoon(close()));
  return tracer;
}

/** Waits for the last export, but not for a collector that does not answer. */
async function orSoon(closing: Promise<void>): Promise<void> {
  await Promise.race([closing, pause(LAST_MS, undefined, { ref: false })]);
}
