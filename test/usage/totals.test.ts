/**
 * The daily totals against an oracle that knows nothing of them: all events with the lineage of now, added up as whole
 * numbers of billionths.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { verifySomeUsage, verifyUsage } from '../../src/modules/usage/verify.ts';
import { rollUpUsage } from '../../src/modules/usage/roll-up.ts';
import { encodeId } from '../../src/values/ids.ts';
import { Random } from '../../src/seed/random.ts';
import { runJobs } from '../setup/outbox.ts';
import { sized } from '../setup/size.ts';
import { insertMany } from '../setup/many.ts';
import { createWorld, type World } from '../setup/world.ts';

const DAY_MS = 86_400_000;
const METRICS = ['voice_minutes', 'voice_calls', 'call_seconds'];

let world: World;
beforeAll(async () => {
  world = await createWorld({}, { poolSize: 16 });
});
afterAll(() => world.close());

const SCALE = 1_000_000_000n;
function billionths(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole) * SCALE + BigInt(fraction.padEnd(9, '0') || '0');
}
function decimal(value: bigint): string {
  const fraction = (value % SCALE).toString().padStart(9, '0').replace(/0+$/, '');
  return `${value / SCALE}${fraction && `.${fraction}`}`;
}

interface Stored {
  organization_id: string;
  lineage: string[];
  metric: string;
  quantity: string;
  occurred_at: Date;
  gone: boolean;
}
const allEvents = () =>
  world.rows(sql<Stored>`
    select e.organization_id, o.lineage, e.metric, e.quantity::text as quantity, e.occurred_at, o.deleted_at is not null as gone
    from usage_events e join organizations o on o.id = e.organization_id`);

type Scope = 'ALL' | 'SINGLE';
const oracle = (
  events: readonly Stored[],
  id: string,
  metric: string,
  from: number,
  to: number,
  scope: Scope,
): string =>
  decimal(
    events
      .filter(
        (e) =>
          !e.gone &&
          e.metric === metric &&
          e.occurred_at.getTime() >= from &&
          e.occurred_at.getTime() < to &&
          (scope === 'ALL' ? e.lineage.includes(id) : e.organization_id === id),
      )
      .reduce((sum, e) => sum + billionths(e.quantity), 0n),
  );

interface Summary {
  metrics: { metric: { key: string }; value: string }[];
  buckets: { from: string; to: string; metrics: { metric: { key: string }; value: string }[] }[];
  byChild: { edges: { node: { id: string }; own: string; subtree: string }[] };
}
async function summary(
  id: string,
  from: number,
  to: number,
  scope: Scope,
  size = 'DAY',
): Promise<Summary> {
  const answer = await world.ask<{ organization: { usage: Summary } }>(
    `query ($id: ID, $from: DateTime!, $to: DateTime!, $scope: UsageScope!, $size: UsageBucketSize!, $keys: [String!]) {
      organization(id: $id) { usage(from: $from, to: $to, scope: $scope) {
        metrics(keys: $keys) { metric { key } value }
        buckets(size: $size, keys: $keys) { from to metrics { metric { key } value } }
        byChild(metric: "voice_minutes", first: 100) { edges { node { id } own subtree } }
      } }
    }`,
    { as: 'key@acme' },
    {
      id: encodeId('Organization', id),
      from: new Date(from),
      to: new Date(to),
      scope,
      size,
      keys: METRICS,
    },
  );
  expect(answer.errors).toBeUndefined();
  return answer.data?.organization.usage ?? { metrics: [], buckets: [], byChild: { edges: [] } };
}

async function mutate(name: string, input: Record<string, unknown>): Promise<void> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const answer = await world.ask<Record<string, object>>(
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on UserError { code } } }`,
    { as: 'key@acme', withoutSocket: true },
    { input },
  );
  // Organizations that are gone, or lie elsewhere by now, are part of it.
  for (const error of answer.errors ?? [])
    expect(error.extensions.code).toMatch(/^(NOT_FOUND|BAD_USER_INPUT)$/);
}

/** Rolls without a pause, and writes a line whenever it did something. */
const ROLLER = `
  const { connect } = await import('./src/database/connect.ts');
  const { createLogger } = await import('./src/telemetry/log.ts');
  const { rollUpUsage } = await import('./src/modules/usage/roll-up.ts');
  const db = connect({ url: process.env.ROLLER_URL, poolSize: 1, log: createLogger('silent') });
  console.log('ready');
  for (;;) {
    const rolled = await rollUpUsage(db);
    if (rolled > 0) console.log(rolled);
    else await new Promise((resolve) => setTimeout(resolve, 5));
  }`;

