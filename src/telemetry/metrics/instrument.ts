/** What a metric is. */
import type { Metrics } from './metrics.ts';
import type { Point } from './table.ts';

/** How values of a metric behave: they only grow, go up and down and may be added, or may not. */
export type Kind = 'counter' | 'upDownCounter' | 'gauge';

/** A metric that is read when somebody asks. */
export interface Instrument {
  name: string;
  kind: Kind;
  /** In the form of UCUM: `s`, `By`, `1`, or a word in braces. */
  unit: string;
  description: string;
  read(metrics: Metrics): readonly Point[] | Promise<readonly Point[]>;
}
