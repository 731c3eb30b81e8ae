/** Instants as callers write them: taken exactly or refused with the reason, wherever the schema takes one. */
import fc from 'fast-check';
import { getNamedType, isInputObjectType, isObjectType, type GraphQLInputType } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/schema.ts';
import { createWorld, type GraphQLAnswer, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** Every place where the schema takes an instant: `Type.field(argument)` and `Input.field`. */
function places(): string[] {
  const isInstant = (type: GraphQLInputType): boolean => getNamedType(type).name === 'DateTime';
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isInstant(field.type));
      return fields.map(({ name }) => `${type.name}.${name}`);
    }
    if (!isObjectType(type) || type.name.startsWith('__')) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      field.args
        .filter((argument) => isInstant(argument.type))
        .map(({ name }) => `${type.name}.${field.name}(${name})`),
    );
  });
}

const DAY_MS = 86_400_000;
const FAR = '2026-01-01T00:00:00Z';
const USAGE =
  'query ($from: DateTime!, $to: DateTime!) { organization { usage(from: $from, to: $to) { from to } } }';
const LOG =
  'query ($from: DateTime, $to: DateTime) { organization { auditLog(from: $from, to: $to) { totalCount } } }';

/** A request that gives an instant at the place, as a variable. */
const requests: Record<string, (instant: unknown) => Promise<GraphQLAnswer>> = {
  'Organization.auditLog(from)': (from) => world.ask(LOG, { as: 'key@north' }, { from, to: FAR }),
  'Organization.auditLog(to)': (to) => world.ask(LOG, { as: 'key@north' }, { from: FAR, to }),
  'Organization.usage(from)': (from) => world.ask(USAGE, { as: 'key@north' }, { from, to: FAR }),
  'Organization.usage(to)': (to) => world.ask(USAGE, { as: 'key@north' }, { from: FAR, to }),
  'UsageEventInput.occurredAt': (occurredAt) =>
    world.ask(
      'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { __typename } }',
      { as: 'key@north' },
      {
        input: {
          events: [
            {
              id: 'e',
              organizationId: world.org('north'),
              metric: 'voice_calls',
              quantity: '1',
              occurredAt,
            },
          ],
        },
      },
    ),
  'CreateApiKeyInput.expiresAt': (expiresAt) =>
    world.ask(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename } }',
      { as: 'key@north' },
      { input: { organizationId: world.org('north'), name: 'k', scopes: [], expiresAt } },
    ),
  'CreatePersonalAccessTokenInput.expiresAt': (expiresAt) =>
    world.ask(
      'mutation ($input: CreatePersonalAccessTokenInput!) { createPersonalAccessToken(input: $input) { __typename } }',
      { as: 'admin@north' },
      { input: { name: 't', expiresAt } },
    ),
};

/** What is no instant that can be kept, and what the sentence says of it. */
const REFUSED: [instant: unknown, bound: string][] = [
  ['2026-03-01T00:00:00.0001Z', 'milliseconds'],
  ['2026-03-01T00:00:00.123456Z', 'milliseconds'],
  ['2026-03-01T00:00:00.000000001+02:00', 'milliseconds'],
  ['2016-12-31T23:59:60Z', '59'],
  ['2026-03-01T24:00:00Z', '23:59:59'],
  ['0000-12-31T23:59:59Z', '0001-01-01T00:00:00Z'],
  ['0001-01-01T00:00:00+00:01', '0001-01-01T00:00:00Z'],
  ['9999-12-31T23:59:59-00:01', '9999-12-31T23:59:59.999Z'],
  ['10000-01-01T00:00:00Z', 'RFC 3339'],
  ['+010000-01-01T00:00:00Z', 'RFC 3339'],
  ['-000001-01-01T00:00:00Z', 'RFC 3339'],
  ['2026-02-30T00:00:00Z', 'day'],
  ['2026-02-29T00:00:00Z', 'day'],
  ['1900-02-29T00:00:00Z', 'day'],
  ['2026-13-01T00:00:00Z', 'month'],
  ['2026-03-01T00:00:00', 'RFC 3339'],
  ['2026-03-01T00:00:00|01:00', 'RFC 3339'],
  ['2026-03-01T00:00:00+24:00', 'offset'],
  ['2026-03-01T00:00:00+01:60', 'offset'],
  ['2026-03-01 00:00:00Z', 'RFC 3339'],
  ['2026-03-01', 'RFC 3339'],
  ['', 'RFC 3339'],
  [`2026-03-01T00:00:00.${'0'.repeat(60)}1Z`, 'milliseconds'],
  [1_772_323_200, 'RFC 3339'],
];

