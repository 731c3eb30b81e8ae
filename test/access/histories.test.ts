/** Random histories, compared step by step with a model of rights that was written from the decision records. */
import { expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { newTally, runHistories } from '../model/histories.ts';

const OPERATIONS = 350;

it(`answers and shows through ${OPERATIONS.toLocaleString('en')} random operations exactly what the model of rights says`, async ({
  world,
}) => {
  const tally = newTally();
  const first = Date.now() % 1_000_000_000;
  const size = { organizations: 40, depth: 8, people: 8, keys: 5 };
  for (let seed = first; tally.operations < OPERATIONS; seed++)
    await runHistories(world, tally, { size, length: 250, seed, runs: 5 });
  const seconds = Math.round(performance.now() / 1_000);
  process.stdout.write(
    `${tally.operations} operations in ${tally.histories} histories and ${tally.sights} full sights, from seed ${first}, in ${seconds} s: no difference\n`,
  );
  expect(tally.operations).toBeGreaterThanOrEqual(OPERATIONS);
}, 600_000);
