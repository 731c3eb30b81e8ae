/** Which organization another one is below, and since when. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBothForms, type BothForms } from '../setup/both-forms.ts';
import type { Caller, Slug } from '../setup/world.ts';

let both: BothForms;
beforeAll(async () => {
  both = await createBothForms();
});
afterAll(() => both.world.close());

const QUERY = `query ($slug: String!) {
  organization(slug: $slug) {
    createdAt
    partnership { since status partner { slug } }
    children(first: 10) { nodes { slug partnership { partner { slug } } } }
  }
}`;

interface Organization {
  createdAt: string;
  partnership: { since: string; status: string; partner: { slug: string } | null } | null;
  children: { nodes: { slug: string; partnership: { partner: { slug: string } } | null }[] };
}

const read = async (slug: Slug, as: Caller): Promise<Organization> =>
  (await both.read<{ organization: Organization }>(QUERY, { as }, { slug })).organization;

const MOVE = `mutation ($input: MoveOrganizationInput!) {
  moveOrganization(input: $input) { ... on MoveOrganizationPayload { organization { id } } }
}`;

it('Is with the organization above, since the creation', async () => {
  const { createdAt, partnership, children } = await read('shop-1', 'key@north');
  expect(partnership).toEqual({ since: createdAt, status: 'ACTIVE', partner: { slug: 'north' } });
  expect(children.nodes).toEqual([{ slug: 'kiosk', partnership: { partner: { slug: 'shop-1' } } }]);
});

it('Shows nothing above the organization that is acted in, though there is something', async () => {
  expect((await read('north', 'key@north')).partnership).toBeNull();
  expect((await read('north', 'key@acme')).partnership).toMatchObject({
    partner: { slug: 'acme' },
  });
  expect((await read('acme', 'key@acme')).partnership).toBeNull();
});

it('Is with another one since a move, and stays as long for what goes along', async () => {
  const { world } = both;
  const before = await read('kiosk', 'key@acme');
  const input = { id: world.org('shop-1'), newParentId: world.org('shop-2') };
  const started = Date.now();
  const { errors } = await world.ask(MOVE, { as: 'key@acme' }, { input });
  expect(errors).toBeUndefined();
  const { createdAt, partnership } = await read('shop-1', 'key@acme');
  expect(partnership?.partner).toEqual({ slug: 'shop-2' });
  expect(Date.parse(partnership?.since ?? '')).toBeGreaterThan(Date.parse(createdAt));
  // Clocks of the database and of this process are the same machine's.
  expect(Date.parse(partnership?.since ?? '')).toBeGreaterThanOrEqual(started - 1_000);
  expect(await read('kiosk', 'key@acme')).toEqual(before);
  const dry = { id: world.org('shop-1'), newParentId: world.org('north'), dryRun: true };
  await world.ask(MOVE, { as: 'key@acme' }, { input: dry });
  expect((await read('shop-1', 'key@acme')).partnership).toEqual(partnership);
});
