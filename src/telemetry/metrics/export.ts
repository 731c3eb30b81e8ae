/**
 * Exports what a process measures, to those who ask (Prometheus) and to a collector (OTLP). It
 * loads the library, so it is itself loaded only where metrics are on.
 */
import type { RequestListener, ServerResponse } from 'node:http';
import type { Meter, Observable, ObservableResult } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Outage } from '../outage.ts';
import { watched } from '../watched-exporter.ts';
import { HistogramProducer, SCOPE } from './histogram-producer.ts';
import type { Instrument } from './instrument.ts';
import { instruments } from './instruments.ts';
import type { Metrics } from './metrics.ts';

/** Where metrics go. */
export interface MetricsExport {
  metrics: Metrics;
  /** What the process is. */
  resource: Resource;
  /** Whether somebody may ask for them in the format of Prometheus. */
  scraped: boolean;
  /** Where they are sent to, and how often; absent if they are not. */
  otlp: { url: string; everyMs: number; outage: Outage } | undefined;
}

/** Metrics that are exported. */
export interface ExportedMetrics {
  /** Answers `GET /metrics`; undefined if nobody may ask. */
  listener: RequestListener | undefined;
  /** Sends what was not sent yet, and stops. */
  close(): Promise<void>;
}

/** Exports metrics. */
export function exportMetrics({
  metrics,
  resource,
  scraped,
  otlp,
}: MetricsExport): ExportedMetrics {
  const metricProducers = [new HistogramProducer(metrics)];
  const prometheus = scraped
    ? new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true, metricProducers })
    : undefined;
  const readers = [
    ...(prometheus ? [prometheus] : []),
    ...(otlp
      ? [
          new PeriodicExportingMetricReader({
            exporter: watched(
              new OTLPMetricExporter({
                url: otlp.url,
                temporalityPreference: AggregationTemporality.CUMULATIVE,
              }),
              otlp.outage,
            ),
            exportIntervalMillis: otlp.everyMs,
            exportTimeoutMillis: otlp.everyMs,
            metricProducers,
          }),
        ]
      : []),
  ];
  const provider = new MeterProvider({ resource, readers });
  const meter = provider.getMeter(SCOPE.name);
  for (const instrument of instruments)
    create(meter, instrument).addCallback(async (result: ObservableResult) => {
      for (const { labels, value } of await instrument.read(metrics)) result.observe(value, labels);
    });
  return { listener: prometheus && listenerOf(prometheus), close: () => provider.shutdown() };
}

function create(meter: Meter, { name, kind, unit, description }: Instrument): Observable {
  const options = { unit, description };
  if (kind === 'counter') return meter.createObservableCounter(name, options);
  return kind === 'gauge'
    ? meter.createObservableGauge(name, options)
    : meter.createObservableUpDownCounter(name, options);
}

/** What is appended to a name for its unit, as collectors do it when they hand metrics to Prometheus. */
const SUFFIXES: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes' };

/** The same metrics under the names of Prometheus. The exporter leaves the units out. */
function withUnits(scopes: readonly ScopeMetrics[]): ScopeMetrics[] {
  return scopes.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.map((metric) => {
      const { name, unit } = metric.descriptor;
      const descriptor = { ...metric.descriptor, name: `${name}${SUFFIXES[unit] ?? ''}`, unit: '' };
      return { ...metric, descriptor };
    }),
  }));
}

function listenerOf(prometheus: PrometheusExporter): RequestListener {
  const serializer = new PrometheusSerializer('', false, undefined, false, true);
  const answer = async (response: ServerResponse): Promise<void> => {
    const { resource, scopeMetrics } = (await prometheus.collect()).resourceMetrics;
    const text = serializer.serialize({ resource, scopeMetrics: withUnits(scopeMetrics) });
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(text);
  };
  return (request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && request.url?.split('?', 1)[0] === '/metrics')
      answer(response).catch(() => response.destroy());
    else response.writeHead(404).end();
  };
}
