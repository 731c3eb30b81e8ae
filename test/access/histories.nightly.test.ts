/** A million random operations, or as many as fit, compared step by step with the model of rights. */
import { expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { changes } from '../model/changes.ts';
import { newTally, runHistories } from '../model/histories.ts';

const OPERATIONS = 1_000_000;
const TIME_MS = 2_400_000;

it('answers and shows through up to a million random operations in large trees exactly what the model of rights says', async ({
  world,
}) => {
  const tally = newTally();
  const first = Date.now() % 1_000_000_000;
  const start = performance.now();
  const size = { organizations: 500, depth: 32, people: 20, keys: 12 };
  for (
    let seed = first;
    tally.operations < OPERATIONS && performance.now() - start < TIME_MS;
    seed++
  )
    await runHistories(world, tally, { size, length: 1_000, seed, runs: 2 });
  process.stdout.write(
    `${tally.operations} operations in ${tally.histories} histories and ${tally.sights} full sights, from seed ${first}, in ` +
      `${Math.round((performance.now() - start) / 1_000)} s: no difference\n`,
  );
  expect(tally.operations).toBeGreaterThan(1_000);
  // Every mutation was done and refused.
  for (const name of Object.keys(changes)) {
    const outcomes = [...tally.outcomes.keys()].filter((outcome) => outcome.startsWith(`${name} `));
    expect(outcomes).toContain(`${name} done`);
    expect(outcomes.length, name).toBeGreaterThan(1);
  }
}, 3_600_000);
