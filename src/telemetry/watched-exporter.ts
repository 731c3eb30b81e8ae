/** Exporters whose failures are logged as an outage: once, then with a count. */
import type { Outage } from './outage.ts';

/** What is used of the result of an export: 0 is success. */
interface ExportResult {
  code: number;
  error?: Error;
}

interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void;
}

/** Tells `outage` of each export. The library itself is silent. */
export function watched<Items, Watched extends Exporter<Items>>(
  exporter: Watched & Exporter<Items>,
  outage: Outage,
): Watched {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) =>
    send(items, (result) => {
      if (result.code === 0) outage.succeeded();
      else outage.failed(result.error ?? new Error('unknown reason'));
      done(result);
    });
  return exporter;
}
