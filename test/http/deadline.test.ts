import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, describe, expect } from 'vitest';
import { Deadline, underDeadline } from '../../src/database/deadline.ts';
import { REQUEST_LIMITS } from '../../src/limits/settings.ts';
import { inWorld } from '../setup/fixtures.ts';
import { createWorld, type World } from '../setup/world.ts';

const DEADLINE_MS = 700;
/** Smaller than the number of requests below, so that a connection that is not given back is missed. */
const POOL_SIZE = 2;

let blocker: pg.Client;
/** Apart from the blocker: within a transaction, PostgreSQL goes on showing the activity that was looked at first. */
let observer: pg.Client;
const it = inWorld(
  { limits: { ...REQUEST_LIMITS, operationDeadlineMs: DEADLINE_MS }, compiled: false },
  { poolSize: POOL_SIZE },
);
it.beforeAll(async ({ world }) => {
  blocker = new pg.Client({ connectionString: world.url });
  observer = new pg.Client({ connectionString: world.url });
  await Promise.all([blocker.connect(), observer.connect()]);
});
afterAll(async () => {
  await Promise.all([blocker.end(), observer.end()]);
});

/** Statements of the gateway that run or hold a transaction open now. */
async function busy(): Promise<string[]> {
  const { rows } = await observer.query<{ query: string }>(
    `select query from pg_stat_activity
     where datname = current_database() and application_name = 'banyan' and state <> 'idle'`,
  );
  return rows.map((row) => row.query);
}

/** Processes of the server behind the connections of the gateway. */
async function connections(): Promise<number[]> {
  const { rows } = await observer.query<{ pid: number }>(
    `select pid from pg_stat_activity
     where datname = current_database() and application_name = 'banyan' and usename = 'banyan_gateway'`,
  );
  return rows.map((row) => row.pid);
}

async function until(condition: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + 5_000;
  while (Date.now() < end) {
    if (await condition()) return true;
    await wait(20);
  }
  return false;
}

/** Everything works, on every connection of the pool at once. */
async function expectWhole(world: World): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: POOL_SIZE * 3 }, () =>
      world.ask('{ usageMetrics { key } }', { as: 'key@acme' }),
    ),
  );
  expect(answers.map((answer) => answer.errors)).toEqual(answers.map(() => undefined));
  expect(await busy()).toEqual([]);
}

async function whileLocked(table: string, work: () => Promise<void>): Promise<void> {
  await blocker.query(`begin; lock table ${table} in access exclusive mode`);
  try {
    await work();
  } finally {
    await blocker.query('rollback');
  }
}

const refusal = { code: 'LIMIT_EXCEEDED', limit: 'operationDeadlineMs', maximum: DEADLINE_MS };

