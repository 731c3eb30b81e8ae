/**
 * Buckets in time zones against a model that only knows what date and time a clock shows: it sorts
 * events by the local date of each, and never computes where a day begins.
 */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollUpUsage } from '../../src/modules/usage/roll-up.ts';
import { Random } from '../../src/seed/random.ts';
import { answerOf } from '../compiler/differential.ts';
import { code, createWorld, gatewayOver, type Caller, type World } from '../setup/world.ts';
import type { Gateway } from '../../src/http/gateway.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ZONES = [
  'Europe/Berlin',
  'America/St_Johns',
  'America/New_York',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Africa/Abidjan',
  'UTC',
];
const as: Caller = 'key@acme';

let world: World;
let resolvers: Gateway;
let executions: string[] = [];
const events: { at: number; slug: 'acme' | 'kiosk'; amount: number }[] = [];

async function insertEvents(count: number, seed: number): Promise<void> {
  const random = new Random(seed);
  const now = Date.now();
  const rows = Array.from({ length: count }, (_, n) => {
    const at =
      n % 3 === 0
        ? // Close to the changes of clocks, and to a day that was skipped.
          random.pick([
            Date.parse('2026-03-29T01:00:00Z'),
            Date.parse('2026-10-25T01:00:00Z'),
            Date.parse('2026-11-01T05:00:00Z'),
            Date.parse('2011-12-30T10:00:00Z'),
          ]) + Math.floor((random.next() - 0.5) * 4 * DAY_MS)
        : now - Math.floor(random.next() ** 2 * 300 * DAY_MS);
    const slug = random.pick(['acme', 'kiosk'] as const);
    return { at, slug, amount: 1 + random.below(1_000) };
  });
  events.push(...rows);
  await sql`
    insert into usage_events (organization_id, id, metric, quantity, occurred_at)
    select * from unnest(
      ${rows.map(({ slug }) => world.uuid(slug))}::uuid[], ${rows.map((_, n) => `${seed}-${n}`)}::text[],
      ${rows.map(() => 'voice_calls')}::text[], ${rows.map(({ amount }) => amount)}::numeric[],
      ${rows.map(({ at }) => new Date(at))}::timestamptz[])`.execute(world.db);
}

beforeAll(async () => {
  world = await createWorld({
    onOutcome: (outcome) => void executions.push('data' in outcome ? 'compiled' : outcome.fall),
  });
  resolvers = gatewayOver(world.db, { compiled: false });
  await insertEvents(600, 1);
  while ((await rollUpUsage(world.db)) > 0);
  // These are pending while the tests run.
  await insertEvents(200, 2);
});
afterAll(() => world.close());

interface Bucket {
  from: string;
  to: string;
  metrics: { value: string }[];
}
interface Asked {
  from: string;
  to: string;
  timeZone?: string | null;
  size?: string;
}
const BUCKETS = `query ($from: DateTime!, $to: DateTime!, $timeZone: String, $size: UsageBucketSize!) {
  organization { usage(from: $from, to: $to, timeZone: $timeZone) {
    buckets(size: $size, keys: ["voice_calls"]) { from to metrics { value } } } } }`;

/** The buckets of a window; compiled, and the same from the resolvers. */
async function bucketsOf(asked: Asked): Promise<Bucket[]> {
  const variables = { size: 'DAY', timeZone: null, ...asked };
  executions = [];
  const { text, data, errors } = await world.ask<{
    organization: { usage: { buckets: Bucket[] } };
  }>(BUCKETS, { as }, variables);
  expect(errors).toBeUndefined();
  expect(executions).toEqual(['compiled']);
  expect(await answerOf(resolvers, world, as, { document: BUCKETS, variables })).toBe(
    `200 ${text}`,
  );
  return data?.organization.usage.buckets ?? [];
}

/** What a clock in a zone shows. */
function clockOf(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return (at: number | string) => {
    const [date = '', time = ''] = format.format(new Date(at)).split(', ');
    return { date, time };
  };
}

function keyOf(date: string, size: string): string {
  if (size === 'MONTH') return date.slice(0, 7);
  if (size === 'DAY') return date;
  const day = new Date(`${date}T00:00:00Z`);
  return new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
}