/** A root whose tree is not in the group of the tree of `root`. */
async function rootOfAnotherGroup(root: string): Promise<string> {
  for (;;) {
    const [made] = await world.rows(sql<{ id: string; differs: boolean }>`
      insert into organizations (slug, name) values ('group-' || gen_random_uuid(), 'Another group')
      returning id, tree_group(id) <> tree_group(${root}::uuid) as differs`);
    if (made?.differs) return made.id;
  }
}

let made = 0;
/** Events at any instant of the last year, many of them in the last days. */
function eventsAt(random: Random, ids: readonly string[], count: number) {
  const now = Date.now();
  return Array.from({ length: count }, () => {
    const back = Math.floor(random.next() ** 4 * 364 * DAY_MS);
    return {
      id: `totals-${++made}`,
      organizationId: encodeId('Organization', random.pick(ids)),
      metric: random.pick(METRICS),
      quantity: `${random.below(1_000_000)}.${String(random.below(1_000_000_000)).padStart(9, '0')}`,
      occurredAt: new Date(now - back).toISOString(),
    };
  });
}

/** Compares random windows of organizations, drawn from `among` or everything alive, with the oracle. */
async function expectExact(
  random: Random,
  windows: number,
  among?: readonly string[],
): Promise<void> {
  const events = await allEvents();
  const alive = await world.rows(
    sql<{
      id: string;
    }>`select id from organizations where deleted_at is null and lineage[1] = ${world.uuid('acme')} order by id`,
  );
  for (let n = 0; n < windows; n++) {
    const id = random.pick(among ?? alive.map((one) => one.id));
    const scope: Scope = random.next() < 0.7 ? 'ALL' : 'SINGLE';
    const to = Date.now() + 1_000 - Math.floor(random.next() ** 3 * 300 * DAY_MS);
    const length =
      random.next() < 0.3 ? random.below(DAY_MS) + 1 : Math.floor(random.next() * 366 * DAY_MS) + 1;
    // Some begin and end at midnight, where whole days and edges meet.
    const round = (at: number): number =>
      random.next() < 0.3 ? Math.floor(at / DAY_MS) * DAY_MS : at;
    const from = Math.min(round(to - length), to - 1);
    const sizes = to - from < 40 * DAY_MS ? ['HOUR', 'DAY'] : ['DAY', 'WEEK', 'MONTH'];
    const found = await summary(id, from, to, scope, random.pick(sizes));
    for (const { metric, value } of found.metrics)
      expect(value).toBe(oracle(events, id, metric.key, from, to, scope));
    for (const key of METRICS) {
      const parts = found.buckets.map(
        (bucket) => bucket.metrics.find(({ metric }) => metric.key === key)?.value ?? '0',
      );
      expect(decimal(parts.reduce((sum, part) => sum + billionths(part), 0n))).toBe(
        oracle(events, id, key, from, to, scope),
      );
    }
    const bucket = random.pick(found.buckets);
    for (const { metric, value } of bucket.metrics)
      expect(value).toBe(
        oracle(events, id, metric.key, Date.parse(bucket.from), Date.parse(bucket.to), scope),
      );
    const branches = found.byChild.edges.reduce((sum, edge) => sum + billionths(edge.subtree), 0n);
    if (found.byChild.edges.length < 100)
      expect(decimal(branches)).toBe(oracle(events, id, 'voice_minutes', from, to, scope));
    for (const { node, own, subtree } of found.byChild.edges.slice(0, 5)) {
      const child = alive.find((one) => encodeId('Organization', one.id) === node.id)?.id ?? '';
      expect(own).toBe(oracle(events, child, 'voice_minutes', from, to, 'SINGLE'));
      expect(subtree).toBe(
        oracle(events, child, 'voice_minutes', from, to, child === id ? 'SINGLE' : 'ALL'),
      );
    }
  }
}

