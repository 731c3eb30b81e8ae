/** Ids that are there for caches only. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBothForms, type BothForms } from '../setup/both-forms.ts';
import { insertMembership } from '../setup/world.ts';

let forms: BothForms;
beforeAll(async () => {
  forms = await createBothForms();
});
afterAll(() => forms.world.close());

it('A person has one id per subtree, which is the id of nothing else', async () => {
  const { world, read } = forms;
  const user = world.person('user@shop-1').slice('usr_'.length);
  await insertMembership(
    world,
    world.uuid('shop-2'),
    user.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    ['user'],
  );
  const peopleOf = async (slug: 'north' | 'shop-1') =>
    (
      await read<{
        organization: { people: { nodes: { id: string; user: { id: string; email: string } }[] } };
      }>(
        'query ($id: ID) { organization(id: $id) { people { nodes { id user { id email } } } } }',
        { as: 'admin@north' },
        { id: world.org(slug) },
      )
    ).organization.people.nodes;
  const all = await peopleOf('north');
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const person of all)
    expect(person.id).toBe(`per_${world.org('north').slice(4)}${person.user.id.slice(4)}`);
  const below = await peopleOf('shop-1');
  expect(below.map(({ id }) => id)).toContain(`per_${world.org('shop-1').slice(4)}${user}`);
  const looked = await world.ask(
    'query ($id: ID!) { node(id: $id) { id } }',
    { as: 'admin@north' },
    { id: all[0]?.id },
  );
  expect(looked.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

it('A metric has the same id in the catalog and in a summary', async () => {
  const { usageMetrics, organization } = await forms.read<{
    usageMetrics: { id: string; key: string }[];
    organization: { usage: { metrics: { metric: { id: string; key: string } }[] } };
  }>(
    `{ usageMetrics { id key } organization {
      usage(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z") { metrics { metric { id key } } } } }`,
    { as: 'admin@north' },
  );
  expect(usageMetrics.length).toBeGreaterThan(5);
  for (const metric of usageMetrics) expect(metric.id).toBe(`met_${metric.key}`);
  expect(organization.usage.metrics.map(({ metric }) => metric)).toEqual(usageMetrics);
});