/** Compares buckets with the model, and returns them. */
async function expectExact(asked: Asked): Promise<Bucket[]> {
  const { from, to, timeZone, size = 'DAY' } = asked;
  const clock = clockOf(timeZone ?? 'UTC');
  const expected = new Map<string, number>();
  for (const { at, amount } of events) {
    if (at < Date.parse(from) || at >= Date.parse(to)) continue;
    const key = keyOf(clock(at).date, size);
    expected.set(key, (expected.get(key) ?? 0) + amount);
  }
  const buckets = await bucketsOf(asked);
  const found = buckets.map((bucket) => keyOf(clock(bucket.from).date, size));
  expect(new Set(found).size).toBe(found.length);
  for (const [index, bucket] of buckets.entries()) {
    expect({ key: found[index], value: bucket.metrics[0]?.value }).toEqual({
      key: found[index],
      value: String(expected.get(found[index] ?? '') ?? 0),
    });
    expect(bucket.to).toBe(buckets[index + 1]?.from ?? new Date(to).toISOString());
    // The last millisecond before is another day, week or month.
    if (index > 0)
      expect(keyOf(clock(Date.parse(bucket.from) - 1).date, size)).not.toBe(found[index]);
  }
  for (const key of expected.keys()) expect(found).toContain(key);
  expect(buckets[0]?.from).toBe(new Date(from).toISOString());
  return buckets;
}

const hoursOf = ({ from, to }: Bucket): number => (Date.parse(to) - Date.parse(from)) / HOUR_MS;