describe('usage totals', () => {
  it('are exact to the last digit through records, rolls, moves, deletions and restorations in any order', async () => {
    const random = new Random(11);
    const ids = (
      await world.rows(
        sql<{
          id: string;
        }>`select id from organizations where lineage[1] = ${world.uuid('acme')} order by id`,
      )
    ).map((row) => row.id);
    for (let n = 0; n < 30; n++) {
      const [row] = await world.rows(sql<{ id: string }>`
        insert into organizations (slug, name, parent_id) values (${`totals-${n}`}, 'Totals', ${random.pick(ids)}) returning id`);
      ids.push(row?.id ?? '');
    }
    const any = (): string => encodeId('Organization', random.pick(ids));
    for (let step = 0; step < sized(60, 120); step++) {
      const draw = random.next();
      if (draw < 0.4) await mutate('recordUsage', { events: eventsAt(random, ids, 20) });
      else if (draw < 0.6) await rollUpUsage(world.gatewayDb);
      else if (draw < 0.8) await mutate('moveOrganization', { id: any(), newParentId: any() });
      else if (draw < 0.9) await mutate('deleteOrganization', { id: any(), mode: 'CASCADE' });
      else await mutate('restoreOrganization', { id: any() });
      if (step % 4 === 3) await expectExact(random, 2);
    }
    expect((await verifyUsage(world.db)).differing).toBe(0);
    await rollUpUsage(world.gatewayDb);
    expect(await world.rows(sql`select from usage_tail`)).toEqual([]);
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
    await expectExact(random, 20);
  }, 120_000);

  it('stay exact while everything happens at the same time', async () => {
    const random = new Random(12);
    const ids = (
      await world.rows(
        sql<{
          id: string;
        }>`select id from organizations where lineage[1] = ${world.uuid('acme')} order by id`,
      )
    ).map((row) => row.id);
    const any = (): string => encodeId('Organization', random.pick(ids));
    const repeat = async (times: number, work: () => Promise<unknown>): Promise<void> => {
      for (let n = 0; n < times; n++) await work();
    };
    await Promise.all([
      repeat(60, () => mutate('recordUsage', { events: eventsAt(random, ids, 50) })),
      repeat(60, () => mutate('recordUsage', { events: eventsAt(random, ids, 50) })),
      repeat(80, () => rollUpUsage(world.gatewayDb)),
      repeat(80, () => rollUpUsage(world.gatewayDb)),
      repeat(60, () => mutate('moveOrganization', { id: any(), newParentId: any() })),
      repeat(30, () => mutate('deleteOrganization', { id: any(), mode: 'CASCADE' })),
      repeat(60, () => mutate('restoreOrganization', { id: any() })),
    ]);
    await expectExact(random, 10);
    await rollUpUsage(world.gatewayDb);
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
    await expectExact(random, 10);
  }, 120_000);

  it('are kept for subtrees with more than four metered organizations, and sums are the same before and after', async () => {
    const random = new Random(21);
    const plant = async (slug: string, parent: string, count: number): Promise<string[]> => {
      const rows = await world.rows(sql<{ id: string }>`
        insert into organizations (slug, name, parent_id) select ${slug} || n, 'Metered', ${parent} from generate_series(1, ${count}::integer) as n returning id`);
      return rows.map(({ id }) => id);
    };
    const [busy = '', quiet = ''] = await plant('branch-', world.uuid('acme'), 2);
    const below = [await plant('busy-', busy, 5), await plant('quiet-', quiet, 4)].flat();
    const rolled = async (): Promise<boolean[]> => {
      const rows = await world.rows(
        sql<{ id: string }>`select organization_id as id from usage_meters where rolled`,
      );
      return [busy, quiet].map((id) => rows.some((row) => row.id === id));
    };
    const places = [busy, quiet, ...below];
    await mutate('recordUsage', {
      events: eventsAt(random, [...below, ...below], 60).map((event, n) => ({
        ...event,
        organizationId: encodeId('Organization', below[n % 9] ?? ''),
      })),
    });
    await expectExact(random, 6, places);
    expect(await rolled()).toEqual([false, false]);
    await rollUpUsage(world.gatewayDb);
    expect(await rolled()).toEqual([true, false]);
    await expectExact(random, 6, places);
    // What was in the totals, and what is still in the tail.
    await mutate('recordUsage', { events: eventsAt(random, below, 40) });
    await mutate('moveOrganization', {
      id: encodeId('Organization', below[0] ?? ''),
      newParentId: encodeId('Organization', quiet),
    });
    await expectExact(random, 6, places);
    await mutate('recordUsage', { events: eventsAt(random, below, 40) });
    await rollUpUsage(world.gatewayDb);
    expect(await rolled()).toEqual([true, true]);
    await expectExact(random, 10, places);
    await mutate('deleteOrganization', { id: encodeId('Organization', quiet), mode: 'CASCADE' });
    await expectExact(random, 4, [busy, world.uuid('acme')]);
    await mutate('restoreOrganization', { id: encodeId('Organization', quiet) });
    await expectExact(random, 6, places);
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
  });

  it('follow a deletion and a restoration in whatever order the rows lie', async () => {
    const random = new Random(24);
    const [top] = await world.rows(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id) values ('order', 'Order', ${world.uuid('acme')}) returning id`);
    const id = encodeId('Organization', top?.id ?? '');
    const below = await world.rows(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id) select 'order-' || n, 'Order', ${top?.id}::uuid from generate_series(1, 2) as n returning id`);
    await mutate('recordUsage', {
      events: eventsAt(
        random,
        below.map((one) => one.id),
        20,
      ),
    });
    // The root is rolled up, the organization that goes is not.
    const beside = await world.rows(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id) select 'beside-' || n, 'Beside', ${world.uuid('acme')} from generate_series(1, 5) as n returning id`);
    await mutate('recordUsage', {
      events: eventsAt(
        random,
        [...beside, ...beside].map((one) => one.id),
        40,
      ),
    });
    await rollUpUsage(world.gatewayDb);
    for (const [n, first] of [top, below[0], top, below[1]].entries()) {
      // A row that is written anew lies behind the others.
      await sql`update organizations set name = ${`Order ${n}`} where id = ${first?.id}::uuid`.execute(
        world.db,
      );
      await mutate('deleteOrganization', { id, mode: 'CASCADE' });
      await expectExact(random, 3, [world.uuid('acme')]);
      await sql`update organizations set name = ${`Order ${n} again`} where id = ${first?.id}::uuid`.execute(
        world.db,
      );
      await mutate('restoreOrganization', { id });
      await expectExact(random, 3, [world.uuid('acme')]);
      expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
    }
  }, 60_000);

  it('follow several moves in one statement, whatever the order', async () => {
    const random = new Random(23);
    const ids = [world.uuid('acme')];
    for (let n = 0; n < 14; n++) {
      const [row] = await world.rows(sql<{ id: string }>`
        insert into organizations (slug, name, parent_id) values (${`several-${n}`}, 'Several', ${random.pick(ids)}) returning id`);
      ids.push(row?.id ?? '');
    }
    await mutate('recordUsage', { events: eventsAt(random, ids, 60) });
    let moved = 0;
    const rounds = sized(12, 40);
    for (let n = 0; n < rounds; n++) {
      const pairs = [1, 2, 3].map(() => [random.pick(ids.slice(1)), random.pick(ids)] as const);
      const given = sql`unnest(${pairs.map(([id]) => id)}::uuid[], ${pairs.map(([, parent]) => parent)}::uuid[]) as given (id, parent)`;
      // Some would make a circle, or move one organization twice.
      await sql`update organizations o set parent_id = given.parent from ${given} where o.id = given.id`
        .execute(world.db)
        .then(() => moved++)
        .catch(() => undefined);
      if (n % 10 === 5) await mutate('recordUsage', { events: eventsAt(random, ids, 10) });
      if (n % 10 === 9) await rollUpUsage(world.gatewayDb);
      expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
    }
    expect(moved).toBeGreaterThan(rounds / 4);
    const paths = await world.rows(
      sql`select from usage_meters m join organizations o on o.id = m.organization_id where o.path <> m.path`,
    );
    expect(paths).toEqual([]);
    await expectExact(random, sized(8, 20), ids);
  }, 60_000);

  it('stay exact while organizations become metered, are rolled up and moved at the same time', async () => {
    const random = new Random(22);
    const ids = [world.uuid('acme')];
    for (let n = 0; n < 60; n++) {
      const [row] = await world.rows(sql<{ id: string }>`
        insert into organizations (slug, name, parent_id) values (${`fresh-${n}`}, 'Fresh', ${random.pick(ids.slice(-12))}) returning id`);
      ids.push(row?.id ?? '');
    }
    const any = (): string => encodeId('Organization', random.pick(ids));
    const repeat = async (times: number, work: () => Promise<unknown>): Promise<void> => {
      for (let n = 0; n < times; n++) await work();
    };
    await Promise.all([
      ...[1, 2, 3, 4].map(() =>
        repeat(sized(20, 40), () =>
          mutate('recordUsage', {
            events: eventsAt(random, [random.pick(ids), random.pick(ids)], 8),
          }),
        ),
      ),
      repeat(120, () => rollUpUsage(world.gatewayDb)),
      repeat(120, () => rollUpUsage(world.gatewayDb)),
      repeat(40, () => mutate('moveOrganization', { id: any(), newParentId: any() })),
    ]);
    await expectExact(random, 15, ids);
    await rollUpUsage(world.gatewayDb);
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
    await expectExact(random, 15, ids);
    const kinds = await world.rows(
      sql<{
        rolled: boolean;
        counted: boolean;
      }>`select distinct rolled, counted from usage_meters order by 1, 2`,
    );
    expect(kinds).toEqual([
      { rolled: false, counted: true },
      { rolled: true, counted: true },
    ]);
    const paths = await world.rows(
      sql`select from usage_meters m left join organizations o on o.id = m.organization_id where o.path is distinct from m.path`,
    );
    expect(paths).toEqual([]);
  }, 60_000);

  it('hold each event once when a roll does not come to its end', async () => {
    await mutate('recordUsage', { events: eventsAt(new Random(13), [world.uuid('acme')], 100) });
    const before = await world.rows(sql`select count(*) from usage_tail`);
    await world.db
      .transaction()
      .execute(async (tx) => {
        await sql`select roll_usage(1000)`.execute(tx);
        throw new Error('killed');
      })
      .catch(() => undefined);
    expect(await world.rows(sql`select count(*) from usage_tail`)).toEqual(before);
    await expectExact(new Random(14), 5);
  });

  it('lose nothing when the connection of a roll is cut, and the next one rolls', async () => {
    await mutate('recordUsage', { events: eventsAt(new Random(17), [world.uuid('acme')], 100) });
    const before = await world.rows(sql`select count(*) from usage_tail`);
    const cut = world.db.transaction().execute(async (tx) => {
      const { rows } = await sql<{
        pid: number;
      }>`select pg_backend_pid() as pid, roll_usage(50)`.execute(tx);
      await sql`select pg_terminate_backend(${rows[0]?.pid}::integer)`.execute(world.db);
      await sql`select 1`.execute(tx);
    });
    await expect(cut).rejects.toThrow();
    expect(await world.rows(sql`select count(*) from usage_tail`)).toEqual(before);
    await expectExact(new Random(18), 5);
    expect(await rollUpUsage(world.gatewayDb)).toBeGreaterThan(0);
    await expectExact(new Random(19), 5);
  });

  it('are rolled by one at a time in a tree, and side by side in trees of different groups', async () => {
    await rollUpUsage(world.gatewayDb);
    const acme = world.uuid('acme');
    const other = await rootOfAnotherGroup(acme);
    await mutate('recordUsage', { events: eventsAt(new Random(15), [acme], 10) });
    await sql`
      insert into usage_events (organization_id, id, metric, quantity, occurred_at)
      values (${other}, 'beside', 'voice_calls', 7, now())`.execute(world.db);
    await world.db.transaction().execute(async (tx) => {
      await sql`select roll_usage(1, tree_group(${acme}::uuid))`.execute(tx);
      expect(await rollUpUsage(world.gatewayDb)).toBe(1);
    });
    expect(
      await world.rows(
        sql`select own[3]::int as calls from usage_totals where organization_id = ${other} and grain = 'MONTH'`,
      ),
    ).toEqual([{ calls: 7 }]);
    expect(await rollUpUsage(world.gatewayDb)).toBeGreaterThan(0);
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
  });

  it('are exact while several workers roll and one of them is killed', async () => {
    const random = new Random(21);
    const acme = world.uuid('acme');
    const ids = [acme, world.uuid('north'), await rootOfAnotherGroup(acme)];
    const roller = (): ChildProcess =>
      spawn(process.execPath, ['--input-type=module', '--eval', ROLLER], {
        env: { ...process.env, ROLLER_URL: world.gatewayUrl },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    const rolling = (worker: ChildProcess): Promise<unknown> => {
      if (!worker.stdout) throw new Error('the worker has no output');
      return once(worker.stdout, 'data');
    };
    const record = async (number: number): Promise<void> => {
      await sql`
        insert into usage_events (organization_id, id, metric, quantity, occurred_at)
        select organization_id, ${`killed-${number}-`}::text || n, 'voice_calls', n, now() - n * interval '7 hours'
        from unnest(${ids}::uuid[]) as organization_id, generate_series(1, 40) as n`.execute(
        world.db,
      );
    };
    const workers = [roller(), roller()];
    await Promise.all(workers.map(rolling));
    for (let number = 0; number < 20; number++) {
      await record(number);
      if (number !== 10) continue;
      // It has rolled something since, however much the other one takes, and has more to roll.
      const [killed] = workers;
      const rolled = killed && rolling(killed);
      const isRolling = () => Promise.race([rolled?.then(() => true), record(++more)]);
      let more = 1_000;
      while (!(await isRolling()));
      await Promise.all([...Array(5).keys()].map((n) => record(100 + n)));
      killed?.kill('SIGKILL');
    }
    await expect
      .poll(async () => (await world.rows(sql`select from usage_tail`)).length, { timeout: 20_000 })
      .toBe(0);
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
    await expectExact(random, 10);
    for (const worker of workers) worker.kill('SIGKILL');
  }, 60_000);

  it('that are wrong are found, by the check and by the job that looks at a few', async () => {
    await rollUpUsage(world.gatewayDb);
    const acme = world.uuid('acme');
    // A month that nothing finer than days is kept of, so that day and month can be wrong together.
    const day = new Date(Date.now() - 100 * DAY_MS).toISOString().slice(0, 10);
    await sql`
      insert into usage_events (organization_id, id, metric, quantity, occurred_at)
      values (${acme}, 'spoiled', 'voice_calls', 1, ${`${day}T12:00:00Z`})`.execute(world.db);
    await rollUpUsage(world.gatewayDb);
    const spoil = (column: 'own' | 'subtree', grains: readonly string[], by: number) =>
      sql`
      update usage_totals t set ${sql.ref(column)}[m.slot] = t.${sql.ref(column)}[m.slot] + ${by}::integer from usage_metrics m
      where m.key = 'voice_calls' and t.organization_id = ${acme} and t.grain::text = any (${grains}::text[])
        and t.starts_at = date_trunc(t.grain::text, ${`${day}T12:00:00Z`}::timestamptz, 'UTC')`.execute(
        world.db,
      );
    for (const [column, ...grains] of [
      ['subtree', 'MONTH'],
      ['subtree', 'DAY', 'MONTH'],
      ['own', 'DAY', 'MONTH'],
    ] as const) {
      await spoil(column, grains, 1);
      const found = await verifyUsage(world.db);
      expect(found.differing, `${column} of ${grains.join(' and ')}`).toBeGreaterThan(0);
      expect(found.examples[0]).toContain(`voice_calls of ${acme}`);
      // Drawn by chance from those above others, twenty at a time: the root is hard to miss.
      const lines: string[] = [];
      const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
      for (let n = 0; n < 10 && lines.length === 0; n++)
        await verifySomeUsage(world.gatewayDb, log);
      expect(lines.join()).toContain('totals of usage differ from their events');
      await spoil(column, grains, -1);
    }
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
  });

  it('are exact in subtrees of thousands, where the ends of a window are read by time', async () => {
    const random = new Random(20);
    const acme = world.uuid('acme');
    await insertMany(world.db, 'acme', 2_100, 'Many');
    const many = await world.rows(
      sql<{ id: string }>`select id from organizations where name = 'Many' order by id`,
    );
    const ids = [acme, ...many.slice(0, 40).map((one) => one.id)];
    await sql`
      insert into usage_events (organization_id, id, metric, quantity, occurred_at)
      select ${world.uuid('rival')}::uuid, 'many-' || n, 'voice_minutes', 1000, now() - n * interval '1 hour' from generate_series(1, 2000) as n`.execute(
      world.db,
    );
    for (let n = 0; n < 5; n++) await mutate('recordUsage', { events: eventsAt(random, ids, 200) });
    await mutate('deleteOrganization', {
      id: encodeId('Organization', ids[1] ?? ''),
      mode: 'CASCADE',
    });
    await expectExact(random, sized(3, 10), [acme]);
    await rollUpUsage(world.gatewayDb);
    await expectExact(random, sized(3, 10), [acme]);
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
  }, 60_000);

  it('survive the purge of what was deleted', async () => {
    await sql`update organizations set deleted_at = now() - interval '31 days' where deleted_at is not null`.execute(
      world.db,
    );
    await sql`select graphile_worker.add_job('purge_organizations', '{}')`.execute(world.db);
    await runJobs(world);
    expect(await world.rows(sql`select from organizations where deleted_at is not null`)).toEqual(
      [],
    );
    for (const table of [
      'usage_totals',
      'usage_tail',
      'usage_meters',
      'usage_events',
      'usage_event_keys',
    ] as const)
      expect(
        await world.rows(
          sql`select from ${sql.table(table)} t where not exists (select from organizations o where o.id = t.organization_id)`,
        ),
        table,
      ).toEqual([]);
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
    await expectExact(new Random(16), 10);
  });
});
