import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { Random } from '../../src/seed/random.ts';
import { addMetric } from '../../src/modules/usage/catalog.ts';
import { rollUpUsage } from '../../src/modules/usage/roll-up.ts';
import { RecordUsageDocument, type UsageEventInput } from '../generated/graphql.ts';
import { PATIENT, untilAnswered } from '../setup/answered.ts';
import {
  code,
  createWorld,
  missingId,
  payload,
  type Caller,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ limits: PATIENT }, { poolSize: 16 });
});
afterAll(() => world.close());

let made = 0;
const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString();
const event = (slug: Slug, input: Partial<UsageEventInput> = {}): UsageEventInput => ({
  id: `event-${++made}`,
  organizationId: world.org(slug),
  metric: 'voice_minutes',
  quantity: '1.5',
  occurredAt: minutesAgo(5),
  ...input,
});
const record = (events: UsageEventInput[], options: RequestOptions = { as: 'key@north' }) =>
  world.query(RecordUsageDocument, { input: { events } }, options);
const recorded = async (...call: Parameters<typeof record>) => {
  const answer = await untilAnswered(() => record(...call));
  expect(answer.errors).toBeUndefined();
  return payload(answer.data?.recordUsage, 'RecordUsagePayload');
};
const outcomes = async (...call: Parameters<typeof record>) =>
  (await recorded(...call)).results.map(({ status, reason }) => reason ?? status);
/** What the last 366 days hold, of an organization and everything below it. */
async function total(
  slug: Slug,
  metric = 'voice_minutes',
  as: Caller = 'key@acme',
): Promise<string | undefined> {
  const to = new Date(Date.now() + 600_000);
  const from = new Date(to.getTime() - 366 * 86_400_000);
  const answer = await world.ask<{ organization: { usage: { metrics: { value: string }[] } } }>(
    'query ($id: ID, $from: DateTime!, $to: DateTime!, $keys: [String!]) { organization(id: $id) { usage(from: $from, to: $to) { metrics(keys: $keys) { value } } } }',
    { as },
    { id: world.org(slug), from, to, keys: [metric] },
  );
  return answer.data?.organization.usage.metrics[0]?.value;
}
const stored = async (): Promise<number> =>
  (await world.rows(sql`select from usage_events`)).length;

