/** Reads on standbys, which are never older than what was acknowledged before them. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { parse, type ExecutionArgs } from 'graphql';
import { anonymous } from '../../src/authorization/principal.ts';
import { DatabaseClock } from '../../src/database/clock.ts';
import { connect, type Database } from '../../src/database/connect.ts';
import { Loaders } from '../../src/database/loaders.ts';
import { openReplicas } from '../../src/database/open-replicas.ts';
import { PrimaryPosition } from '../../src/database/primary-position.ts';
import type { Fallback, Replicas } from '../../src/database/replicas.ts';
import type { Context } from '../../src/graphql/context.ts';
import { readingOneState } from '../../src/graphql/one-state.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { serve } from '../cli/run.ts';
import type { TestDatabase } from '../setup/database.ts';
import { addressTests } from './addresses.ts';
import { serveMetrics } from '../setup/scrape.ts';
import { startPrimary, type TestPrimary, type TestStandby } from '../setup/standby.ts';
import { createWorld, insertKey, type Slug, type World } from '../setup/world.ts';

const log = createLogger('silent');
const ROUNDS = inject('nightly') ? 10_000 : 300;

let primary: TestPrimary;
let standbys: TestStandby[];
let world: World;
let replicas: Replicas;

beforeAll(async () => {
  primary = await startPrimary();
  standbys = [await primary.addStandby(), await primary.addStandby()];
  const statements: string[] = [];
  const gatewayDb = connect({
    url: primary.gatewayUrl,
    poolSize: 8,
    log,
    onStatement: (text) => statements.push(text),
  });
  const db = connect({ url: primary.url, poolSize: 8, log });
  const database: TestDatabase = {
    url: primary.url,
    db,
    gatewayUrl: primary.gatewayUrl,
    gatewayDb,
    statements,
    async close() {
      await Promise.all([db.destroy(), gatewayDb.destroy()]);
    },
  };
  const clock = new DatabaseClock(log);
  replicas = openReplicas({
    urls: standbys.map(({ gatewayUrl }) => gatewayUrl),
    primary: { url: primary.gatewayUrl, isPooled: false },
    poolSize: 8,
    poolWaitMs: 2_000,
    statementTimeoutMs: 10_000,
    waitMs: 20,
    clock,
    log,
  });
  world = await createWorld({ clock, replicas }, { database });
  await awake();
});
afterAll(async () => {
  await world.close();
  await replicas.close();
  await primary.close();
});
afterEach(() => awake());

const PATIENCE = { timeout: 20_000 };

/** Waits until all standbys answer. */
async function awake(): Promise<void> {
  await vi.waitFor(
    () =>
      expect(replicas.counts.standbys.map(({ isResting }) => isResting)).toEqual([false, false]),
    PATIENCE,
  );
}

it('is told by the metrics, standby by standby', async () => {
  const metrics = new Metrics();
  metrics.reads({ standbys: () => replicas.counts });
  await using scraper = await serveMetrics(metrics);
  const { fallbacks, standbys: counted } = replicas.counts;
  for (const { name, served } of counted)
    expect(await scraper.sum('banyan_standby_reads_total', { banyan_standby: name })).toBe(served);
  expect(await scraper.sum('banyan_standby_resting')).toBe(0);
  for (const [reason, count] of Object.entries(fallbacks))
    expect(await scraper.sum('banyan_standby_fallbacks_total', { banyan_reason: reason })).toBe(
      count,
    );
});

/** Organizations whose changes do not wait for each other. */
const LANES: readonly Slug[] = ['depot', 'kiosk', 'shop-1', 'shop-2', 'north', 'south'];

/** Runs a round again and again, in as many lanes as there are organizations. */
async function inLanes(round: (turn: number, lane: number) => Promise<void>): Promise<void> {
  let turn = 0;
  await Promise.all(
    LANES.map(async (_slug, lane) => {
      while (turn < ROUNDS) await round(turn++, lane);
    }),
  );
}