describe('the deadline of an operation', () => {
  it('ends reads that wait at the database, and leaves nothing behind there', async ({ world }) => {
    await whileLocked('usage_metrics', async () => {
      const started = performance.now();
      const answers = await Promise.all(
        Array.from({ length: POOL_SIZE }, () =>
          world.ask('{ usageMetrics { key } }', { as: 'key@acme' }),
        ),
      );
      const took = performance.now() - started;
      for (const { errors } of answers)
        expect(errors?.map((error) => error.extensions)).toEqual([refusal]);
      expect(took).toBeGreaterThan(DEADLINE_MS - 50);
      expect(took).toBeLessThan(DEADLINE_MS + 1_500);
      expect(await busy()).toEqual([]);
    });
    await expectWhole(world);
  });

  it('ends requests that wait for a connection', async ({ world }) => {
    const ask = () => world.ask('{ usageMetrics { key } }', { as: 'key@acme' });
    // Held by those whose deadline is over at the same time, and by those that have none.
    await whileLocked('usage_metrics', async () => {
      for (const { errors } of await Promise.all(Array.from({ length: POOL_SIZE * 4 }, ask)))
        expect(errors?.map((error) => error.extensions)).toEqual([refusal]);
    });
    const answered = Promise.withResolvers<void>();
    const held = Array.from({ length: POOL_SIZE }, () =>
      world.gatewayDb.connection().execute(() => answered.promise),
    );
    const { errors } = await Promise.race([ask(), wait(5_000).then(() => ({ errors: [] }))]);
    answered.resolve();
    await Promise.all(held);
    expect(errors?.map((error) => error.extensions)).toEqual([refusal]);
    await expectWhole(world);
  });

  it('is one for all statements of the operation together', async ({ world }) => {
    const query = `{ ${Array.from({ length: 5 }, (_, n) => `f${n}: organization { children(first: ${n + 1}) { nodes { slug } } }`).join(' ')} usageMetrics { key } }`;
    await whileLocked('usage_metrics', async () => {
      const { errors } = await world.ask(query, { as: 'key@acme' });
      expect(errors?.map((error) => error.extensions)).toEqual([refusal]);
    });
    await expectWhole(world);
  });

  it('begins no statement after it', async ({ world }) => {
    const deadline = new Deadline(60_000);
    deadline.abandon();
    await world.db.connection().execute(async (db) => {
      // The connection is there already, so it is the statement that is refused.
      await expect(underDeadline(deadline, () => sql`select 1`.execute(db))).rejects.toThrow(
        'The client closed the request',
      );
      expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    });
  });

  it('undoes a mutation that it ends, and keeps its connection', async ({ world }) => {
    await expectWhole(world);
    const before = await connections();
    const create = (slug: string) =>
      world.ask(
        `mutation { createOrganization(input: { parentId: "${world.org('acme')}", name: "Late", slug: "${slug}" }) { __typename } }`,
        {
          as: 'key@acme',
        },
      );
    await whileLocked('audit_events', async () => {
      expect((await create('too-late')).errors?.map((error) => error.extensions)).toEqual([
        refusal,
      ]);
      expect(await busy()).toEqual([]);
    });
    expect(await connections()).toEqual(expect.arrayContaining(before));
    expect(
      await world.db
        .selectFrom('organizations')
        .select('id')
        .where('slug', '=', 'too-late')
        .execute(),
    ).toEqual([]);
    expect((await create('too-late')).data).toEqual({
      createOrganization: { __typename: 'CreateOrganizationPayload' },
    });
    await expectWhole(world);
  });

  it('waits for a commit that has begun, and tells that it succeeded', async ({ world }) => {
    // A deferred trigger makes the commit itself wait.
    await blocker.query(`
      create table gate (id int);
      grant select on gate to public;
      create function wait_at_gate() returns trigger language plpgsql as $$ begin perform from gate; return null; end $$;
      create constraint trigger gate after insert on organizations deferrable initially deferred
        for each row execute function wait_at_gate()`);
    const sent: Promise<{ data: unknown; errors: unknown }>[] = [];
    await whileLocked('gate', async () => {
      sent.push(
        world.ask(
          `mutation { createOrganization(input: { parentId: "${world.org('acme')}", name: "Just", slug: "just-in-time" }) { __typename } }`,
          { as: 'key@acme' },
        ),
      );
      expect(await until(async () => (await busy()).includes('commit'))).toBe(true);
      await wait(DEADLINE_MS * 2);
      expect(await busy()).toEqual(['commit']);
    });
    const [answer] = await Promise.all(sent);
    expect(answer).toMatchObject({
      data: { createOrganization: { __typename: 'CreateOrganizationPayload' } },
      errors: undefined,
    });
    await blocker.query(
      'drop trigger gate on organizations; drop function wait_at_gate; drop table gate',
    );
    await expectWhole(world);
  });
});

describe('a client that goes away', () => {
  it('takes its statements with it', async () => {
    const patient = await createWorld({}, { poolSize: POOL_SIZE });
    const [lock, looking] = [
      new pg.Client({ connectionString: patient.url }),
      new pg.Client({ connectionString: patient.url }),
    ];
    await Promise.all([lock.connect(), looking.connect()]);
    await lock.query('begin; lock table usage_metrics in access exclusive mode');
    const active = async (): Promise<number> => {
      const { rows } = await looking.query(
        "select from pg_stat_activity where datname = current_database() and application_name = 'banyan' and wait_event_type = 'Lock'",
      );
      return rows.length;
    };
    const client = new AbortController();
    const answers = Array.from({ length: POOL_SIZE }, () =>
      fetch(patient.endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${patient.token('key@acme')}`,
        },
        body: '{"query":"{ usageMetrics { key } }"}',
        signal: client.signal,
      }).catch(() => 'gone'),
    );
    expect(await until(async () => (await active()) === POOL_SIZE)).toBe(true);
    client.abort();
    expect(await Promise.all(answers)).toEqual(answers.map(() => 'gone'));
    expect(await until(async () => (await active()) === 0)).toBe(true);
    await lock.query('rollback');
    const after = await Promise.all(
      answers.map(() => patient.ask('{ usageMetrics { key } }', { as: 'key@acme' })),
    );
    expect(after.map((answer) => answer.errors)).toEqual(answers.map(() => undefined));
    await Promise.all([lock.end(), looking.end()]);
    await patient.close();
  });
});
