import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/values/ids.ts';
import { seedSynthetic } from '../../src/seed/synthetic.ts';
import {
  DescendantsDocument,
  type DescendantsQueryVariables,
  type OrganizationKind,
} from '../generated/graphql.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { backward, forward, type WalkArguments } from '../setup/pages.ts';
import { sized } from '../setup/size.ts';
import { code, createWorld, type World } from '../setup/world.ts';

interface Row {
  id: string;
  slug: string;
  name: string;
  kind: OrganizationKind;
  domain: string | null;
  path: string;
  lineage: string[];
}

let world: World;
let rows: Row[];
/** A large root, a middling organization below it and a small one, with a key each. */
let roots: { row: Row; key: string }[];

beforeAll(async () => {
  world = await createWorld();
  // Enough that the largest subtree is far beyond what the first phase looks at.
  await seedSynthetic(world.url, {
    organizations: 6_000,
    seed: 3,
    now: new Date('2026-06-01T00:00:00Z'),
  });
  const odd = [
    '100%',
    '_under_',
    'back\\slash',
    'a.b*c',
    'ÄÖÜ Straße',
    'İstanbul',
    '東京',
    'e\u0301clair',
    '%%',
    '__',
    "o'neil",
    'tab-less  two',
  ];
  const [top] = await world.rows(
    sql<{
      id: string;
    }>`select id from organizations where parent_id is null order by (select count(*) from organizations c where c.path like organizations.path || '%') desc limit 1`,
  );
  for (const [n, name] of odd.entries())
    await sql`insert into organizations (slug, name, parent_id, domain, domain_setup_status) values (${`odd-${n}`}, ${name}, ${top?.id}, ${`odd${n}.example`}, 'VERIFIED')`.execute(
      world.db,
    );
  rows = await world.rows(
    sql<Row>`select id, slug, name, kind, domain, path, lineage from organizations where deleted_at is null order by path`,
  );
  const size = (row: Row): number => rows.filter((other) => other.lineage.includes(row.id)).length;
  const subtrees = rows
    .filter((row) => row.lineage.length <= 4)
    .map((row) => ({ row, size: size(row) }));
  const nearest = (wanted: number): Row =>
    subtrees.reduce((best, next) =>
      Math.abs(next.size - wanted) < Math.abs(best.size - wanted) ? next : best,
    ).row;
  roots = await Promise.all(
    [6_000, 300, 20].map(async (wanted) => ({
      row: nearest(wanted),
      key: await insertApiKey(world.db, nearest(wanted).id, 'search'),
    })),
  );
}, 120_000);
afterAll(() => world.close());

const ask = (root: { key: string }, variables: DescendantsQueryVariables) =>
  world.query(DescendantsDocument, variables, { token: root.key });

/** The reference: JavaScript's own `includes` over text that is folded by way of capitals, which are the same for all that is equal. */
function expected(root: Row, search: string): { id: string; matchedOn: string[] }[] {
  const fold = (text: string): string =>
    Array.from(text.normalize('NFKC').toUpperCase(), (character) => character.toLowerCase())
      .join('')
      .normalize('NFKC')
      .replaceAll('i\u0307', 'i');
  const needle = fold(search.trim());
  return rows
    .filter((row) => row.id !== root.id && row.lineage.includes(root.id))
    .map((row) => {
      const fields = {
        SLUG: row.slug,
        ID: encodeId('Organization', row.id),
        NAME: row.name,
        DOMAIN: row.domain ?? '',
      };
      return {
        id: encodeId('Organization', row.id),
        matchedOn: Object.entries(fields)
          .filter(([, text]) => fold(text).includes(needle))
          .map(([field]) => field),
      };
    })
    .filter(({ matchedOn }) => matchedOn.length > 0);
}

/** Everything below a root, in tree order. */
const below = (root: Row): string[] =>
  rows
    .filter((row) => row.id !== root.id && row.lineage.includes(root.id))
    .map((row) => encodeId('Organization', row.id));