describe('an instant', () => {
  it('is asked for in as many places as are tried here', () => {
    expect(places().toSorted()).toEqual(Object.keys(requests).toSorted());
  });

  it.each(Object.entries(requests))(
    'that cannot be kept exactly is refused as %s, with its field and the bound',
    async (place, give) => {
      const field = /\w+(?=\)?$)/.exec(place)?.[0] ?? '';
      for (const [instant, bound] of REFUSED) {
        const [error] = (await give(instant)).errors ?? [];
        expect({ instant, code: error?.extensions.code }).toEqual({
          instant,
          code: 'BAD_USER_INPUT',
        });
        expect({ instant, message: error?.message }).toEqual({
          instant,
          message: expect.stringContaining(bound),
        });
        expect(error?.message).toContain(field);
      }
    },
  );

  it('is refused as well when it stands in the document itself', async () => {
    const answer = await world.ask(
      `{ organization { usage(from: "2026-03-01T00:00:00.0005Z", to: "${FAR}") { from } } }`,
      {
        as: 'key@north',
      },
    );
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'from',
    });
    expect(answer.errors?.[0]?.message).toMatch(/"from".*milliseconds/);
  });

  it.each([
    ['2026-03-01T00:00:00.5Z', '2026-03-01T00:00:00.500Z'],
    ['2026-03-01T00:00:00.120000000Z', '2026-03-01T00:00:00.120Z'],
    ['2026-03-01t00:00:00z', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T00:00:00-00:00', '2026-03-01T00:00:00.000Z'],
    ['2024-02-29T23:59:59+14:00', '2024-02-29T09:59:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0000-12-31T22:00:00-02:00', '0001-01-01T00:00:00.000Z'],
  ])('written %s is %s', async (from, instant) => {
    const to = new Date(Date.parse(instant) + DAY_MS).toISOString();
    const { data, errors } = await world.ask(USAGE, { as: 'key@north' }, { from, to });
    expect(errors).toBeUndefined();
    expect(data).toEqual({ organization: { usage: { from: instant, to } } });
  });

  it('from the first year to the last is the one that was written, whatever its offset', async () => {
    const first = Date.parse('0001-01-02T00:00:00Z');
    const last = Date.parse('9999-12-29T00:00:00Z');
    const pad = (value: number): string => String(value).padStart(2, '0');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: first, max: last }),
        fc.integer({ min: -1_439, max: 1_439 }),
        fc.boolean(),
        async (any, offset, lower) => {
          // What is older than single events is told by whole days.
          const at = any < 0 ? Math.floor(any / DAY_MS) * DAY_MS : any;
          const local = new Date(at + offset * 60_000).toISOString().replace('Z', '');
          const minutes = Math.abs(offset);
          const text = `${local}${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
          const from = lower ? text.toLowerCase() : text;
          const to = new Date(at + DAY_MS).toISOString();
          const { data, errors } = await world.ask(
            USAGE,
            { as: 'key@north', withoutSocket: true },
            { from, to },
          );
          expect(errors).toBeUndefined();
          expect(data).toEqual({
            organization: { usage: { from: new Date(at).toISOString(), to } },
          });
        },
      ),
      { numRuns: 100, seed: 5 },
    );
  });

  it('below the year 100 is of its own century, in sums and in all their parts', async () => {
    const [from, to] = ['0050-01-01T00:00:00.000Z', '0050-03-01T00:00:00.000Z'];
    const document = `query ($from: DateTime!, $to: DateTime!) { organization { usage(from: $from, to: $to) {
      from to months: buckets(size: MONTH) { from to } weeks: buckets(size: WEEK) { from to }
      days: buckets(size: DAY, keys: ["voice_calls"]) { from to metrics { value } } } } }`;
    type Part = { from: string; to: string };
    const { data, errors } = await world.ask<{
      organization: { usage: Record<'months' | 'weeks' | 'days', Part[]> };
    }>(document, { as: 'key@north' }, { from, to });
    expect(errors).toBeUndefined();
    const usage = data?.organization.usage;
    expect(usage).toMatchObject({ from, to });
    expect(usage?.months).toEqual([
      { from, to: '0050-02-01T00:00:00.000Z' },
      { from: '0050-02-01T00:00:00.000Z', to },
    ]);
    expect(usage?.days).toHaveLength(31 + 28);
    // The first of January of the year 50 was a Saturday.
    expect(usage?.weeks.slice(0, 2).map((part) => part.to)).toEqual([
      '0050-01-03T00:00:00.000Z',
      '0050-01-10T00:00:00.000Z',
    ]);
  });

  it('is the same to the database in whatever time zone the gateway runs', async () => {
    const { TZ } = process.env;
    // Before 1937 the clocks of Amsterdam were 19 minutes and some seconds ahead.
    process.env['TZ'] = 'Europe/Amsterdam';
    try {
      const at = new Date('1890-05-01T00:00:00.000Z');
      expect(at.getTimezoneOffset()).not.toBe(0);
      expect(await world.rows(sql`select ${at}::timestamptz as at`)).toEqual([{ at }]);
    } finally {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });
});
