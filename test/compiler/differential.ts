/** Sends random queries to two gateways over one database, one of which compiles them, and compares the answers. */
import { sql } from 'kysely';
import type { Outcome } from '../../src/compiler/outcome.ts';
import type { Gateway } from '../../src/http/gateway.ts';
import { schema } from '../../src/schema.ts';
import { Random } from '../../src/seed/random.ts';
import { createWorld, gatewayOver, missingId, type Caller, type World } from '../setup/world.ts';
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
const SLUGS = [
  'acme',
  'north',
  'south',
  'shop-1',
  'shop-2',
  'kiosk',
  'depot',
  'rival',
  'rival-shop',
] as const;

/** Two gateways over one world. */
export interface Pair {
  world: World;
  compiled: Gateway;
  resolved: Gateway;
  /** What became of the operations of the compiling gateway. */
  outcomes: Outcome[];
}

export async function createPair(): Promise<Pair> {
  const outcomes: Outcome[] = [];
  const world = await createWorld({ compiled: false });
  const compiled = gatewayOver(world.gatewayDb, {
    compiled: 'at once',
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  const resolved = gatewayOver(world.gatewayDb, { compiled: false });
  await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at) values
    (${world.uuid('north')}, 'a', 'voice_calls', 3, '2026-11-12Z'), (${world.uuid('kiosk')}, 'b', 'voice_calls', 1.5, '2026-11-21T13:10:00Z'),
    (${world.uuid('shop-1')}, 'c', 'voice_minutes', 0.000000001, '2026-11-01Z')`.execute(world.db);
  return { world, compiled, resolved, outcomes };
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
}

/** Compares the answers of `count` random queries. */
export async function compareRandom(
  { world, compiled, resolved, outcomes }: Pair,
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
    slugs: [...SLUGS, 'no-such-slug'],
    words: ['shop', 'o', 'north', 'no such word', '', 'Ü', 'admin', ' › ', 'createRole'],
    cursors: [],
  };
  const documents = new Documents(schema, random, pool);
  const compared: Compared = { differences: [], outcomes: new Map<string, number>() };
  for (let n = 0; n < count; n++) {
    const query = documents.next();
    const as = random.pick(CALLERS);
    outcomes.length = 0;
    const [mine, theirs] = [
      await answerOf(compiled, world, as, query),
      await answerOf(resolved, world, as, query),
    ];
    const [outcome] = outcomes;
    const name =
      outcome === undefined ? 'not executed' : 'data' in outcome ? 'compiled' : outcome.fall;
    compared.outcomes.set(name, (compared.outcomes.get(name) ?? 0) + 1);
    if (outcome && 'fall' in outcome && outcome.fall === 'failed')
      compared.differences.push(`${as} ${outcome.detail}\n${query.document}`);
    // The second time, the document and the caller are known, and one statement does it all.
    const again = await answerOf(compiled, world, as, query);
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
