/** One tenant asks for as much as it may; another must not feel it. Real processes, one gateway, one database. */
import { afterAll, describe, expect } from 'vitest';
import { serve, type RunningGateway } from '../cli/run.ts';
import { it } from '../setup/fixtures.ts';
import { HEAVY, PAGE, plantCrowd } from './crowd.ts';

const ORGANIZATIONS = 2_000;
const CONNECTIONS = 20;
const ATTACK_MS = 3_000;
/** The victim's p50 under attack may be this many times that of a quiet gateway. */
const FACTOR_MAX = 3;

let gateway: RunningGateway;
let attackers: string[];
let victim: string;

it.beforeAll(async ({ database }) => {
  ({ greedy: attackers, modest: victim } = await plantCrowd(database, {
    organizations: ORGANIZATIONS,
    keys: CONNECTIONS,
  }));
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
