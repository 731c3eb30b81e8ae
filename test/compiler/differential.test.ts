/** A query has the same answer whether it is compiled or executed by resolvers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fieldsWithoutForm } from '../../src/compiler/plan.ts';
import { schema } from '../../src/schema.ts';
import { compareRandom, createPair, type Pair } from './differential.ts';

const QUERIES = 600;

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
  // Enough of them are one statement.
  expect(outcomes.get('compiled')).toBeGreaterThan(QUERIES / 5);
});

/** Why a field has no form in SQL. */
const RESOLVED: Record<string, string> = {
  'AuditEvent.after': 'what the caller may see of a state is told by rules for each part',
  'AuditEvent.before': 'as above',
  'AuditEvent.redacted': 'as above',
  'Billing.email': 'international domains are shown in letters',
  'Query.invitationPreview': 'asked once by each invited person',
  'Query.node': 'not written yet',
  'Query.nodes': 'not written yet',
  'Query.slugAvailability': 'looks at the whole platform, outside of what the caller may read',
  'SlugAvailability.available': 'as above',
  'UsageSummary.byChild': 'not written yet',
  'Viewer.can': 'not written yet',
};

it('knows how to read every field in SQL, but for those with a reason', () => {
  expect(fieldsWithoutForm(schema)).toEqual(Object.keys(RESOLVED));
});