describe('search', () => {
  it('finds exactly what a literal, case-insensitive comparison finds, in tree order, for any pattern', async () => {
    const pieces = rows.flatMap((row) => [
      row.slug,
      row.name,
      encodeId('Organization', row.id),
      row.domain ?? row.slug,
    ]);
    const pattern = fc
      .oneof(
        {
          weight: 4,
          arbitrary: fc
            .tuple(fc.constantFrom(...pieces), fc.nat(30), fc.integer({ min: 1, max: 12 }))
            .map(([text, from, length]) =>
              text.slice(from % text.length, (from % text.length) + length),
            ),
        },
        { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 4 }) },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            '%',
            '_',
            '\\',
            '%%',
            '__',
            '%_',
            '\\%',
            '100%',
            'TEAM',
            'Team',
            'ß',
            'SS',
            'A\u0308',
            'ä',
            'i',
            'İ',
            '東',
            "'",
            '.',
            '-',
            'zzqx',
            'org_',
            'e\u0301',
          ),
        },
      )
      .filter((text) => text.trim() !== '' && !/\p{Cc}/u.test(text) && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(pattern, fc.constantFrom(...roots), async (search, root) => {
        const { data } = await ask(root, { search, first: 100 });
        const found = data?.organization?.descendants?.edges.map(({ node, matchedOn }) => ({
          id: node.id,
          matchedOn,
        }));
        const wanted = expected(root.row, search);
        expect(found).toEqual(wanted.slice(0, 100));
        expect(data?.organization?.descendants?.totalCount).toBe(wanted.length);
      }),
      { numRuns: sized(60, 150), seed: 11 },
    );
  }, 120_000);

  it.each([1, 7, 53, 100])(
    'pages of %i in both directions give the whole, common and rare patterns alike',
    async (size) => {
      for (const search of ['team', 'er', 'quartz', '-z']) {
        for (const root of size === 1 ? roots.slice(2) : roots) {
          const whole = expected(root.row, search).map(({ id }) => id);
          const page = async (walk: WalkArguments) => {
            const found = (await ask(root, { search, ...walk })).data?.organization?.descendants;
            return {
              rows: found?.edges.map(({ node }) => node.id) ?? [],
              pageInfo: found?.pageInfo ?? { hasNextPage: false },
            };
          };
          expect({ search, rows: await forward(size, page) }).toEqual({ search, rows: whole });
          expect({ search, rows: await backward(size, page) }).toEqual({ search, rows: whole });
        }
      }
    },
    120_000,
  );

  it('and the list without one, of one kind alone, give the whole in both directions', async () => {
    const kinds: OrganizationKind[] = ['RESELLER', 'AGENCY', 'CUSTOMER'];
    let found = 0;
    for (const kind of kinds) {
      for (const search of ['team', '-z', null]) {
        for (const root of roots) {
          const within =
            search === null ? below(root.row) : expected(root.row, search).map(({ id }) => id);
          const ofKind = new Set(
            rows.filter((row) => row.kind === kind).map((row) => encodeId('Organization', row.id)),
          );
          const whole = within.filter((id) => ofKind.has(id));
          found += whole.length;
          const page = async (walk: WalkArguments) => {
            const { data } = await ask(root, { search, kind, ...walk });
            const list = data?.organization?.descendants;
            expect(list?.totalCount).toBe(whole.length);
            return {
              rows: list?.edges.map(({ node }) => node.id) ?? [],
              pageInfo: list?.pageInfo ?? { hasNextPage: false },
            };
          };
          expect({ kind, search, rows: await forward(90, page) }).toEqual({
            kind,
            search,
            rows: whole,
          });
          expect({ kind, search, rows: await backward(90, page) }).toEqual({
            kind,
            search,
            rows: whole,
          });
        }
      }
    }
    expect(found).toBeGreaterThan(1_000);
  }, 120_000);

  it('tells depth and breadcrumb from the organization that was asked on', async () => {
    const { data } = await world.query(
      DescendantsDocument,
      { search: 'kiosk' },
      { as: 'key@north' },
    );
    expect(data?.organization?.descendants?.edges).toEqual([
      expect.objectContaining({
        depth: 2,
        path: 'north › shop-1 › kiosk',
        matchedOn: ['SLUG', 'NAME'],
      }),
    ]);
    const below = await world.ask(
      `{ organization(slug: "shop-1") { descendants { edges { depth path(separator: "/") } } } }`,
      {
        as: 'key@north',
      },
    );
    expect(below.data).toEqual({
      organization: { descendants: { edges: [{ depth: 1, path: 'shop-1/kiosk' }] } },
    });
    expect(
      code(
        await world.ask(
          `{ organization { descendants { edges { path(separator: "${'x'.repeat(17)}") } } } }`,
          { as: 'key@north' },
        ),
      ),
    ).toBe('BAD_USER_INPUT');
  });

  it('does not find the organization that was asked on, nor anything beside or above it', async () => {
    for (const search of [
      'north',
      'acme',
      'south',
      'rival',
      'depot',
      world.org('north'),
      world.org('acme'),
    ]) {
      expect(
        (await world.query(DescendantsDocument, { search }, { as: 'key@north' })).data?.organization
          ?.descendants,
      ).toMatchObject({
        totalCount: 0,
        edges: [],
      });
    }
    expect(
      (await world.query(DescendantsDocument, { search: world.org('kiosk') }, { as: 'key@north' }))
        .data?.organization?.descendants,
    ).toMatchObject({ totalCount: 1, edges: [{ matchedOn: ['ID'] }] });
  });

  it('takes an empty or blank pattern for no search, so that a cleared search box shows everything', async () => {
    const all = await world.query(DescendantsDocument, {}, { as: 'key@north' });
    for (const search of ['', '   ', '\u00a0\u3000'])
      expect((await world.query(DescendantsDocument, { search }, { as: 'key@north' })).text).toBe(
        all.text,
      );
  });

  it('refuses patterns that are too long or no text', async () => {
    for (const search of ['x'.repeat(65), 'a\u0000b', 'a\nb', '\ud800', 'x\udc00']) {
      const answer = await world.query(DescendantsDocument, { search }, { as: 'key@north' });
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'search',
      });
    }
    expect(
      (
        await world.query(
          DescendantsDocument,
          { search: `  ${'x'.repeat(64)}  ` },
          { as: 'key@north' },
        )
      ).errors,
    ).toBeUndefined();
  });

  it('leaves out deleted organizations unless asked for them', async () => {
    await sql`insert into organizations (slug, name, parent_id, status, deleted_at) values ('kiosk-gone', 'x', ${world.uuid('shop-1')}, 'DELETED', now())`.execute(
      world.db,
    );
    expect(
      (await world.query(DescendantsDocument, { search: 'kiosk' }, { as: 'key@north' })).data
        ?.organization?.descendants?.totalCount,
    ).toBe(1);
    const wide = (
      await world.query(
        DescendantsDocument,
        { search: 'kiosk', includeDeleted: true },
        { as: 'key@north' },
      )
    ).data?.organization?.descendants;
    expect(wide).toMatchObject({
      totalCount: 2,
      edges: [
        {},
        { node: { slug: 'kiosk-gone', status: 'DELETED' }, path: 'north › shop-1 › kiosk-gone' },
      ],
    });
  });
});

