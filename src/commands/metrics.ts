/** `banyan metrics add`: one more metric in the catalog. */
import { addMetric } from '../modules/usage/catalog.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

export interface MetricOptions {
  key: string;
  name: string;
  unit: string;
  description?: string;
  /** Keys of the metrics that it is the sum of; none for one that is recorded itself. */
  parts: string[];
  /** Keys of the metrics whose sum divides that of the parts; none for a plain sum. */
  dividedBy: string[];
  /** How many days late its events may come. */
  lateDays: number;
}

/** Adds it; running gateways know it at once. */
export function addToCatalog(
  terminal: Terminal,
  { description, ...metric }: MetricOptions,
): Promise<void> {
  return withDatabase(terminal, async ({ db }) => {
    await addMetric(db, { ...metric, description: description ?? null });
    terminal.print(`Added ${metric.key} to the catalog.`);
  });
}