describe('Buckets in a time zone', () => {
  it.each([
    ['Europe/Berlin', '2026-03-27T23:00:00Z', '2026-03-30T22:00:00Z', [24, 23, 24]],
    ['Europe/Berlin', '2026-10-23T22:00:00Z', '2026-10-26T23:00:00Z', [24, 25, 24]],
    ['America/St_Johns', '2026-10-31T02:30:00Z', '2026-11-03T03:30:00Z', [24, 25, 24]],
    ['America/St_Johns', '2026-03-07T03:30:00Z', '2026-03-10T02:30:00Z', [24, 23, 24]],
    ['Asia/Kathmandu', '2026-10-23T18:15:00Z', '2026-10-26T18:15:00Z', [24, 24, 24]],
    ['Australia/Lord_Howe', '2026-10-02T13:30:00Z', '2026-10-05T13:00:00Z', [24, 23.5, 24]],
  ])('have the days of %s from %s to %s', async (timeZone, from, to, hours) => {
    const buckets = await expectExact({ timeZone, from, to });
    expect(buckets.map(hoursOf)).toEqual(hours);
    for (const bucket of buckets) expect(clockOf(timeZone)(bucket.from).time).toBe('00:00:00');
  });

  it('leave out a day that a zone skipped', async () => {
    const buckets = await expectExact({
      timeZone: 'Pacific/Apia',
      from: '2011-12-28T10:00:00Z',
      to: '2012-01-01T10:00:00Z',
    });
    expect(buckets.map(({ from }) => clockOf('Pacific/Apia')(from).date)).toEqual([
      '2011-12-28',
      '2011-12-29',
      '2011-12-31',
      '2012-01-01',
    ]);
    const week = await bucketsOf({
      timeZone: 'Pacific/Apia',
      from: '2011-12-26T10:00:00Z',
      to: '2012-01-08T10:00:00Z',
      size: 'WEEK',
    });
    expect(week.map(hoursOf)).toEqual([6 * 24, 7 * 24]);
  });

  it('follow one another where a clock was set back over midnight', async () => {
    const buckets = await bucketsOf({
      timeZone: 'America/St_Johns',
      // Clocks went from 00:01 to 23:01; the window begins in the hour that they showed twice.
      from: '2010-11-07T02:45:00Z',
      to: '2010-11-09T03:30:00Z',
    });
    expect(buckets.map(hoursOf)).toEqual([24.75, 24]);
  });

  it('have the hours of the local clock', async () => {
    const buckets = await bucketsOf({
      timeZone: 'Asia/Kathmandu',
      from: '2026-11-01T18:15:00Z',
      to: '2026-11-02T18:15:00Z',
      size: 'HOUR',
    });
    expect(buckets).toHaveLength(24);
    for (const { from } of buckets)
      expect(clockOf('Asia/Kathmandu')(from).time).toMatch(/^\d\d:00:00$/);
    for (const { from, to, metrics } of buckets)
      expect(metrics[0]?.value).toBe(
        String(
          events
            .filter(({ at }) => at >= Date.parse(from) && at < Date.parse(to))
            .reduce((sum, { amount }) => sum + amount, 0),
        ),
      );
  });

  it('have one longer hour where a clock is set back by half an hour', async () => {
    const buckets = await bucketsOf({
      timeZone: 'Australia/Lord_Howe',
      from: '2026-04-04T13:00:00Z',
      to: '2026-04-04T17:30:00Z',
      size: 'HOUR',
    });
    expect(buckets.map(hoursOf)).toEqual([1, 1.5, 1, 1]);
  });

  it.each(ZONES)('in %s agree with a model of clocks', async (timeZone) => {
    const random = new Random(timeZone.length);
    for (const size of ['DAY', 'WEEK', 'MONTH'])
      for (let n = 0; n < 3; n++) {
        const days = size === 'DAY' ? 80 : 340;
        const to = Date.now() - Math.floor(random.next() * (size === 'DAY' ? 20 : 5) * DAY_MS);
        const from = to - Math.floor((0.3 + 0.7 * random.next()) * days * DAY_MS);
        await expectExact({
          timeZone,
          size,
          from: new Date(from).toISOString(),
          to: new Date(to).toISOString(),
        });
      }
  });

  it('are those of UTC without a time zone', async () => {
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
    for (const size of ['DAY', 'WEEK', 'MONTH'])
      expect(await bucketsOf({ ...window, size, timeZone: 'utc' })).toEqual(
        await bucketsOf({ ...window, size }),
      );
  });

  it('of a day are refused where they need the single events of more than two months', async () => {
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-11-01T00:00:00Z' };
    const variables = { ...window, timeZone: 'Europe/Berlin', size: 'DAY' };
    const answer = await world.ask(BUCKETS, { as }, variables);
    expect(answer.errors?.[0]).toMatchObject({
      extensions: {
        code: 'LIMIT_EXCEEDED',
        argument: 'size',
        bound:
          'must be WEEK or MONTH where this time zone needs single events of more than 62 days: totals by the hour are kept for 42 days',
      },
    });
    expect(await bucketsOf({ ...variables, size: 'WEEK' })).toHaveLength(44);
    expect(await bucketsOf({ ...variables, to: '2026-03-03T23:00:00Z' })).toHaveLength(62);
  });

  it('are refused for what is no name of a time zone', async () => {
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', size: 'DAY' };
    for (const timeZone of ['', 'Mars/Olympus', '+05:30', ' Europe/Berlin', 'x'.repeat(100_000)]) {
      const answer = await world.ask(BUCKETS, { as }, { ...window, timeZone });
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'timeZone',
        bound: 'must be the name of a zone in the IANA time zone database, such as Europe/Berlin',
      });
    }
  });
});

