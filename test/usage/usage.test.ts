import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  UsageBucketsDocument,
  UsageByChildDocument,
  UsageDocument,
  type UsageBucketSize,
  type UsageScope,
} from '../generated/graphql.ts';
import { forward } from '../setup/pages.ts';
import { code, createWorld, type Slug, type World } from '../setup/world.ts';

let world: World;
const as = 'key@acme' as const;
const YEAR = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };
const places: Slug[] = ['acme', 'north', 'south', 'shop-1', 'shop-2', 'kiosk', 'depot'];

interface Event {
  place: Slug;
  metric: string;
  /** Billionths, so that the reference adds whole numbers. */
  nanos: bigint;
  at: number;
}
const events: Event[] = [];

beforeAll(async () => {
  world = await createWorld();
  const generated = fc.sample(
    fc.record({
      place: fc.constantFrom(...places),
      metric: fc.constantFrom('voice_minutes', 'voice_calls', 'chat_calls', 'call_seconds'),
      nanos: fc.oneof(
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        fc.constantFrom(9_007_199_254_740_993_300_000_001n, 1n),
      ),
      at: fc.integer({ min: Date.parse(YEAR.from), max: Date.parse(YEAR.to) - 1 }),
    }),
    { numRuns: 600, seed: 5 },
  );
  events.push(...generated);
  for (const [n, { place, metric, nanos, at }] of events.entries()) {
    await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at) values (${world.uuid(place)}, ${`e${n}`}, ${metric}, ${decimal(nanos)}, ${new Date(at)})`.execute(
      world.db,
    );
  }
  await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at) values (${world.uuid('rival')}, 'r', 'voice_minutes', 123456, '2026-06-01Z')`.execute(
    world.db,
  );
});
afterAll(() => world.close());

function decimal(nanos: bigint): string {
  const text = nanos.toString().padStart(10, '0');
  return `${text.slice(0, -9)}.${text.slice(-9)}`.replace(/\.?0+$/, '') || '0';
}
const nanosOf = (value: string): bigint => {
  const [whole = '0', part = ''] = value.split('.');
  return BigInt(whole) * 10n ** 9n + BigInt(part.padEnd(9, '0'));
};
const parents: Partial<Record<Slug, Slug>> = {
  north: 'acme',
  south: 'acme',
  'shop-1': 'north',
  'shop-2': 'north',
  kiosk: 'shop-1',
  depot: 'south',
};
const isBelow = (place: Slug, root: Slug): boolean =>
  place === root || (parents[place] !== undefined && isBelow(parents[place], root));
function reference(
  root: Slug,
  scope: UsageScope,
  metric: string,
  from: number,
  to: number,
): bigint {
  return events
    .filter(
      (event) =>
        (scope === 'ALL' ? isBelow(event.place, root) : event.place === root) &&
        event.metric === metric &&
        event.at >= from &&
        event.at < to,
    )
    .reduce((sum, event) => sum + event.nanos, 0n);
}
async function total(
  root: Slug,
  scope: UsageScope,
  from: string,
  to: string,
): Promise<Record<string, string>> {
  const { data, errors } = await world.query(
    UsageDocument,
    { id: world.org(root), scope, from, to },
    { as },
  );
  expect(errors).toBeUndefined();
  return Object.fromEntries(
    data?.organization?.usage?.metrics?.map(({ metric, value }) => [metric.key, value]) ?? [],
  );
}