/** Repeats a step until `work` has ended, whatever comes of it. */
async function meanwhile(step: () => Promise<unknown>, work: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const repeated = (async () => {
    while (!over.signal.aborted) await step();
  })();
  try {
    await work();
  } finally {
    over.abort();
    await repeated;
  }
}

/** What became of reads while `work` ran. */
async function during(
  work: () => Promise<unknown>,
): Promise<{ served: number } & Record<Fallback, number>> {
  const served = (): number => replicas.counts.standbys.reduce((sum, each) => sum + each.served, 0);
  const before = { served: served(), ...replicas.counts.fallbacks };
  await work();
  const after = { served: served(), ...replicas.counts.fallbacks };
  const names = Object.keys(after) as (keyof typeof after)[];
  return Object.fromEntries(
    names.map((name) => [name, after[name] - before[name]]),
  ) as typeof after;
}

const TREE =
  '{ organization { slug children { totalCount nodes { slug members { totalCount } } } } }';

describe('addresses', () =>
  addressTests(() => {
    const [standby] = standbys;
    if (!standby) throw new RangeError('there is no standby');
    return { primary, standby };
  }));

describe('a query', () => {
  it('is answered by the standbys in turn, in one statement or by resolvers', async () => {
    const read = async (): Promise<string> => {
      const answer = await world.ask(TREE, { as: 'admin@acme' });
      expect(answer.errors).toBeUndefined();
      return answer.text;
    };
    await read();
    const before = world.statements.length;
    const ask = () =>
      during(async () => {
        for (let turn = 0; turn < 20; turn++) await read();
      });
    let counts = await ask();
    expect(counts).toMatchObject({ served: expect.any(Number), failed: 0, promoted: 0 });
    expect(counts.served + counts.lagging + counts.resting).toBe(20);
    // Nothing is left for the primary but to say where it is, on a connection of its own.
    if (counts.served === 20) expect(world.statements.slice(before)).toEqual([]);
    // A standby that a busy machine holds up rests for a moment.
    for (const end = Date.now() + PATIENCE.timeout; counts.served <= 10 && Date.now() < end;)
      counts = await awake().then(ask);
    expect(counts.served).toBeGreaterThan(10);
    // Introspection is never compiled, so the resolvers answer this one.
    const mixed = await during(() =>
      world.ask(`{ __schema { queryType { name } } ${TREE.slice(1)}`, { as: 'admin@acme' }),
    );
    expect(mixed.served + mixed.lagging + mixed.resting).toBe(1);
  });

  it('is refused with the same words as by the primary', async () => {
    for (const query of [
      '{ organization(slug: "rival") { slug } }',
      '{ organization(slug: "south") { slug auditLog { totalCount } } }',
      `{ node(id: "${world.org('rival')}") { id } }`,
    ]) {
      const options = { as: 'viewer@north', organization: 'north' } as const;
      const { text } = await world.ask(query, options);
      const repeated = await world.ask(query, options);
      expect(repeated.text).toBe(text);
      expect(repeated.errors).toBeDefined();
    }
  });
});

