/** One tenant asks for as much as it may; another must not feel it. Real processes, one gateway, one database. */
import { sql } from 'kysely';
import { afterAll, describe, expect } from 'vitest';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { seedSynthetic } from '../../src/seed/synthetic.ts';
import { serve, type RunningGateway } from '../cli/run.ts';
import { it } from '../setup/fixtures.ts';

const ORGANIZATIONS = 2_000;
const CONNECTIONS = 20;
const ATTACK_MS = 3_000;
/** The victim's p50 under attack may be this many times that of a quiet gateway. */
const FACTOR_MAX = 3;

/** About the most expensive operation that is accepted; change it when the limits of one operation change. */
const HEAVY = `{ organization { descendants(first: 100) { nodes { slug name status childCount
  members(first: 40) { nodes { user { email name } } } children(first: 20) { nodes { slug name childCount } } } } } }`;
/** An ordinary page of a console. */
const PAGE = `{ organization { name descendantCount children(first: 25) { totalCount nodes { slug name childCount } } members(first: 10) { nodes { user { email } } } } }`;

let gateway: RunningGateway;
let attackers: string[];
let victim: string;

it.beforeAll(async ({ database }) => {
  await seedSynthetic(database.url, { organizations: ORGANIZATIONS, seed: 1, now: new Date() });
  const { rows: roots } = await sql<{ id: string }>`
    select r.id from organizations as r where r.parent_id is null
    order by (select count(*) from organizations as o where o.path >= r.path and o.path < subtree_end(r.path)) desc limit 2`.execute(
    database.db,
  );
  const [large, other] = roots;
  attackers = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, n) =>
      insertApiKey(database.db, large?.id ?? '', `greedy ${n}`),
    ),
  );
  victim = await insertApiKey(database.db, other?.id ?? '', 'modest');
  // The attack is to be limited by fairness here; budgets per minute have tests of their own.
  gateway = await serve({
    DATABASE_URL: database.url,
    LOG_LEVEL: 'error',
    RATE_COST_PER_MINUTE: 'off',
    RATE_TREE_COST_PER_MINUTE: 'off',
    RATE_ADDRESS_COST_PER_MINUTE: 'off',
  });
});
afterAll(async () => {
  await gateway.end('SIGTERM');
});

interface Answer {
  status: number;
  milliseconds: number;
  failed: boolean;
  /** `extensions.cost.requested`. */
  requested: number;
}

async function ask(token: string, query: string, signal?: AbortSignal): Promise<Answer> {
  const begin = performance.now();
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  const milliseconds = performance.now() - begin;
  const { errors, extensions } = JSON.parse(text) as {
    errors?: unknown;
    extensions?: { cost?: { requested: number } };
  };
  return {
    status: response.status,
    milliseconds,
    failed: response.status !== 200 || errors !== undefined,
    requested: extensions?.cost?.requested ?? 1,
  };
}

/** Asks one after the other for some time. */
async function pages(milliseconds: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end;)
    answers.push(await ask(victim, PAGE));
  return answers;
}

function p50(answers: readonly Answer[]): number {
  const sorted = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** What the attackers get while the victim reads pages. */
async function underAttack(
  tokens: readonly string[],
): Promise<{ victim: Answer[]; attack: Answer[] }> {
  const attack: Answer[] = [];
  const over = new AbortController();
  const loops = tokens.map(async (token) => {
    while (!over.signal.aborted) {
      const answer = await ask(token, HEAVY, over.signal).catch(() => undefined);
      if (answer) attack.push(answer);
    }
  });
  const answers = await pages(ATTACK_MS);
  over.abort();
  await Promise.all(loops);
  return { victim: answers, attack };
}

describe('a tenant with twenty connections of the heaviest operation', () => {
  it.each(['one key', 'twenty keys'])(
    'that uses %s leaves another tenant its pages',
    async (kind) => {
      const first = attackers[0] ?? '';
      const alone = await ask(first, HEAVY);
      expect(alone).toMatchObject({ status: 200, failed: false });
      expect(alone.requested).toBeGreaterThan(1_000);
      await pages(500);
      const quiet = p50(await pages(1_000));
      const { victim: answers, attack } = await underAttack(
        kind === 'one key' ? attackers.map(() => first) : attackers,
      );
      const busy = p50(answers);
      const served = attack.filter(({ failed }) => !failed).length;
      process.stdout.write(
        `${kind}: p50 of another tenant ${quiet.toFixed(1)} ms quiet, ${busy.toFixed(1)} ms under attack (${(busy / quiet).toFixed(2)}×, ` +
          `${answers.length} pages); the attacker got ${served} answers and ${attack.length - served} refusals\n`,
      );
      expect(answers.filter(({ failed }) => failed)).toEqual([]);
      expect(busy / quiet).toBeLessThanOrEqual(FACTOR_MAX);
      expect(served).toBeGreaterThan(0);
    },
  );
});