describe('a usage summary', () => {
  it('is exact to the last digit for any organization, scope and window', async () => {
    const instant = fc.integer({ min: Date.parse(YEAR.from), max: Date.parse(YEAR.to) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.constantFrom<UsageScope>('ALL', 'SINGLE'),
        instant,
        instant,
        async (root, scope, a, b) => {
          fc.pre(a !== b);
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const found = await total(
            root,
            scope,
            new Date(from).toISOString(),
            new Date(to).toISOString(),
          );
          for (const metric of ['voice_minutes', 'voice_calls', 'chat_calls', 'call_seconds'])
            expect(found[metric]).toBe(decimal(reference(root, scope, metric, from, to)));
          expect(found['total_calls']).toBe(
            decimal(
              reference(root, scope, 'voice_calls', from, to) +
                reference(root, scope, 'chat_calls', from, to),
            ),
          );
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it('of everything is the sum of the single ones, and of adjoining windows the sum of both', async () => {
    const whole = await total('acme', 'ALL', YEAR.from, YEAR.to);
    const singles = await Promise.all(
      places.map((place) => total(place, 'SINGLE', YEAR.from, YEAR.to)),
    );
    const [before, after] = [
      await total('acme', 'ALL', YEAR.from, '2026-05-05T05:05:05.005+02:00'),
      await total('acme', 'ALL', '2026-05-05T03:05:05.005Z', YEAR.to),
    ];
    for (const metric of ['voice_minutes', 'voice_calls', 'total_calls']) {
      expect(singles.reduce((sum, one) => sum + nanosOf(one[metric] ?? ''), 0n)).toBe(
        nanosOf(whole[metric] ?? ''),
      );
      expect(nanosOf(before[metric] ?? '') + nanosOf(after[metric] ?? '')).toBe(
        nanosOf(whole[metric] ?? ''),
      );
    }
  });

  it('computes averages from sums, and gives 0 where there is nothing to average', async () => {
    const found = await total('north', 'ALL', YEAR.from, YEAR.to);
    const [seconds, calls] = [
      reference('north', 'ALL', 'call_seconds', 0, 1e14),
      reference('north', 'ALL', 'voice_calls', 0, 1e14),
    ];
    expect(Number(found['average_call_seconds'])).toBeCloseTo(Number(seconds) / Number(calls), 6);
    expect(
      await total('kiosk', 'SINGLE', '2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z'),
    ).toMatchObject({
      voice_calls: '0',
      average_call_seconds: '0',
    });
  });

  it('tells what it covers and can be narrowed to some metrics', async () => {
    const { data } = await world.query(
      UsageDocument,
      {
        id: world.org('north'),
        scope: 'ALL',
        ...YEAR,
        to: '2026-02-01T00:00:00+01:00',
        keys: ['chat_calls', 'voice_minutes'],
      },
      { as },
    );
    expect(data?.organization?.usage).toMatchObject({
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-31T23:00:00.000Z',
      scope: 'ALL',
      organizationCount: 4,
    });
    expect(data?.organization?.usage?.metrics?.map(({ metric }) => metric.key)).toEqual([
      'voice_minutes',
      'chat_calls',
    ]);
    expect(Date.parse(data?.organization?.usage?.asOf ?? '')).toBeLessThanOrEqual(Date.now());
    expect(
      (
        await world.query(
          UsageDocument,
          { id: world.org('north'), scope: 'SINGLE', ...YEAR },
          { as },
        )
      ).data?.organization?.usage?.organizationCount,
    ).toBe(1);
  });

  it('leaves out what was deleted and follows the tree as it is now', async () => {
    const before = await total('north', 'ALL', YEAR.from, YEAR.to);
    await sql`update organizations set parent_id = ${world.uuid('depot')} where slug = 'kiosk'`.execute(
      world.db,
    );
    expect(nanosOf((await total('north', 'ALL', YEAR.from, YEAR.to))['voice_minutes'] ?? '')).toBe(
      nanosOf(before['voice_minutes'] ?? '') - reference('kiosk', 'ALL', 'voice_minutes', 0, 1e14),
    );
    await sql`update organizations set parent_id = ${world.uuid('shop-1')} where slug = 'kiosk'`.execute(
      world.db,
    );
    expect(await total('north', 'ALL', YEAR.from, YEAR.to)).toEqual(before);
  });
});

describe('buckets', () => {
  it.each(['DAY', 'WEEK', 'MONTH'] as UsageBucketSize[])(
    'of size %s follow one another without a gap and add up to the whole',
    async (size) => {
      const window = { from: '2026-01-07T10:20:30Z', to: '2026-12-09T01:00:00Z' };
      const { data } = await world.query(
        UsageBucketsDocument,
        { id: world.org('acme'), scope: 'ALL', ...window, size, keys: ['voice_minutes'] },
        { as },
      );
      const buckets = data?.organization?.usage?.buckets ?? [];
      expect(buckets[0]?.from).toBe('2026-01-07T10:20:30.000Z');
      expect(buckets.at(-1)?.to).toBe('2026-12-09T01:00:00.000Z');
      for (const [index, bucket] of buckets.slice(1).entries()) {
        expect(bucket.from).toBe(buckets[index]?.to);
        expect(bucket.from).toMatch(/T00:00:00.000Z$/);
        if (size === 'WEEK') expect(new Date(bucket.from).getUTCDay()).toBe(1);
        if (size === 'MONTH') expect(new Date(bucket.from).getUTCDate()).toBe(1);
      }
      const sum = buckets.reduce(
        (all, bucket) => all + nanosOf(bucket.metrics[0]?.value ?? ''),
        0n,
      );
      expect(sum).toBe(
        reference('acme', 'ALL', 'voice_minutes', Date.parse(window.from), Date.parse(window.to)),
      );
      for (const bucket of buckets.slice(0, 40))
        expect(bucket.metrics).toEqual([
          {
            metric: { key: 'voice_minutes' },
            value: decimal(
              reference(
                'acme',
                'ALL',
                'voice_minutes',
                Date.parse(bucket.from),
                Date.parse(bucket.to),
              ),
            ),
          },
        ]);
    },
  );

  it('of an hour are allowed for a month and refused for a year', async () => {
    const ask = (to: string) =>
      world.query(
        UsageBucketsDocument,
        {
          id: world.org('kiosk'),
          scope: 'SINGLE',
          from: YEAR.from,
          to,
          size: 'HOUR',
          keys: ['voice_calls', 'voice_minutes'],
        },
        { as },
      );
    expect((await ask('2026-02-01T00:00:00Z')).data?.organization?.usage?.buckets).toHaveLength(
      744,
    );
    expect(code(await ask(YEAR.to))).toBe('LIMIT_EXCEEDED');
  });
});

describe('the breakdown by child', () => {
  it("has the organization's own usage and each child's subtree, largest first, and adds up to the whole", async () => {
    const { data } = await world.query(
      UsageByChildDocument,
      { id: world.org('north'), scope: 'ALL', ...YEAR, metric: 'voice_minutes' },
      { as },
    );
    const edges = data?.organization?.usage?.byChild?.edges ?? [];
    const whole = reference('north', 'ALL', 'voice_minutes', 0, 1e14);
    expect(edges.map((edge) => edge.node.slug).toSorted()).toEqual(['north', 'shop-1', 'shop-2']);
    for (const { node, own, subtree, share } of edges) {
      const slug = node.slug as Slug;
      expect(own).toBe(decimal(reference(slug, 'SINGLE', 'voice_minutes', 0, 1e14)));
      expect(subtree).toBe(
        decimal(reference(slug, slug === 'north' ? 'SINGLE' : 'ALL', 'voice_minutes', 0, 1e14)),
      );
      expect(share).toBeCloseTo(Number(nanosOf(subtree)) / Number(whole), 9);
    }
    expect(edges.reduce((sum, edge) => sum + nanosOf(edge.subtree), 0n)).toBe(whole);
    expect(edges.map((edge) => nanosOf(edge.subtree))).toEqual(
      edges.map((edge) => nanosOf(edge.subtree)).toSorted((a, b) => (a > b ? -1 : 1)),
    );
  });

  it('pages, takes derived sums, and refuses averages and unknown metrics', async () => {
    const slugs = await forward(1, async (walk) => {
      const page = (
        await world.query(
          UsageByChildDocument,
          { id: world.org('acme'), scope: 'ALL', ...YEAR, metric: 'total_calls', ...walk },
          { as },
        )
      ).data?.organization?.usage?.byChild;
      return {
        rows: page?.edges.map((edge) => edge.node.slug) ?? [],
        pageInfo: page?.pageInfo ?? { hasNextPage: false },
      };
    });
    expect(slugs.toSorted()).toEqual(['acme', 'north', 'south']);
    for (const metric of ['average_call_seconds', 'no_such_metric']) {
      expect(
        (
          await world.query(
            UsageByChildDocument,
            { id: world.org('acme'), scope: 'ALL', ...YEAR, metric },
            { as },
          )
        ).errors?.[0]?.extensions,
      ).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'metric' });
    }
  });

  it('requires the right to manage children, also where only the organization itself is covered', async () => {
    const ask = (scope: UsageScope) =>
      world.query(
        UsageByChildDocument,
        { scope, ...YEAR, metric: 'voice_minutes' },
        { as: 'viewer@acme' },
      );
    for (const scope of ['ALL', 'SINGLE'] as const) {
      expect((await ask(scope)).errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        requiredScopes: ['child_organizations:manage'],
      });
    }
  });
});

describe('a usage window', () => {
  it.each([
    ['reversed', '2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z', 'INVALID_WINDOW'],
    ['empty', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', 'INVALID_WINDOW'],
    ['of 367 days', '2026-01-01T00:00:00Z', '2027-01-03T00:00:00Z', 'INVALID_WINDOW'],
    [
      'of 366 days and a millisecond',
      '2026-01-01T00:00:00Z',
      '2027-01-02T00:00:00.001Z',
      'INVALID_WINDOW',
    ],
    ['without an offset', '2026-01-01T00:00:00', '2026-02-01T00:00:00', 'BAD_USER_INPUT'],
    ['that is no date', 'yesterday', 'today', 'BAD_USER_INPUT'],
    ['of an impossible day', '2026-02-30T00:00:00Z', '2026-03-01T00:00:00Z', 'BAD_USER_INPUT'],
  ])('%s is refused', async (_name, from, to, expected) => {
    const answer = await world.query(UsageDocument, { scope: 'ALL', from, to }, { as });
    expect(code(answer)).toBe(expected);
    expect(answer.errors?.[0]?.message).toMatch(/"from"|"to"|"\$from"|"\$to"/);
    const literal = await world.ask(
      `{ organization { usage(from: "${from}", to: "${to}") { scope } } }`,
      { as },
    );
    expect(literal.errors?.[0]).toMatchObject({
      message: expect.stringMatching(/"from"|"to"/),
      extensions: { code: expected },
    });
    if (expected === 'INVALID_WINDOW')
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        argument: 'to',
        bound: expect.stringMatching(/after "from"/),
      });
  });

  it('of exactly 366 days is accepted, and unknown metric keys are refused', async () => {
    expect(
      (
        await world.query(
          UsageDocument,
          { scope: 'ALL', from: YEAR.from, to: '2027-01-02T00:00:00Z' },
          { as },
        )
      ).errors,
    ).toBeUndefined();
    for (const keys of [[], ['nope'], Array(101).fill('chat_calls')])
      expect(
        (await world.query(UsageDocument, { scope: 'ALL', ...YEAR, keys }, { as })).errors?.[0]
          ?.extensions,
      ).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'keys',
      });
  });
});
