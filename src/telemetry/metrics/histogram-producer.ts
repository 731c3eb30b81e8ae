/** Hands the histograms to the library in its own form. Everything else is read by instruments. */
import { ValueType, type HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  type HistogramMetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { emptyResource } from '@opentelemetry/resources';
import type { Histogram } from './histogram.ts';
import { histograms } from './histograms.ts';
import type { Metrics } from './metrics.ts';
import type { Point } from './table.ts';

/** The name under which the library groups the metrics. */
export const SCOPE = { name: 'banyan' };

const timeOf = (milliseconds: number): HrTime => [
  Math.floor(milliseconds / 1_000),
  Math.round((milliseconds % 1_000) * 1e6),
];

/**
 * The histograms of a process. The library would record each value under its labels at once, which
 * takes up to 2 µs; a plain read takes 100 (docs/decisions/0034-telemetry.md).
 */
export class HistogramProducer implements MetricProducer {
  readonly #metrics: Metrics;
  readonly #startTime = timeOf(Date.now());

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  collect(): Promise<CollectionResult> {
    const endTime = timeOf(Date.now());
    const metrics = histograms.map(({ name, unit, description, read }): HistogramMetricData => {
      const point = ({ labels, value }: Point<Histogram>) => ({
        startTime: this.#startTime,
        endTime,
        attributes: labels,
        value: {
          buckets: { boundaries: [...value.bounds], counts: [...value.counts] },
          sum: value.sum,
          count: value.count,
        },
      });
      return {
        descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: read(this.#metrics).map(point),
      };
    });
    return Promise.resolve({
      resourceMetrics: {
        resource: emptyResource(),
        scopeMetrics: [
          { scope: SCOPE, metrics: metrics.filter(({ dataPoints }) => dataPoints[0]) },
        ],
      },
      errors: [],
    });
  }
}
