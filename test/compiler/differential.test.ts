/** A query has the same answer whether it is compiled or executed by resolvers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fieldsWithoutForm } from '../../src/compiler/plan.ts';
import { schema } from '../../src/schema.ts';
import type { Outcome } from '../../src/compiler/outcome.ts';
import { sized } from '../setup/size.ts';
import { gatewayOver } from '../setup/world.ts';
import { answerOf, compareRandom, createPair, type Pair } from './differential.ts';

const QUERIES = sized(600, 50_000);

let pair: Pair;
beforeAll(async () => {
  pair = await createPair();
});
afterAll(() => pair.world.close());

it(`answers ${QUERIES} random queries byte for byte like the resolvers`, async () => {
  const seed = Date.now() % 1_000_000_000;
  const { differences, outcomes } = await compareRandom(pair, QUERIES, seed);
  process.stdout.write(
    `seed ${seed}: ${[...outcomes].map(([name, count]) => `${count} ${name}`).join(', ')}\n`,
  );
  expect(differences.slice(0, 3)).toEqual([]);
  // Enough of them are one statement.
  expect(outcomes.get('compiled')).toBeGreaterThan(QUERIES / 5);
});

/** Why a field has no form in SQL. */
const RESOLVED: Record<string, string> = {
  'AuditEvent.after': 'what the caller may see of a state is told by rules for each part',
  'AuditEvent.before': 'as above',
  'AuditEvent.redacted': 'as above',
  'Billing.email': 'international domains are shown in letters',
  'Contact.email': 'as above',
  'Query.invitationPreview': 'asked once by each invited person',
  'Query.node': 'not written yet',
  'Query.nodes': 'not written yet',
  'Query.slugAvailability': 'looks at the whole platform, outside of what the caller may read',
  'SlugAvailability.available': 'as above',
  'UsageSummary.byChild': 'not written yet',
  'Viewer.can': 'not written yet',
};

it('leaves the first request of a shape to the resolvers, since most of the time goes to writing the statement', async () => {
  const { world } = pair;
  const outcomes: Outcome[] = [];
  const gateway = gatewayOver(world.gatewayDb, {
    compiled: true,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  const query = (slug: string, first: number) => ({
    document:
      'query ($slug: String!, $first: Int!) { organization(slug: $slug) { children(first: $first) { nodes { slug } } } }',
    variables: { slug, first },
  });
  const answers = [];
  for (const each of [query('north', 2), query('shop-1', 2), query('north', 2), query('north', 3)])
    answers.push(await answerOf(gateway, world, 'admin@acme', each));
  expect(outcomes.map((outcome) => ('data' in outcome ? 'compiled' : outcome.fall))).toEqual([
    'new',
    'compiled',
    'compiled',
    'new',
  ]);
  expect(answers[2]).toBe(answers[0]);
});

it('knows how to read every field in SQL, but for those with a reason', () => {
  expect(fieldsWithoutForm(schema)).toEqual(Object.keys(RESOLVED));
});
