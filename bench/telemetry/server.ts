/** The process that is measured: one gateway per choice of what is told. */
import { devNull } from 'node:os';
import { connect } from '../../src/database/connect.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { exportMetrics } from '../../src/telemetry/metrics/export.ts';
import { Outage } from '../../src/telemetry/outage.ts';
import { describeProcess } from '../../src/telemetry/resource.ts';
import { openTracer, sendTo } from '../../src/telemetry/traces/library-tracer.ts';
import type { Gateway } from '../../src/http/gateway.ts';
import { openGateway } from '../open-gateway.ts';
import { POOL_SIZE } from '../peers/process.ts';
import { serveLanes } from '../side-by-side/serve.ts';
import type { Lane } from './lanes.ts';

const silent = createLogger('silent');
const lines = createLogger('info', devNull);
const resource = describeProcess('bench');
const db = connect({ url: process.env['DATABASE_URL'] ?? '', poolSize: POOL_SIZE, log: silent });

const measured = (): Metrics => {
  const metrics = new Metrics();
  exportMetrics({ metrics, resource, scraped: true, otlp: undefined });
  return metrics;
};

const { tracer } = openTracer({
  resource,
  sampler: { name: 'traceidratio', ratio: 0.1 },
  processor: sendTo(
    process.env['COLLECTOR'] ?? '',
    new Outage(createLogger('warn'), 'the collector'),
  ),
});

const bare = { boundsCost: false };
const gateways: Record<Lane, () => Gateway> = {
  none: () => openGateway(db, silent, bare),
  control: () => openGateway(db, silent, bare),
  log: () => openGateway(db, lines, bare),
  metrics: () => openGateway(db, silent, { ...bare, metrics: measured() }),
  traces: () => openGateway(db, silent, { ...bare, tracer }),
  all: () => openGateway(db, lines, { ...bare, metrics: measured(), tracer }),
};

await serveLanes(gateways);
