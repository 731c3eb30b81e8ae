/** A query has the same answer whether it is compiled or executed by resolvers, at full size. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareRandom, createPair, type Pair } from './differential.ts';

const QUERIES = 50_000;

let pair: Pair;
beforeAll(async () => {
  pair = await createPair();
});
afterAll(() => pair.world.close());

it(`answers ${QUERIES} random queries byte for byte like the resolvers`, async () => {
  const seed = Date.now() % 1_000_000_000;
  const { differences, outcomes } = await compareRandom(pair, QUERIES, seed);
  process.stdout.write(`seed ${seed}: ${[...outcomes].map(([name, count]) => `${count} ${name}`).join(', ')}\n`);
  expect(differences.slice(0, 3)).toEqual([]);
  expect(outcomes.get('compiled')).toBeGreaterThan(QUERIES / 5);
}, 7_200_000);