it('A gateway that is started with DATABASE_READ_URL reads on the standbys', async () => {
  const gateway = await serve({
    DATABASE_URL: primary.gatewayUrl,
    DATABASE_READ_URL: standbys.map(({ gatewayUrl }) => gatewayUrl).join(','),
    WORKER: 'separate',
  });
  const ask = async (): Promise<unknown> => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${world.token('key@acme')}`,
      },
      body: JSON.stringify({ query: '{ organization { slug } }' }),
    });
    return response.json();
  };
  const readers = async (): Promise<number[]> => {
    const result = await standbys[0]?.run(
      `select pid from pg_stat_activity where application_name = 'banyan' and query like 'with written as%'`,
    );
    return (result?.rows ?? []).map(({ pid }: { pid: number }) => pid);
  };
  // Those of the world, which nothing asks meanwhile.
  const others = await readers();
  await expect
    .poll(
      async () => {
        expect(await ask()).toMatchObject({ data: { organization: { slug: 'acme' } } });
        return (await readers()).filter((pid) => !others.includes(pid)).length;
      },
      { interval: 1 },
    )
    .toBeGreaterThan(0);
  expect((await gateway.end('SIGTERM')).code).toBe(0);
});

describe('a revocation', () => {
  it('counts for every read that begins after it was acknowledged', async () => {
    let late = 0;
    const counts = await during(async () => {
      await inLanes(async () => {
        const token = await insertKey(world, 'north', ['members:manage']);
        const read = () => world.ask('{ organization { slug childCount } }', { token });
        // Known to the fast path, and to both standbys.
        await Promise.all([read(), read()]);
        const id = uuidOf(token);
        const racing = [read(), read()];
        await sql`update api_keys set revoked_at = now() where id = ${id}::uuid`.execute(world.db);
        const after = await Promise.all([read(), read(), read()]);
        late += after.filter(({ status }) => status !== 401).length;
        await Promise.all(racing);
      });
    });
    process.stdout.write(`revocations: ${late} of ${ROUNDS * 3} reads late; ${told(counts)}\n`);
    expect(late).toBe(0);
    expect(counts.served).toBeGreaterThan(ROUNDS);
  });
});

describe('a change of one’s own', () => {
  it('is in every read that begins after it was acknowledged, in one statement or by resolvers', async () => {
    const rename = (slug: Slug, name: string) =>
      world.ask(
        `mutation { updateOrganization(input: { id: "${world.org(slug)}", name: "${name}" }) { __typename } }`,
        { as: 'key@acme' },
      );
    const compiled = 'query ($slug: String) { organization(slug: $slug) { name } }';
    // Introspection is never compiled, so the resolvers answer this one.
    const resolved =
      'query ($slug: String) { __schema { queryType { name } } organization(slug: $slug) { name } }';
    let late = 0;
    const counts = await during(async () => {
      await inLanes(async (round, lane) => {
        const slug = LANES[lane] ?? 'depot';
        const name = `Round ${round}`;
        const changed = await rename(slug, name);
        expect(changed.errors).toBeUndefined();
        const answers = await Promise.all(
          [compiled, resolved].map((query) =>
            world.ask<{ organization: { name: string } }>(query, { as: 'admin@acme' }, { slug }),
          ),
        );
        late += answers.filter(({ data }) => data?.organization.name !== name).length;
      });
    });
    process.stdout.write(`own changes: ${late} of ${ROUNDS * 2} reads late; ${told(counts)}\n`);
    expect(late).toBe(0);
    expect(counts.served).toBeGreaterThan(ROUNDS / 2);
  });
});

it('The primary tells each read a position of after it began, with one statement for many', async () => {
  const texts: string[] = [];
  const db = connect({
    url: primary.gatewayUrl,
    poolSize: 1,
    log,
    onStatement: (text) => texts.push(text),
  });
  const position = new PrimaryPosition(db, new DatabaseClock(log));
  await position.read();
  texts.length = 0;
  let early = 0;
  for (let round = 0; round < 50; round++) {
    // One that is under way when the change is acknowledged.
    const before = position.read();
    const { rows } = await sql<{ end: string }>`
      with written as (select pg_logical_emit_message(false, 'test', 'x', true) as lsn)
      select lsn::text as end from written`.execute(world.db);
    const many = await Promise.all(Array.from({ length: 8 }, () => position.read()));
    await before;
    const [{ end } = { end: '' }] = rows;
    const { rows: late } = await sql`
      select from unnest(${many.map(({ lsn }) => lsn)}::pg_lsn[]) as told where told < ${end}::pg_lsn`.execute(
      world.db,
    );
    early += late.length;
  }
  await position.close();
  expect(early).toBe(0);
  expect(texts.length).toBeLessThanOrEqual(100);
});

describe('an answer of resolvers', () => {
  it('is one state of the database, however many statements it takes', async () => {
    let isNorth = true;
    const move = () => {
      isNorth = !isNorth;
      const parent = world.uuid(isNorth ? 'north' : 'south');
      return sql`update organizations set parent_id = ${parent}::uuid where slug = 'shop-2'`.execute(
        world.db,
      );
    };
    const torn: unknown[] = [];
    let counts: Awaited<ReturnType<typeof during>> | undefined;
    await meanwhile(move, async () => {
      counts = await during(async () => {
        for (let round = 0; round < 40; round++) {
          const { data, errors } = await world.ask<{
            north: { children: { nodes: { slug: string }[] } };
            south: { childCount: number };
          }>(
            `{ __schema { queryType { name } }
               north: organization(slug: "north") { children { nodes { slug } } }
               south: organization(slug: "south") { childCount } }`,
            { as: 'key@acme' },
          );
          expect(errors).toBeUndefined();
          const seen = data?.north.children.nodes.some(({ slug }) => slug === 'shop-2');
          if (data?.south.childCount !== (seen ? 1 : 2)) torn.push(data);
        }
      });
    });
    process.stdout.write(`answers of resolvers while a tree moves: ${told(counts ?? {})}\n`);
    expect(torn).toEqual([]);
  });
});

describe('a standby', () => {
  const read = () =>
    world.ask<{ organization: { name: string } }>('{ organization { name } }', {
      as: 'admin@acme',
    });
  const rename = (name: string) =>
    sql`update organizations set name = ${name} where slug = 'acme'`.execute(world.db);

  it('that has stopped replaying is not asked, and answers again once it has caught up', async () => {
    for (const each of standbys)
      await vi.waitFor(() => each.run('select pg_wal_replay_pause()'), PATIENCE);
    const counts = await during(async () => {
      for (let round = 0; round < 20; round++) {
        await rename(`Acme ${round}`);
        const { status, data } = await read();
        expect({ status, name: data?.organization.name }).toEqual({
          status: 200,
          name: `Acme ${round}`,
        });
      }
    });
    // One wait for each of the two; then they rest.
    expect(counts).toMatchObject({ served: 0, failed: 0, unreachable: 0 });
    expect(counts.lagging).toBeLessThanOrEqual(2);
    expect(replicas.counts.standbys.map(({ isResting }) => isResting)).toEqual([true, true]);
    for (const each of standbys) await each.run('select pg_wal_replay_resume()');
    await awake();
    expect(await during(read)).toMatchObject({ served: 1 });
  });

  /** Takes a lock that is replayed, and cancels whatever stands in its way on the standbys. */
  const disturb = () =>
    world.db
      .transaction()
      .execute((tx) => sql`lock table memberships in access exclusive mode`.execute(tx));

  it('that cancels a read to go on replaying has it done by the primary', async () => {
    let isOnPrimary = false;
    const counts = await during(async () => {
      const reading = replicas.read(world.gatewayDb, async (db, isStandby) => {
        isOnPrimary = !isStandby;
        const seconds = isStandby ? 30 : 0;
        await sql`select (select count(*) from memberships), pg_sleep(${seconds})`.execute(db);
      });
      await vi.waitFor(async () => {
        const looks = standbys.map((each) =>
          each.run(
            `select from pg_stat_activity where state = 'active' and query like '%pg_sleep(%' and pid <> pg_backend_pid()`,
          ),
        );
        const found = (await Promise.all(looks)).map(({ rowCount }) => rowCount);
        expect(found).toContain(1);
      }, PATIENCE);
      await disturb();
      await reading;
    });
    expect(isOnPrimary).toBe(true);
    expect(counts.failed + counts.unreachable).toBe(1);
  });

  it('that ends the transaction of resolvers has them start again on the primary', async () => {
    const { gatewayDb } = world;
    const loaders = new Loaders({ db: gatewayDb, principal: anonymous, now: new Date() });
    const context = { db: gatewayDb, loaders } as Context;
    const args = { document: parse('{ viewer { scopes } }') } as ExecutionArgs;
    const sources: Database[] = [];
    const read = () => sql`select count(*) from memberships`.execute(context.db);
    const result = await readingOneState(gatewayDb, replicas)(args, context, async () => {
      sources.push(context.db);
      await read();
      if (sources.length > 1) return { data: { isWhole: true } };
      await disturb();
      await vi.waitFor(() => expect(read()).rejects.toThrow(), PATIENCE);
      return { data: { isWhole: false } };
    });
    expect(result).toEqual({ data: { isWhole: true } });
    expect(sources).toHaveLength(2);
    expect(sources[1]).toBe(gatewayDb);
    // Nobody else gets the connection while a straggler could still use it.
    const [snapshot] = sources;
    if (snapshot) await expect(sql`select 1`.execute(snapshot)).rejects.toThrow('has ended');
  });

  it('that is killed costs no request its answer', async () => {
    const [killed] = standbys;
    const answers: { status: number; tookMs: number }[] = [];
    const readOne = async (): Promise<void> => {
      const startedAt = performance.now();
      const { status } = await read();
      answers.push({ status, tookMs: performance.now() - startedAt });
    };
    await meanwhile(
      () => Promise.all([readOne(), readOne(), readOne(), readOne()]),
      async () => {
        await killed?.kill();
        await vi.waitFor(() => expect(replicas.counts.standbys[0]?.isResting).toBe(true), PATIENCE);
        const mark = replicas.counts.standbys[1]?.served ?? 0;
        await vi.waitFor(
          () => expect(replicas.counts.standbys[1]?.served).toBeGreaterThan(mark + 20),
          PATIENCE,
        );
      },
    );
    await killed?.start();
    process.stdout.write(
      `a killed standby: ${answers.length} answers, the slowest after ${Math.round(Math.max(...answers.map(({ tookMs }) => tookMs)))} ms\n`,
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it('that becomes a primary is not asked any more, and neither is one that follows another primary', async () => {
    const promoted = await primary.addStandby();
    const clock = new DatabaseClock(log);
    const over = (leader: string, follower: string): Replicas =>
      openReplicas({
        urls: [follower],
        primary: { url: leader, isPooled: false },
        poolSize: 2,
        poolWaitMs: 2_000,
        statementTimeoutMs: 10_000,
        waitMs: 20,
        clock,
        log,
      });
    const own = over(primary.gatewayUrl, promoted.gatewayUrl);
    const isAnswered = (by: Replicas): Promise<boolean> =>
      by.read(world.gatewayDb, async (db, isStandby) => {
        await sql`select 1`.execute(db);
        return isStandby;
      });
    await vi.waitFor(async () => expect(await isAnswered(own)).toBe(true), PATIENCE);
    await promoted.run('select pg_promote()');
    expect(await isAnswered(own)).toBe(false);
    expect(own.counts.fallbacks.promoted + own.counts.fallbacks.unreachable).toBe(1);
    await own.close();
    // One that still follows the old primary is ahead of the new one, and lacks all that it does.
    await primary.run('select pg_switch_wal()');
    const stray = over(promoted.gatewayUrl, standbys[0]?.gatewayUrl ?? '');
    await vi.waitFor(
      () =>
        expect(stray.counts.standbys[0]).toMatchObject({ isResting: true, problem: 'timeline' }),
      PATIENCE,
    );
    expect(await isAnswered(stray)).toBe(false);
    await stray.close();
  });
});

/** The id in a token. */
function uuidOf(token: string): string {
  return token.slice('ak_'.length, token.indexOf('.'));
}

const told = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