describe('descendants without a search', () => {
  it('list the subtree in tree order, to the depth asked for', async () => {
    const all = (await world.query(DescendantsDocument, {}, { as: 'key@acme' })).data?.organization
      ?.descendants;
    expect(all?.edges.map(({ node, depth }) => `${depth} ${node.slug}`)).toEqual([
      '1 north',
      '2 shop-1',
      '3 kiosk',
      '2 shop-2',
      '1 south',
      '2 depot',
    ]);
    expect(all?.edges.every(({ matchedOn }) => matchedOn.length === 0)).toBe(true);
    const shallow = (await world.query(DescendantsDocument, { maxDepth: 1 }, { as: 'key@acme' }))
      .data?.organization?.descendants;
    expect(shallow).toMatchObject({
      totalCount: 2,
      edges: [{ node: { slug: 'north' } }, { node: { slug: 'south' } }],
    });
    expect(code(await world.query(DescendantsDocument, { maxDepth: 0 }, { as: 'key@acme' }))).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('agree with children, counts and direct look-ups on who is there', async () => {
    const [, root] = roots;
    const ids = await forward(53, async (walk) => {
      const found = (await world.query(DescendantsDocument, walk, { token: root?.key ?? '' })).data
        ?.organization?.descendants;
      return {
        rows: found?.edges.map(({ node }) => node.id) ?? [],
        pageInfo: found?.pageInfo ?? { hasNextPage: false },
      };
    });
    expect(ids.toSorted()).toEqual(
      expected(root?.row as Row, 'org_')
        .map(({ id }) => id)
        .toSorted(),
    );
    const looked = await world.ask<{
      nodes: ({ id: string } | null)[];
      organization: { descendantCount: number };
    }>(
      `{ nodes(ids: ${JSON.stringify(ids.slice(0, 100))}) { id } organization { descendantCount } }`,
      { token: root?.key ?? '' },
    );
    expect(looked.errors).toBeUndefined();
    expect(looked.data?.organization.descendantCount).toBe(ids.length);
  });
});
