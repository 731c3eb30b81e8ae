/** The log of a subtree is the same list, wherever its events lie in the log of the whole tree. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from '../setup/world.ts';

/** More than twice what is looked through before the subtree's own events are put in order. */
const OTHERS = 2_300;
const PAGE = 7;

let world: World;
beforeAll(async () => {
  world = await createWorld();
  const insert = (slug: 'north' | 'kiosk' | 'depot' | 'rival', count: number, action: string) =>
    sql`
    insert into audit_events (action, actor_kind, acting_organization_id, organization_id, target_type, target_id, request_id)
    select ${action}, 'API_KEY', ${world.uuid(slug)}::uuid, ${world.uuid(slug)}::uuid, 'Organization', n::text, 'r'
    from generate_series(1, ${count}::integer) as n`.execute(world.db);
  // Old events below north, a long time of events elsewhere in the tree, and a few recent ones.
  await insert('kiosk', 12, 'old');
  await insert('north', 9, 'rare');
  await insert('depot', OTHERS, 'other');
  await insert('rival', 20, 'other');
  await insert('north', 3, 'recent');
  await sql`analyze audit_events`.execute(world.db);
});
afterAll(() => world.close());

interface Log {
  organization: {
    auditLog: {
      totalCount: number;
      pageInfo: {
        hasNextPage: boolean;
        hasPreviousPage: boolean;
        startCursor: string;
        endCursor: string;
      };
      nodes: { action: string; targetId: string; organization: { slug: string } }[];
    };
  };
}

async function page(args: string): Promise<Log['organization']['auditLog']> {
  const { data, errors } = await world.ask<Log>(
    `{ organization { auditLog(includeDescendants: true, ${args}) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { action targetId organization { slug } } } } }`,
    { as: 'admin@north' },
  );
  expect(errors).toBeUndefined();
  if (!data) throw new Error('no answer');
  return data.organization.auditLog;
}

const shown = ({
  action,
  targetId,
  organization: { slug },
}: Log['organization']['auditLog']['nodes'][number]): string => `${slug} ${action} ${targetId}`;

/** What the list must contain, straight from the table. */
async function expected(action?: string): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select o.slug || ' ' || e.action || ' ' || e.target_id as line from audit_events e join organizations o on o.id = e.organization_id
    where ${world.uuid('north')}::uuid = any (o.lineage) and (${action ?? null}::text is null or e.action = ${action ?? null})
    order by e.id desc`.execute(world.db);
  return rows.map(({ line }) => line);
}

async function allPages(filter: string, direction: 'first' | 'last'): Promise<string[]> {
  const lines: string[] = [];
  let cursor = '';
  for (;;) {
    const { nodes, pageInfo, totalCount } = await page(`${direction}: ${PAGE}${cursor}${filter}`);
    if (direction === 'first') lines.push(...nodes.map(shown));
    else lines.unshift(...nodes.map(shown));
    const hasMore = direction === 'first' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
    if (!hasMore) {
      expect(totalCount).toBe(lines.length);
      return lines;
    }
    cursor =
      direction === 'first'
        ? `, after: "${pageInfo.endCursor}"`
        : `, before: "${pageInfo.startCursor}"`;
  }
}

it.each(['first', 'last'] as const)(
  'pages from the %s with events of others in between, and misses none',
  async (direction) => {
    const everything = await expected();
    expect(everything.length).toBeGreaterThan(20);
    expect(await allPages('', direction)).toEqual(everything);
  },
);

it.each(['first', 'last'] as const)(
  'pages from the %s by action beyond the latest events of the tree',
  async (direction) => {
    const rare = await expected('rare');
    expect(rare).toHaveLength(9);
    expect(await allPages(', actions: ["rare"]', direction)).toEqual(rare);
  },
);
