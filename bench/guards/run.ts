/** What guarding and the log add to the CPU of plain reads: counting cost, spending budgets, a line per request. */
import { verdict } from '../measure.ts';
import { addedPercent, compareLanes } from '../side-by-side/compare.ts';
import { lanes } from './lanes.ts';

const TARGET_PERCENT = 3;

/** CPU of plain reads with the checks, against the same reads without them. */
export async function benchGuards(rounds: number, only?: string): Promise<void> {
  const measured = await compareLanes({
    name: 'guards',
    script: 'bench/guards/server.ts',
    lanes,
    env: { REDIS_URL: process.env['REDIS_URL'] ?? '' },
    rounds,
    only,
  });
  const both = measured.get('both');
  if (!both) return;
  verdict(
    'cost and budgets in memory add to the CPU of the gateway',
    addedPercent(both, 'gateway'),
    TARGET_PERCENT,
    ' %',
  );
  verdict(
    'cost and budgets in memory add to the CPU of a request',
    addedPercent(both, 'whole'),
    TARGET_PERCENT,
    ' %',
  );
}