describe('recording usage', () => {
  it('counts what is acknowledged in the next read, on every level above', async () => {
    const answer = await recorded([
      event('shop-1', { quantity: '0.1' }),
      event('kiosk', { quantity: '0.2' }),
      event('north', { quantity: '3' }),
    ]);
    expect(answer).toMatchObject({ acceptedCount: 3, duplicateCount: 0 });
    expect(answer.results.map((one) => one.status)).toEqual(['ACCEPTED', 'ACCEPTED', 'ACCEPTED']);
    expect(await total('north')).toBe('3.3');
    expect(await total('shop-1')).toBe('0.3');
    expect(await total('kiosk')).toBe('0.2');
    expect(await total('acme')).toBe('3.3');
    expect(await total('south')).toBe('0');
  });

  it('takes an id once in an organization, and again in another one', async () => {
    const first = event('shop-2', { quantity: '7' });
    expect(await outcomes([first])).toEqual(['ACCEPTED']);
    const before = await total('shop-2');
    expect(
      await recorded([first, { ...first, quantity: '100', metric: 'voice_calls' }]),
    ).toMatchObject({
      acceptedCount: 0,
      duplicateCount: 2,
    });
    expect(await total('shop-2')).toBe(before);
    expect(await total('shop-2', 'voice_calls')).toBe('0');
    expect(await outcomes([{ ...first, organizationId: world.org('shop-1') }])).toEqual([
      'ACCEPTED',
    ]);
  });

  it('takes the first of several under one id in a batch', async () => {
    const one = event('depot', { quantity: '1' });
    expect(
      await outcomes([one, { ...one, quantity: '2' }, event('depot', { quantity: '4' })], {
        as: 'key@acme',
      }),
    ).toEqual(['ACCEPTED', 'DUPLICATE', 'ACCEPTED']);
    expect(await total('depot')).toBe('5');
  });

  it('keeps every digit', async () => {
    await recorded(
      [
        event('rival', { quantity: '12345678901234567890123456789.123456789' }),
        event('rival', { quantity: '0.000000001' }),
      ],
      {
        as: 'key@rival',
      },
    );
    expect(await total('rival', 'voice_minutes', 'key@rival')).toBe(
      '12345678901234567890123456789.12345679',
    );
  });

  it('refuses each bad event for its own reason, and takes the rest', async () => {
    const day = 24 * 60;
    const cases: [UsageEventInput, string][] = [
      [event('north'), 'ACCEPTED'],
      [event('south'), 'ORGANIZATION_NOT_FOUND'],
      [event('rival'), 'ORGANIZATION_NOT_FOUND'],
      [event('acme'), 'ORGANIZATION_NOT_FOUND'],
      [event('north', { organizationId: missingId('Organization') }), 'ORGANIZATION_NOT_FOUND'],
      [event('north', { organizationId: 'nonsense' }), 'ORGANIZATION_NOT_FOUND'],
      [event('north', { organizationId: world.person('admin@north') }), 'ORGANIZATION_NOT_FOUND'],
      [event('south', { metric: 'nonsense' }), 'ORGANIZATION_NOT_FOUND'],
      [event('north', { metric: 'nonsense' }), 'UNKNOWN_METRIC'],
      [event('north', { metric: '' }), 'UNKNOWN_METRIC'],
      [event('north', { metric: 'voice\u0000minutes' }), 'UNKNOWN_METRIC'],
      [event('north', { metric: 'total_calls' }), 'DERIVED_METRIC'],
      [event('north', { metric: 'average_call_seconds' }), 'DERIVED_METRIC'],
      [event('north', { id: '' }), 'INVALID_ID'],
      [event('north', { id: 'x'.repeat(256) }), 'INVALID_ID'],
      [event('north', { id: 'a\u0000b' }), 'INVALID_ID'],
      [event('north', { id: '\ud800' }), 'INVALID_ID'],
      [event('north', { quantity: '-0.000000001' }), 'INVALID_QUANTITY'],
      [event('north', { occurredAt: minutesAgo(-6) }), 'IN_THE_FUTURE'],
      [event('north', { occurredAt: minutesAgo(366 * day + 1) }), 'TOO_OLD'],
      [event('north', { occurredAt: minutesAgo(-4) }), 'ACCEPTED'],
      [event('north', { occurredAt: minutesAgo(366 * day - 1) }), 'ACCEPTED'],
      [event('north', { id: 'x'.repeat(255), quantity: '0' }), 'ACCEPTED'],
    ];
    const before = await stored();
    expect(await outcomes(cases.map(([one]) => one))).toEqual(cases.map(([, outcome]) => outcome));
    expect(await stored()).toBe(before + 4);
  });

  it('refuses as a whole what is no list of events', async () => {
    const before = await stored();
    for (const [events, argument] of [
      [[], 'events'],
      [Array.from({ length: 1_001 }, () => event('north')), 'events'],
    ] as const)
      expect((await record([...events])).errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument,
      });
    for (const bad of [
      { quantity: 'NaN' },
      { quantity: 'Infinity' },
      { quantity: '1e5' },
      { quantity: '9'.repeat(40) },
      { quantity: '1.0000000001' },
      { occurredAt: '2026-01-01T00:00:00' },
      { occurredAt: 'yesterday' },
    ]) {
      const answer = await record([event('north'), event('north', bad)]);
      expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(answer.errors?.[0]?.message).toContain('events[1]');
    }
    expect(await stored()).toBe(before);
  });

  it('takes JSON numbers that are exact, and asks for a string where a binary float may have lost digits', async () => {
    const numbers = (quantities: readonly number[]) =>
      record(
        quantities.map((quantity) => event('north', { quantity: quantity as unknown as string })),
      );
    const before = await stored();
    // As JSON.parse reads 9007199254740993, 12345678901234567890 and 0.1234567890123456789.
    for (const quantity of [
      9_007_199_254_740_992, 12_345_678_901_234_567_000, 0.12345678901234568, 1234567890123456.5,
    ]) {
      const { errors } = await numbers([1, quantity]);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(errors?.[0]?.message).toMatch(/events\[1\].* as a string/);
    }
    expect(await stored()).toBe(before);
    expect(
      (await numbers([9_007_199_254_740_991, 0.1, 12.5, 123_456.123456789])).errors,
    ).toBeUndefined();
    expect(await stored()).toBe(before + 4);
  });

  it('takes a thousand events in as many statements as one', async () => {
    const statements = async (count: number): Promise<number> => {
      const events = Array.from({ length: count }, () =>
        event('shop-1', { metric: 'chat_minutes', quantity: '0.001' }),
      );
      const before = world.statements.length;
      expect(await recorded(events)).toMatchObject({ acceptedCount: count });
      return world.statements.length - before;
    };
    expect(await statements(1_000)).toBe(await statements(1));
    expect(await total('shop-1', 'chat_minutes')).toBe('1.001');
  });

  it('takes `usage:write` in its organization, and any organization below from whoever manages them', async () => {
    expect(await outcomes([event('north'), event('shop-1')], { as: 'viewer@north' })).toEqual([
      'FORBIDDEN',
      'ORGANIZATION_NOT_FOUND',
    ]);
    // Managing those below gives every right there, and in the acting organization only what the console does.
    expect(await outcomes([event('north'), event('shop-1')], { as: 'cloud_rep@north' })).toEqual([
      'FORBIDDEN',
      'ACCEPTED',
    ]);
    const meter = await insertApiKey(world.db, world.uuid('north'), 'meter');
    await sql`update api_keys set scopes = '{usage:write}' where name = 'meter'`.execute(world.db);
    expect(await outcomes([event('north'), event('shop-1')], { token: meter })).toEqual([
      'ACCEPTED',
      'ORGANIZATION_NOT_FOUND',
    ]);
    expect(code(await record([event('north')], {}))).toBe('UNAUTHENTICATED');
    expect(code(await record([event('north')], { as: 'admin@north', organization: null }))).toBe(
      'ORGANIZATION_REQUIRED',
    );
  });

  it('counts each event once when the same batches come from everywhere in every order', async () => {
    const batches = Array.from({ length: 8 }, () =>
      Array.from({ length: 200 }, () => event('kiosk', { metric: 'workflow_runs', quantity: '1' })),
    );
    const all = batches.flat();
    const shuffled = (n: number): UsageEventInput[] => {
      const random = new Random(n);
      const drawn = all.map((one) => ({ one, place: random.next() }));
      return drawn
        .toSorted((a, b) => a.place - b.place)
        .slice(0, 1_000)
        .map(({ one }) => one);
    };
    const answers = await Promise.all([
      ...batches.map((batch) => recorded(batch, { as: 'key@acme', withoutSocket: true })),
      ...Array.from({ length: 12 }, (_, n) =>
        recorded(shuffled(n), { as: n % 2 ? 'key@north' : 'key@shop-1', withoutSocket: true }),
      ),
    ]);
    expect(answers.reduce((sum, answer) => sum + answer.acceptedCount, 0)).toBe(1_600);
    expect(await total('kiosk', 'workflow_runs')).toBe('1600');
  });

  it('is not held up by a roll that is under way, and neither is a read', async () => {
    const before = Number(await total('acme', 'inbound_calls'));
    await recorded([event('kiosk', { metric: 'inbound_calls', quantity: '1' })]);
    const rolled = Promise.withResolvers<undefined>();
    const end = Promise.withResolvers<undefined>();
    const roll = world.db.transaction().execute(async (tx) => {
      await sql`select roll_usage(10000)`.execute(tx);
      rolled.resolve(undefined);
      await end.promise;
    });
    await rolled.promise;
    await recorded([event('kiosk', { metric: 'inbound_calls', quantity: '2' })]);
    expect(await total('acme', 'inbound_calls')).toBe(`${before + 3}`);
    end.resolve(undefined);
    await roll;
    expect(await total('acme', 'inbound_calls')).toBe(`${before + 3}`);
  });

  it('takes metrics that were added to the catalog, and computes what is derived from them', async () => {
    const metric = {
      name: 'Text messages',
      unit: 'message',
      description: null,
      parts: [],
      dividedBy: [],
      lateDays: 7,
    };
    await addMetric(world.db, { ...metric, key: 'messages' });
    await addMetric(world.db, { ...metric, key: 'threads' });
    await addMetric(world.db, {
      ...metric,
      key: 'messages_per_thread',
      parts: ['messages'],
      dividedBy: ['threads'],
    });
    expect(
      await outcomes([
        event('kiosk', { metric: 'messages', quantity: '10' }),
        event('shop-1', { metric: 'threads', quantity: '4' }),
        event('shop-1', { metric: 'threads', occurredAt: minutesAgo(8 * 1_440) }),
        event('shop-1', { metric: 'messages_per_thread' }),
      ]),
    ).toEqual(['ACCEPTED', 'ACCEPTED', 'TOO_OLD', 'DERIVED_METRIC']);
    for (const round of ['in the tail', 'rolled']) {
      expect(await total('acme', 'messages'), round).toBe('10');
      expect(await total('north', 'messages_per_thread'), round).toBe('2.5');
      expect(await total('kiosk', 'messages_per_thread'), round).toBe('0');
      await rollUpUsage(world.gatewayDb);
    }
  });

  it('waits for no other meter, and for nobody who changes an organization below the same root', async () => {
    // Somebody holds the root's row and the end of the audit log for as long as this test wants.
    const held = Promise.withResolvers<undefined>();
    const holding = Promise.withResolvers<undefined>();
    const other = world.db.transaction().execute(async (tx) => {
      await sql`select from organizations where id = ${world.uuid('acme')} for no key update`.execute(
        tx,
      );
      await sql`select from audit_chains for update`.execute(tx);
      holding.resolve(undefined);
      await held.promise;
    });
    await holding.promise;
    expect(await outcomes([event('acme'), event('kiosk')], { as: 'key@acme' })).toEqual([
      'ACCEPTED',
      'ACCEPTED',
    ]);
    held.resolve(undefined);
    await other;
  });
});
