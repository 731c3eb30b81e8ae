/** Asks for metrics as Prometheus does: over HTTP, in its format. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportMetrics } from '../../src/telemetry/metrics/export.ts';
import type { Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { describeProcess } from '../../src/telemetry/resource.ts';

/** One line of an answer. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Scraper extends AsyncDisposable {
  url: string;
  /** The answer as it is. */
  text(): Promise<string>;
  /** The lines of one metric. */
  samples(name: string): Promise<Sample[]>;
  /** The sum of the lines of one metric that have these labels. */
  sum(name: string, labels?: Record<string, string>): Promise<number>;
}

/** Reads the lines of an answer. */
export function samplesIn(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
      return {
        name,
        labels: Object.fromEntries([...pairs].map(([, label = '', word = '']) => [label, word])),
        value: Number(value),
      };
    });
}

/** Serves metrics on a free port. */
export async function serveMetrics(metrics: Metrics): Promise<Scraper> {
  const exported = exportMetrics({
    metrics,
    resource: describeProcess('test'),
    scraped: true,
    otlp: undefined,
  });
  const server = createServer(exported.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const text = async (): Promise<string> => (await fetch(url)).text();
  const samples = async (name: string): Promise<Sample[]> =>
    samplesIn(await text()).filter((sample) => sample.name === name);
  return {
    url,
    text,
    samples,
    async sum(name, labels = {}) {
      const isMeant = (sample: Sample): boolean =>
        Object.entries(labels).every(([label, word]) => (sample.labels[label] ?? '') === word);
      return (await samples(name)).filter(isMeant).reduce((sum, { value }) => sum + value, 0);
    },
    async [Symbol.asyncDispose]() {
      server.close().closeAllConnections();
      await exported.close();
    },
  };
}
