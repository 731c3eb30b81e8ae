/** Sends random queries to two gateways over one database, one of which compiles them, and compares the answers. */
import { sql } from 'kysely';
import type { Outcome } from '../../src/compiler/outcome.ts';
import type { Gateway } from '../../src/http/gateway.ts';
import { schema } from '../../src/schema.ts';
import { Random } from '../../src/seed/random.ts';
import { encodeId } from '../../src/values/ids.ts';
import { insertNodes, NODE_TYPES } from '../setup/nodes.ts';
import {
  createWorld,
  gatewayOver,
  missingId,
  type Caller,
  type Slug,
  type World,
  SLUGS,
} from '../setup/world.ts';
import { contention } from '../faults/control.ts';
import { Documents, type Pool, type Query } from './documents.ts';

/** What each error tells of its own request. */
const ERROR_FACTS = /,"type":"[A-Z_]+","timestamp":"[^"]+","requestId":"[^"]+"/g;

const CALLERS = [
  'admin@acme',
  'key@acme',
  'admin@north',
  'key@north',
  'viewer@north',
  'user@acme',
  'cloud_rep@acme',
  'user@shop-1',
] as const;

/** Two gateways over one world. */
export interface Pair {
  world: World;
  compiled: Gateway;
  resolved: Gateway;
  /** What became of the operations of the compiling gateway. */
  outcomes: Outcome[];
  /** Ids of nodes of every type: in several organizations, and of none. */
  nodes: string[];
}

export async function createPair(): Promise<Pair> {
  const world = await createWorld({ compiled: false });
  await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at) values
    (${world.uuid('north')}, 'a', 'voice_calls', 3, '2026-11-12Z'), (${world.uuid('kiosk')}, 'b', 'voice_calls', 1.5, '2026-11-21T13:10:00Z'),
    (${world.uuid('shop-1')}, 'c', 'voice_minutes', 0.000000001, '2026-11-01Z')`.execute(world.db);
  await insertEvents(world);
  return pairOver(world, await insertEverywhere(world));
}

/** Another pair over the same world, to compare side by side. */
export function pairOver(world: World, nodes: string[]): Pair {
  const outcomes: Outcome[] = [];
  const compiled = gatewayOver(world.gatewayDb, {
    compiled: 'at once',
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  const resolved = gatewayOver(world.gatewayDb, { compiled: false });
  return { world, compiled, resolved, outcomes, nodes };
}

/** Events with states: parts of every rule, of none, and values that are written in more than one way. */
async function insertEvents(world: World): Promise<void> {
  const profile = { address_city: 'T: "a", b', logo_url: null, unknown: 1 };
  const text = String.raw`\ " , : { } ü ‘ \u0007 \"x\": [1, 2] ${'\t\n\u0001\u2028'}`;
  const states: [type: string, before: object | null, after: object | null][] = [
    [
      'Organization',
      null,
      { slug: 's', name: text, affectedCount: 0, billingEmail: 'b@x.example' },
    ],
    ['Organization', { profile, keys: 2 }, { profile: null, members: -1.5, deleted: true }],
    ['Organization', { profile: {} }, { profile: { address_zip: null, primary_color: '#000000' } }],
    ['Organization', { parentId: world.org('acme') }, { parentId: world.org('shop-1') }],
    [
      'Organization',
      { parentId: 'nonsense', [text]: text },
      { parentId: missingId('Organization') },
    ],
    [
      'Role',
      {},
      { key: 'k', scopes: ['a, b', 'c: d', []], description: null, [`x ${text}`]: { a: 1 } },
    ],
    ['Membership', { email: text, roles: [] }, null],
    ['Contact', { kind: 'BILLING', name: text }, { email: 'e@x.example' }],
    ['ApiKey', null, { name: text, scopes: ['usage:read'], expiresAt: null }],
    ['PersonalAccessToken', { name: text }, { revokedAt: 'now' }],
    ['Unheard', { slug: 's' }, { name: 'n' }],
  ];
  for (const slug of ['acme', 'north', 'kiosk', 'rival'] as const)
    for (const [type, before, after] of states)
      await sql`
        insert into audit_events (action, actor_kind, actor_user_id, acting_organization_id, organization_id, target_type, target_id, request_id, before, after)
        values ('act', 'SESSION', ${world.uuid('admin@north' as Slug)}, ${world.uuid('acme')}, ${world.uuid(slug)}, ${type}, 'x', 'r',
          ${before && JSON.stringify(before)}::jsonb, ${after && JSON.stringify(after)}::jsonb)`.execute(
        world.db,
      );
}

