/** Settings of metrics, traces and reports of errors. All of it is off unless it is configured. */
import { z } from 'zod';
import { SAMPLERS } from '../telemetry/traces/sampler.ts';
import { SAFE_URL, oneOf, safeUrl, wholeNumber } from './forms.ts';

const collectorUrl = z
  .string()
  .refine(isCollectorUrl, 'must be an http:// or https:// address without a password or query');

function isCollectorUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    (url?.protocol === 'https:' || url?.protocol === 'http:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === ''
  );
}

const SHARE = 'must be a number from 0 to 1';
const share = z.coerce.number(SHARE).min(0, SHARE).max(1, SHARE);

/** Metrics, traces and reports of errors. */
export const telemetrySettings = {
  METRICS_PORT: wholeNumber(0, 65_535).optional().meta({
    description:
      'Port on which `GET /metrics` is answered in the format of Prometheus, for gateways and workers; `0` takes any that is free.',
    unset: 'no such port',
  }),
  METRICS_HOST: z.string().default('127.0.0.1').meta({
    description:
      'Address of that port. Whoever reaches it may read how much the platform is used, but nothing about tenants.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl.optional().meta({
    description:
      'Collector that metrics and traces are sent to (OTLP over HTTP, protobuf), below `/v1/metrics` and `/v1/traces`. The other `OTEL_EXPORTER_OTLP_…` variables, such as headers, timeout and compression, are read by the library.',
    form: '`http://` or `https://` address',
    unset: 'nothing is sent',
  }),
  OTEL_METRICS_EXPORTER: oneOf('otlp', 'none')
    .default('otlp')
    .meta({ description: 'Whether metrics are sent to the collector.' }),
  OTEL_METRIC_EXPORT_INTERVAL: wholeNumber(1_000, 3_600_000)
    .default(60_000)
    .meta({ description: 'Milliseconds between two times that metrics are sent.' }),
  OTEL_TRACES_EXPORTER: oneOf('otlp', 'none')
    .default('otlp')
    .meta({ description: 'Whether traces are sent to the collector.' }),
  OTEL_TRACES_SAMPLER: oneOf(...SAMPLERS)
    .default('parentbased_always_on')
    .meta({
      description:
        'Which requests and jobs are traced. With `parentbased_…`, callers who send a `traceparent` decide for themselves.',
    }),
  OTEL_TRACES_SAMPLER_ARG: share
    .default(1)
    .meta({ description: 'The share that a `…traceidratio` traces.', form: '0 to 1' }),
  ERROR_WEBHOOK_URL: safeUrl.optional().meta({
    secret: true,
    description:
      'Where the lines of the log at level `error` are posted to as well, as JSON, at most every five seconds.',
    form: SAFE_URL,
    unset: 'errors are in the log only',
  }),
};
