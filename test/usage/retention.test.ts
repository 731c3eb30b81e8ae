/** How finely usage is kept, and for how long. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyUsage } from '../../src/modules/usage/verify.ts';
import { rollUpUsage } from '../../src/modules/usage/roll-up.ts';
import {
  UsageBucketsDocument,
  UsageByChildDocument,
  UsageInZoneDocument,
  UsageDocument,
  type UsageScope,
} from '../generated/graphql.ts';
import { runJobs } from '../setup/outbox.ts';
import { code, createWorld, type Slug, type World } from '../setup/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEPT_DAYS = 400;

let world: World;
/** Midnight today. */
let today: number;
/** Each has one call at half past ten and one at noon. */
const days = [10, 41, 50, 398, 405, 500, 700] as const;
beforeAll(async () => {
  world = await createWorld();
  today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  for (const ago of days)
    for (const [slug, hours] of [
      ['kiosk', 10.5],
      ['north', 12],
    ] as const)
      await sql`
        insert into usage_events (organization_id, id, metric, quantity, occurred_at)
        values (${world.uuid(slug)}, ${`${ago}`}, 'voice_calls', ${1 + ago / 1000}, ${at(ago, hours)})`.execute(
        world.db,
      );
  await sql`insert into usage_event_keys (organization_id, id, occurred_at) select organization_id, id, occurred_at from usage_events`.execute(
    world.db,
  );
  await rollUpUsage(world.gatewayDb);
});
afterAll(() => world.close());

const at = (daysAgo: number, hours = 0): Date =>
  new Date(today - daysAgo * DAY_MS + hours * HOUR_MS);
async function calls(from: Date, to: Date, slug: Slug = 'acme', scope: UsageScope = 'ALL') {
  const answer = await world.query(
    UsageDocument,
    { id: world.org(slug), scope, from: from.toISOString(), to: to.toISOString() },
    { as: 'key@acme' },
  );
  return answer.errors
    ? {
        code: code(answer),
        argument: answer.errors[0]?.extensions['argument'],
        message: answer.errors[0]?.message,
      }
    : answer.data?.organization?.usage?.metrics?.find(({ metric }) => metric.key === 'voice_calls')
        ?.value;
}
async function retain(eventDays = KEPT_DAYS): Promise<void> {
  await sql`select graphile_worker.add_job('retain_usage', '{}')`.execute(world.db);
  await runJobs(world, undefined, { usageEventDays: eventDays });
}
const months = () =>
  world.rows(
    sql<{
      name: string;
    }>`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'usage_events'::regclass order by 1`,
  );
const monthOf = (date: Date): string =>
  `usage_events_${date.toISOString().slice(0, 7).replace('-', '_')}`;

