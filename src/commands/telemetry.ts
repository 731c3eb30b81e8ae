/** What a process measures, if its settings want that. Nothing is loaded otherwise. */
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import type { Config } from '../config/read.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics/metrics.ts';
import { listen } from './listen.ts';

/** Who asks for metrics is a program in the same network; each takes one short request. */
const SCRAPE_LIMITS = { headersTimeout: 2_000, requestTimeout: 2_000, keepAliveTimeout: 60_000 };
const SCRAPERS_MAX = 16;

/** How long a collector may take to receive the last of it before the process ends. */
const LAST_MS = 2_000;

/** Telemetry of a process. */
export interface Telemetry extends AsyncDisposable {
  /** Absent if nobody wants metrics. */
  metrics?: Metrics;
  /** Where metrics may be asked for; absent if nowhere. */
  url?: string;
}

/** Starts what the settings want. Throws a `ConfigurationError` if the port cannot be listened on. */
export async function openTelemetry(
  { metrics: settings }: Config,
  log: Logger,
): Promise<Telemetry> {
  if (!settings) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const { scraped, otlp } = settings;
  const [{ Metrics }, { exportMetrics }, { describeProcess }, { Outage }] = await Promise.all([
    import('../telemetry/metrics/metrics.ts'),
    import('../telemetry/metrics/export.ts'),
    import('../telemetry/resource.ts'),
    import('../telemetry/outage.ts'),
  ]);
  const metrics = new Metrics();
  const outage = new Outage(log, 'the collector of metrics');
  const exported = exportMetrics({
    metrics,
    resource: describeProcess(packageJson.version),
    scraped: scraped !== undefined,
    otlp: otlp && { ...otlp, outage },
  });
  const server = createServer(SCRAPE_LIMITS, exported.listener);
  server.maxConnections = SCRAPERS_MAX;
  const close = async (): Promise<void> => {
    server.close().closeAllConnections();
    await Promise.race([exported.close(), pause(LAST_MS, undefined, { ref: false })]);
    outage.close();
  };
  const telemetry = { metrics, [Symbol.asyncDispose]: close };
  if (!scraped) return telemetry;
  try {
    return { ...telemetry, url: `http://${await listen(server, scraped, 'METRICS_')}/metrics` };
  } catch (error) {
    await close();
    throw error;
  }
}
