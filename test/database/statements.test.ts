import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, insertMembership, insertUser, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  // Documents are as large as it takes to see what a statement is shared by.
  world = await createWorld({ limits: { nodes: 1_000_000, cost: 1_000_000 }, compiled: false });
  // 100 parents with four children each, who have a child each; parents and children have a member.
  await sql`insert into organizations (slug, name, parent_id) select 'parent-' || n, 'Parent ' || n, ${world.uuid('rival-shop')} from generate_series(1, 100) as n`.execute(
    world.db,
  );
  for (const [level, from] of [
    ['child', 'parent-%'],
    ['leaf', 'child-%'],
  ] as const) {
    await sql`insert into organizations (slug, name, parent_id) select ${level} || '-' || o.ordinal || '-' || n, ${level}, o.id from organizations o, generate_series(1, ${level === 'child' ? 4 : 1}) as n where o.slug like ${from}`.execute(
      world.db,
    );
  }
  const user = await insertUser(world, 'everywhere@x.example', 'Everywhere');
  const ids = await world.rows(
    sql<{
      id: string;
    }>`select id from organizations where slug like 'child-%' or slug like 'parent-%'`,
  );
  for (const { id } of ids) await insertMembership(world, id, user, ['viewer', 'user']);
  await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at) select id, 'e', 'voice_calls', 1, '2026-05-05Z' from organizations where slug like 'child-%'`.execute(
    world.db,
  );
});
afterAll(() => world.close());

async function counted(document: string): Promise<{ statements: number; data: never }> {
  const before = world.statements.length;
  const answer = await world.ask<never>(document, { as: 'key@rival' });
  expect(answer.errors).toBeUndefined();
  return { statements: world.statements.length - before, data: answer.data as never };
}

/** Every request reads its credential with one statement. */
const CREDENTIAL = 1;

describe('the number of statements of resolvers', () => {
  it('is at most one a field and level for a query four levels deep over 100 parents', async () => {
    const { statements, data } = await counted(`{
      organization(slug: "rival-shop") {
        children(first: 100) {
          totalCount
          nodes {
            slug childCount hasChildren descendantCount parent { slug } ancestors { slug }
            members(first: 5) { totalCount nodes { user { name email } roles { key } scopes organization { slug } } }
            children(first: 10) {
              totalCount
              edges { cursor node {
                slug childCount viewerAccess { kind canSignIn scopes }
                members(first: 2) { nodes { user { email } roles { key } } }
                children(first: 5) { nodes { slug depth parent { slug } provisioning { status } } }
              } }
            }
          }
        }
      }
    }`);
    expect(JSON.stringify(data)).toContain('leaf-');
    const levels = {
      organization: 1,
      // children: page and count; then of each of the 100: four counts and flags, parent, ancestors
      first: 2 + 5,
      // members: page, count, roles, scopes, organization
      firstMembers: 5,
      // children: page and count; childCount, nativeMember (or none for a key), scope catalog, members page, roles, children page
      second: 2 + 6,
      // parents, provisioning
      third: 2,
    };
    const budget = CREDENTIAL + Object.values(levels).reduce((sum, count) => sum + count, 0);
    expect(statements).toBeLessThanOrEqual(budget);
  });

  it('is a handful for the usage of a hundred organizations', async () => {
    const { statements, data } = await counted(`{
      organization(slug: "rival-shop") { descendants(first: 100) { nodes {
        usage(from: "2026-05-01T11:11:11Z", to: "2026-06-01T00:00:00Z") {
          organizationCount metrics { metric { key } value } buckets(size: WEEK, keys: ["voice_calls"]) { metrics { value } }
          byChild(metric: "voice_calls", first: 5) { edges { own subtree share node { slug } } }
        }
      } } }
    }`);
    expect(JSON.stringify(data)).toContain('"subtree":"1"');
    // The organization and its descendants; count, metrics, the catalog, buckets, breakdown, and whether events are kept.
    expect(statements).toBeLessThanOrEqual(CREDENTIAL + 2 + 6);
  });

  it('does not depend on the number of parents', async () => {
    const document = (first: number) => `{ organization(slug: "rival-shop") {
      children(first: ${first}) { nodes {
        slug childCount hasChildren descendantCount ancestors { slug } roles { key } apiKeys(first: 2) { totalCount nodes { name } }
        invitations { totalCount nodes { email roles { key } delivery { status } } } people(first: 3) { totalCount nodes { user { email } memberships { roles { key } } } }
        descendants(first: 3, search: "leaf") { totalCount edges { path matchedOn node { slug } } } auditLog { totalCount nodes { action } }
        primaryAddress { city } invoiceOwner branding { logoUrl } marketplaceOffers { url } externalAccounts { system } billing { plan } limits { concurrency { limit } } inventory { agents }
        usage(from: "2026-01-01T00:00:00Z", to: "2026-12-01T00:00:00Z") {
          organizationCount metrics { value } buckets(size: MONTH) { metrics { value } } byChild(metric: "voice_calls", first: 3) { edges { node { slug } subtree } } }
      } } } }`;
    const [one, many] = [await counted(document(1)), await counted(document(100))];
    expect(many.statements).toBe(one.statements);
    expect(many.statements).toBeLessThanOrEqual(40);
  });

  it('is nothing for what is not selected', async () => {
    expect((await counted('{ organization { children { totalCount } } }')).statements).toBe(
      CREDENTIAL + 2,
    );
    expect((await counted('{ organization { children { nodes { slug } } } }')).statements).toBe(
      CREDENTIAL + 2,
    );
    expect(
      (
        await counted(
          '{ organization { children { pageInfo { hasNextPage } edges { cursor } nodes { slug } } } }',
        )
      ).statements,
    ).toBe(CREDENTIAL + 2);
    expect((await counted('{ organization { id } }')).statements).toBe(CREDENTIAL + 1);
  });

  it('is one more for an alias with other arguments, and none for one with the same', async () => {
    expect(
      (
        await counted(
          '{ organization { a: children(first: 2) { nodes { slug } } b: children(first: 2) { nodes { slug } } } }',
        )
      ).statements,
    ).toBe(CREDENTIAL + 2);
    expect(
      (
        await counted(
          '{ organization { a: children(first: 2) { nodes { slug } } b: children(first: 3) { nodes { slug } } } }',
        )
      ).statements,
    ).toBe(CREDENTIAL + 3);
  });
});

describe('statements', () => {
  it('are prepared once a connection under a name, and read organizations within the subtree only', async () => {
    const before = world.statements.length;
    await world.ask('{ organization { children { nodes { slug } } } }', { as: 'key@rival' });
    const reads = world.statements.slice(before + CREDENTIAL);
    expect(reads.length).toBe(2);
    for (const text of reads) expect(text).toContain('= any (lineage)');
    const prepared = await sql<{
      name: string;
    }>`select name from pg_prepared_statements where statement like '%lineage%'`.execute(
      world.gatewayDb,
    );
    expect(prepared.rows.length).toBeGreaterThan(0);
    expect(prepared.rows.every(({ name }) => /^[\w-]{22}$/.test(name))).toBe(true);
  });
});