/** Adds rows of every type of nodes to some organizations, one of them deleted, and returns their ids and some of no row. */
async function insertEverywhere(world: World): Promise<string[]> {
  const ids: string[] = NODE_TYPES.map((type) => missingId(type));
  const [gone] = await world.rows(sql<{ id: string }>`
    insert into organizations (parent_id, slug, name, kind, status, deleted_at)
    values (${world.uuid('north')}, 'gone', 'Gone', 'CUSTOMER', 'DELETED', now()) returning id`);
  const places = (['acme', 'north', 'shop-1', 'depot', 'rival'] as const).map(
    (slug) => [slug, world.uuid(slug)] as const,
  );
  for (const [slug, organization] of [...places, ['gone', gone?.id ?? ''] as const]) {
    const nodes = await insertNodes(world, organization, `everywhere-${slug}`);
    ids.push(...NODE_TYPES.map((type) => encodeId(type, nodes[type])));
  }
  const [role] = await world.rows(
    sql<{ id: string }>`select id from roles where built_in order by key limit 1`,
  );
  const events = await world.rows(sql<{ id: string }>`select id from audit_events order by id`);
  return [
    ...ids,
    ...(role ? [encodeId('Role', role.id)] : []),
    ...events.map(({ id }) => encodeId('AuditEvent', id)).slice(0, 12),
    ...CALLERS.filter((name) => !name.startsWith('key@')).map((name) => world.person(name)),
    'nonsense',
  ];
}

/** The answer of a gateway, without what differs from request to request. */
export async function answerOf(
  gateway: Gateway,
  world: World,
  as: Caller,
  { document, variables }: Query,
): Promise<string> {
  const organization = as.startsWith('key@') ? undefined : as.split('@')[1];
  const response = await gateway.fetch('http://gateway/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${world.token(as)}`,
      ...(organization && { 'x-organization': organization }),
    },
    body: JSON.stringify({ query: document, variables }),
  });
  return `${response.status} ${(await response.text()).replaceAll(ERROR_FACTS, '')}`;
}

/**
 * An answer by its parts. Resolvers run side by side, so errors have no order of their own; and of several that null one
 * another's data any may be missing.
 */
function comparable(answer: string): string {
  const [status, body] = [answer.slice(0, 3), answer.slice(4)];
  const { data, errors, extensions } = JSON.parse(body) as {
    data?: unknown;
    errors?: object[];
    extensions?: unknown;
  };
  if (!errors) return answer;
  const told = data == null ? 'some' : errors.map((error) => JSON.stringify(error)).toSorted();
  return JSON.stringify([status, data, told, extensions]);
}

/** What came of a run. */
export interface Compared {
  differences: string[];
  /** Operations by what became of them. */
  outcomes: Map<string, number>;
  /** How often a query was asked again because the machine was too busy to answer it. */
  unanswered: number;
}

const AGAIN_MAX = 5;
const isUnanswered = (answer: string): boolean => answer.includes('"UNAVAILABLE"');

/** Compares the answers of `count` random queries. */
export async function compareRandom(
  { world, compiled, resolved, outcomes, nodes }: Pair,
  count: number,
  seed: number,
): Promise<Compared> {
  const random = new Random(seed);
  const pool: Pool = {
    ids: [
      ...SLUGS.map((slug) => world.org(slug)),
      missingId('Organization'),
      world.person('admin@north'),
      'nonsense',
    ],
    nodes,
    slugs: [...SLUGS, 'no-such-slug'],
    words: ['shop', 'o', 'north', 'no such word', '', 'Ü', 'admin', ' › ', 'createRole'],
    cursors: [],
  };
  const documents = new Documents(schema, random, pool);
  const compared: Compared = {
    differences: [],
    outcomes: new Map<string, number>(),
    unanswered: 0,
  };
  for (let n = 0; n < count; n++) {
    const query = documents.next();
    const as = random.pick(CALLERS);
    const ask = async (): Promise<string[]> => {
      outcomes.length = 0;
      return [
        await answerOf(compiled, world, as, query),
        await answerOf(resolved, world, as, query),
        // The second time, the document and the caller are known, and one statement does it all.
        await answerOf(compiled, world, as, query),
      ];
    };
    let answers = await ask();
    // On a busy machine a gateway gives up a database that does not answer in time, which it must not on an idle one.
    for (let attempt = 0; attempt < AGAIN_MAX && answers.some(isUnanswered); attempt++) {
      if (contention() === 1) break;
      compared.unanswered++;
      answers = await ask();
    }
    const [mine = '', theirs = '', again = ''] = answers;
    const [outcome] = outcomes;
    const name =
      outcome === undefined ? 'not executed' : 'data' in outcome ? 'compiled' : outcome.fall;
    compared.outcomes.set(name, (compared.outcomes.get(name) ?? 0) + 1);
    if (outcome && 'fall' in outcome && outcome.fall === 'failed')
      compared.differences.push(`${as} ${outcome.detail}\n${query.document}`);
    for (const [answer, became] of [
      [mine, outcome],
      [again, outcomes[1]],
    ] as const) {
      const differ =
        became && 'data' in became ? answer !== theirs : comparable(answer) !== comparable(theirs);
      if (differ)
        compared.differences.push(
          `${as}\n${query.document}\n${JSON.stringify(query.variables)}\n${answer}\n${theirs}`,
        );
    }
    for (const [, cursor] of theirs.matchAll(/"(?:endCursor|startCursor|cursor)":"([^"]+)"/g))
      if (cursor) pool.cursors.push(cursor);
    pool.cursors.splice(0, pool.cursors.length - 40);
  }
  return compared;
}