describe('the retention of usage', () => {
  it('has a partition for each month, and takes what has none all the same', async () => {
    const names = (await months()).map(({ name }) => name);
    expect(names).toContain(monthOf(new Date()));
    expect(names).toContain('usage_events_rest');
    const found = await world.rows(sql<{ ago: string; partition: string }>`
      select id as ago, tableoid::regclass::text as partition from usage_events where organization_id = ${world.uuid('kiosk')} order by id::integer`);
    expect(found.map(({ partition }) => partition)).toEqual(
      days.map((ago) =>
        names.includes(monthOf(at(ago))) ? monthOf(at(ago)) : 'usage_events_rest',
      ),
    );
    await sql`drop table ${sql.table(monthOf(new Date(today + 40 * DAY_MS)))}`.execute(world.db);
    await retain(3_000);
    expect((await months()).map(({ name }) => name)).toContain(
      monthOf(new Date(today + 40 * DAY_MS)),
    );
  });

  it('keeps everything that was asked to be kept, and tells any window of it', async () => {
    for (const ago of days) {
      expect(await calls(at(ago), at(ago - 1))).toBe(`${(2_000 + 2 * ago) / 1_000}`);
      expect(await calls(at(ago, 10.6), at(ago, 12.1))).toBe(`${(1_000 + ago) / 1_000}`);
      expect(await calls(at(ago, 10.4), at(ago, 10.6), 'kiosk', 'SINGLE')).toBe(
        `${(1_000 + ago) / 1_000}`,
      );
      expect(await calls(at(ago, 10.51), at(ago, 11.9))).toBe('0');
    }
  });

  it('tells hours from totals for 42 days, and from events before', async () => {
    await sql`
      insert into usage_totals (organization_id, grain, starts_at, own, subtree)
      select ${world.uuid('kiosk')}::uuid, 'HOUR', ${at(50, 3)}, '{NULL}', '{NULL}'`.execute(
      world.db,
    );
    await retain(3_000);
    const oldest = await world.rows(
      sql<{ at: Date }>`select min(starts_at) as at from usage_totals where grain = 'HOUR'`,
    );
    expect(oldest[0]?.at).toEqual(at(41, 10));
    for (const ago of [10, 41, 50, 500]) {
      const { data } = await world.query(
        UsageBucketsDocument,
        {
          id: world.org('acme'),
          scope: 'ALL',
          from: at(ago, 9).toISOString(),
          to: at(ago, 13).toISOString(),
          size: 'HOUR',
          keys: ['voice_calls'],
        },
        { as: 'key@acme' },
      );
      const one = `${(1_000 + ago) / 1_000}`;
      expect(data?.organization?.usage?.buckets?.map(({ metrics }) => metrics[0]?.value)).toEqual([
        '0',
        one,
        '0',
        one,
      ]);
    }
  });

  it('keeps events for as long as any metric takes them', async () => {
    await sql`update usage_metrics set late_days = 760 where key = 'chat_calls'`.execute(world.db);
    await retain();
    expect(await calls(at(500, 10), at(500, 11))).toBe('1.5');
    await sql`update usage_metrics set late_days = 366 where key = 'chat_calls'`.execute(world.db);
  });

  it('says that events go before they go, and then refuses what it could not tell exactly', async () => {
    const events = () =>
      world.rows(sql<{ id: string }>`select distinct id from usage_events order by id`);
    const keys = () =>
      world.rows(sql<{ id: string }>`select distinct id from usage_event_keys order by id`);
    await retain();
    expect((await events()).length).toBe(days.length);
    const [kept] = await world.rows(
      sql<{ at: Date }>`select events_from as at from usage_retention`,
    );
    const since = kept?.at ?? new Date(0);
    expect(since.getTime()).toBeLessThanOrEqual(at(KEPT_DAYS).getTime());
    expect(since.getTime()).toBeGreaterThan(at(KEPT_DAYS + 32).getTime());
    const refusal = (argument: string) => ({
      code: 'INVALID_WINDOW',
      argument,
      message: expect.stringContaining(
        `must be midnight in UTC where it lies before ${since.toISOString()}`,
      ),
    });
    for (const when of ['announced', 'gone']) {
      expect(await calls(at(500, 10), at(500, 11)), when).toEqual(refusal('from'));
      expect(await calls(at(500, 10), at(400)), when).toEqual(refusal('from'));
      expect(await calls(at(700), at(500, 11)), when).toEqual(refusal('to'));
      expect(await calls(at(700), at(499)), when).toBe('6.4');
      expect(await calls(at(500), at(499), 'kiosk'), when).toBe('1.5');
      expect(await calls(at(500), at(499), 'north', 'SINGLE'), when).toBe('1.5');
      await retain();
    }
    expect(
      (await events())
        .map(({ id }) => Number(id))
        .every((ago) => at(ago) >= new Date(since.getTime() - DAY_MS)),
    ).toBe(true);
    expect(await keys()).toEqual(await events());
    expect((await events()).length).toBeLessThan(days.length);
    const hourly = await world.query(
      UsageBucketsDocument,
      {
        id: world.org('acme'),
        scope: 'ALL',
        from: at(500).toISOString(),
        to: at(499).toISOString(),
        size: 'HOUR',
      },
      { as: 'key@acme' },
    );
    expect([code(hourly), hourly.errors?.[0]?.extensions['argument']]).toEqual([
      'BAD_USER_INPUT',
      'size',
    ]);
    const inZone = await world.query(
      UsageInZoneDocument,
      {
        id: world.org('acme'),
        scope: 'ALL',
        from: at(550).toISOString(),
        to: at(250).toISOString(),
        size: 'MONTH',
        timeZone: 'Europe/Berlin',
      },
      { as: 'key@acme' },
    );
    expect(inZone.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'timeZone',
      bound: `must be UTC in a window that begins before ${since.toISOString()}: older usage is kept by day in UTC`,
    });
    const previous = await world.ask<unknown>(
      `{ organization { usage(from: "${at(250, 10).toISOString()}", to: "${at(0, 10).toISOString()}") { scope previous { scope } } } }`,
      { as: 'key@acme' },
    );
    expect(previous.data).toEqual({ organization: { usage: { scope: 'ALL', previous: null } } });
    expect(previous.errors).toBeUndefined();
    const { data } = await world.query(
      UsageByChildDocument,
      {
        id: world.org('acme'),
        scope: 'ALL',
        from: at(700).toISOString(),
        to: at(499).toISOString(),
        metric: 'voice_calls',
      },
      { as: 'key@acme' },
    );
    expect(data?.organization?.usage?.byChild?.edges[0]).toMatchObject({
      subtree: '6.4',
      share: 1,
    });
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
  });

  it('drops whole months', async () => {
    await sql`update usage_metrics set late_days = 31`.execute(world.db);
    await retain(31);
    await retain(31);
    const names = (await months()).map(({ name }) => name);
    expect(names).not.toContain(monthOf(at(398)));
    expect(names).not.toContain(monthOf(at(90)));
    expect(names).toContain(monthOf(at(10)));
    expect(await calls(at(10, 10), at(10, 11))).toBe('1.01');
    expect(await calls(at(398), at(397))).toBe('2.796');
    expect(await verifyUsage(world.db)).toMatchObject({ differing: 0 });
  });
});
