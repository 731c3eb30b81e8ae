/** A query has the same answer whether it is compiled or executed by resolvers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fieldsWithoutForm } from '../../src/compiler/plan.ts';
import { schema } from '../../src/schema.ts';
import type { Outcome } from '../../src/compiler/outcome.ts';
import { sized } from '../setup/size.ts';
import { gatewayOver } from '../setup/world.ts';
import { answerOf, compareRandom, createPair, pairOver, type Pair } from './differential.ts';

const QUERIES = sized(400, 50_000);
/** Pairs of gateways that compare side by side: enough that neither they nor the database wait. */
const LANES = 4;
/** Queries of one seed. */
const STEP = sized(100, 1_250);
const DIFFERENCES_MAX = 3;

let pair: Pair;
beforeAll(async () => {
  pair = await createPair();
});
afterAll(() => pair.world.close());

it(`answers ${QUERIES} random queries byte for byte like the resolvers`, async () => {
  const differences: string[] = [];
  const outcomes = new Map<string, number>();
  const first = Date.now() % 1_000_000_000;
  let begun = 0;
  // Each step has a seed of its own, so that it can be repeated without those before it.
  const compare = async (lane: Pair): Promise<void> => {
    while (begun * STEP < QUERIES && differences.length < DIFFERENCES_MAX) {
      const seed = first + begun++;
      const compared = await compareRandom(lane, STEP, seed);
      const found = [...compared.outcomes].map(([name, count]) => `${count} ${name}`).join(', ');
      process.stdout.write(
        `${STEP} queries of seed ${seed}: ${found}; ${compared.differences.length} different, ${compared.unanswered} asked again\n`,
      );
      for (const [name, count] of compared.outcomes)
        outcomes.set(name, (outcomes.get(name) ?? 0) + count);
      differences.push(...compared.differences.map((difference) => `${seed}: ${difference}`));
    }
  };
  await Promise.all(
    Array.from({ length: LANES }, (_, n) =>
      compare(n === 0 ? pair : pairOver(pair.world, pair.nodes)),
    ),
  );
  expect(differences.slice(0, DIFFERENCES_MAX)).toEqual([]);
  // Enough of them are one statement: by far the most random seeds have a fifth or a quarter.
  expect(outcomes.get('compiled')).toBeGreaterThan(QUERIES / 8);
});

it('leaves the first request of a shape to the resolvers, since most of the time goes to writing the statement', async () => {
  const { world } = pair;
  const outcomes: Outcome[] = [];
  const gateway = gatewayOver(world.gatewayDb, {
    compiled: true,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  const query = (slug: string, first: number, orderBy = 'SLUG_ASC') => ({
    document:
      'query ($slug: String!, $first: Int!, $orderBy: OrganizationOrder) { organization(slug: $slug) { children(first: $first, orderBy: $orderBy) { nodes { slug } } } }',
    variables: { slug, first, orderBy },
  });
  const answers = [];
  for (const each of [
    query('north', 2),
    query('shop-1', 3),
    query('north', 2),
    query('north', 2, 'SLUG_DESC'),
  ])
    answers.push(await answerOf(gateway, world, 'admin@acme', each));
  expect(outcomes.map((outcome) => ('data' in outcome ? 'compiled' : outcome.fall))).toEqual([
    'new',
    'compiled',
    'compiled',
    'new',
  ]);
  expect(answers[2]).toBe(answers[0]);
});

it('knows how to read every field in SQL', () => {
  // A field that cannot be read in SQL is listed here, with the reason.
  expect(fieldsWithoutForm(schema)).toEqual([]);
});