describe('The previous summary', () => {
  interface Part {
    from: string;
    to: string;
    scope: string;
    organizationCount: number;
    metrics: { value: string }[];
    buckets: Bucket[];
    byChild: { edges: { node: { slug: string }; own: string; subtree: string }[] };
  }
  const FIELDS = `from to scope organizationCount asOf metrics(keys: ["voice_calls"]) { value }
    buckets(keys: ["voice_calls"]) { from to metrics { value } }
    byChild(metric: "voice_calls", first: 5) { edges { node { slug } own subtree } }`;
  const PREVIOUS = `query ($from: DateTime!, $to: DateTime!, $timeZone: String) {
    organization { usage(from: $from, to: $to, timeZone: $timeZone) { from previous { ${FIELDS} } } } }`;
  const DIRECT = `query ($from: DateTime!, $to: DateTime!, $timeZone: String) {
    organization { usage(from: $from, to: $to, timeZone: $timeZone) { ${FIELDS} } } }`;

  /** The previous summary; compiled, and the same from the resolvers. */
  async function previousOf(variables: Asked): Promise<Part> {
    executions = [];
    const { data, errors } = await world.ask<{ organization: { usage: { previous: Part } } }>(
      PREVIOUS,
      { as },
      { ...variables },
    );
    expect(errors).toBeUndefined();
    expect(executions).toEqual(['compiled']);
    const asOf = /"asOf":"[^"]+"/g;
    const { text } = await world.ask(PREVIOUS, { as }, { ...variables });
    const other = await answerOf(resolvers, world, as, {
      document: PREVIOUS,
      variables: { ...variables },
    });
    expect(other.replaceAll(asOf, '')).toBe(`200 ${text.replaceAll(asOf, '')}`);
    return data?.organization.usage.previous as Part;
  }

  it.each([
    [null, '2026-03-01T00:00:00Z', '2026-03-31T00:00:00Z', '2026-01-30T00:00:00Z'],
    [null, '2026-10-26T12:30:15Z', '2026-10-27T13:30:15Z', '2026-10-25T11:30:15Z'],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', '2026-10-23T22:00:00Z'],
    ['Europe/Berlin', '2026-10-25T23:00:00Z', '2026-11-01T23:00:00Z', '2026-10-18T22:00:00Z'],
    ['America/St_Johns', '2026-11-02T03:30:00Z', '2026-11-03T15:30:00Z', '2026-10-31T14:30:00Z'],
  ])('in %s of the window from %s to %s begins at %s', async (timeZone, from, to, begins) => {
    const previous = await previousOf({ timeZone, from, to });
    const window = { from: begins, to: from, timeZone };
    const direct = await world.ask<{ organization: { usage: Part } }>(DIRECT, { as }, window);
    expect(previous.from).toBe(new Date(begins).toISOString());
    expect({ ...previous, asOf: null }).toEqual({
      ...direct.data?.organization.usage,
      asOf: null,
    });
    expect(previous.metrics[0]?.value).toBe(
      String(
        events
          .filter(({ at }) => at >= Date.parse(begins) && at < Date.parse(from))
          .reduce((sum, { amount }) => sum + amount, 0),
      ),
    );
  });

  it('has no previous one itself', async () => {
    const { data, errors } = await world.ask<unknown>(
      `{ organization { usage(from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z") {
        previous { from previous { from previous { metrics { value } } } } } } }`,
      { as },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      organization: {
        usage: { previous: { from: '2026-02-28T00:00:00.000Z', previous: null } },
      },
    });
  });

  it('is null where it would begin before year 1', async () => {
    const { data, errors } = await world.ask<unknown>(
      '{ organization { usage(from: "0001-01-01T00:00:00Z", to: "0001-01-02T00:00:00Z") { scope previous { from } } } }',
      { as },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ organization: { usage: { scope: 'ALL', previous: null } } });
  });

  it('keeps the scope of the summary', async () => {
    const { data } = await world.ask<{ organization: { usage: { previous: Part } } }>(
      `{ organization { usage(from: "2026-03-29T00:00:00Z", to: "2026-03-31T00:00:00Z", scope: SINGLE) {
        previous { scope organizationCount metrics(keys: ["voice_calls"]) { value } } } } }`,
      { as },
    );
    expect(data?.organization.usage.previous).toEqual({
      scope: 'SINGLE',
      organizationCount: 1,
      metrics: [
        {
          value: String(
            events
              .filter(
                ({ at, slug }) =>
                  slug === 'acme' &&
                  at >= Date.parse('2026-03-27T00:00:00Z') &&
                  at < Date.parse('2026-03-29T00:00:00Z'),
              )
              .reduce((sum, { amount }) => sum + amount, 0),
          ),
        },
      ],
    });
    const refused = await world.ask(
      '{ organization { usage(from: "2026-03-29T00:00:00Z", to: "2026-03-31T00:00:00Z") { previous { scope } } } }',
      { as: 'user@acme' },
    );
    expect(code(refused)).toBe('FORBIDDEN');
  });
});
