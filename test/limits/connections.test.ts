/** Connections of the pool are shared between tenants, from before anybody is authenticated. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultBudgets } from '../../src/limits/budget-settings.ts';
import { createBudgets } from '../../src/limits/caller-budgets.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { code, createWorld, type GraphQLAnswer, type World } from '../setup/world.ts';

/** Operations of one credential that run or wait. */
const UNDER_WAY_MAX = 50;
const REFUSED = 5;
const NEEDS_THE_TABLE = '{ usageMetrics { key } }';

let world: World;
beforeAll(async () => {
  world = await createWorld({ budgets: createBudgets(defaultBudgets(), createLogger('silent')) });
  // Only credentials that were accepted lately are told apart before they are looked up.
  for (const as of ['key@acme', 'key@rival'] as const)
    expect(await world.ask('{ organization { slug } }', { as })).toMatchObject({ status: 200 });
});
afterAll(() => world.close());

/** Statements that wait for a lock. */
async function blocked(): Promise<number> {
  const [row] = await world.rows(sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
  return row?.count ?? 0;
}

describe('a tenant whose statements all wait', () => {
  it('leaves connections to others, and is refused without a statement once it has too much under way', async () => {
    const refused: GraphQLAnswer[] = [];
    world.statements.length = 0;
    let attack: Promise<GraphQLAnswer[]> | undefined;
    await world.db.transaction().execute(async (tx) => {
      await sql`lock table usage_metrics in access exclusive mode`.execute(tx);
      const asked = Array.from({ length: UNDER_WAY_MAX + REFUSED }, async () => {
        const answer = await world.ask(NEEDS_THE_TABLE, { as: 'key@acme' });
        if (answer.status !== 200) refused.push(answer);
        return answer;
      });
      attack = Promise.all(asked);
      // Three quarters of a pool of eight.
      await expect.poll(blocked).toBe(6);
      expect(await world.ask('{ organization { slug } }', { as: 'key@rival' })).toMatchObject({
        status: 200,
      });
      await expect.poll(() => refused.length).toBe(REFUSED);
    });
    const answers = (await attack) ?? [];
    // Those that were answered, and the other tenant.
    const lookUps = world.statements.filter((text) =>
      text.includes('from api_keys as k join organizations'),
    );
    expect(lookUps).toHaveLength(UNDER_WAY_MAX + 1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(UNDER_WAY_MAX);
    for (const answer of refused) {
      expect([answer.status, code(answer), answer.headers.get('retry-after')]).toEqual([
        429,
        'RATE_LIMITED',
        '1',
      ]);
    }
    expect(await world.ask(NEEDS_THE_TABLE, { as: 'key@acme' })).toMatchObject({ status: 200 });
  });
});
