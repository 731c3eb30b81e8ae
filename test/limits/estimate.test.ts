import { readFileSync, readdirSync } from 'node:fs';
import { Kind, getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Estimator } from '../../src/limits/estimate.ts';
import { REQUEST_LIMITS } from '../../src/limits/settings.ts';
import { schema } from '../../src/schema.ts';

const estimator = new Estimator(schema, REQUEST_LIMITS.cost);
const estimate = (text: string, variables = {}) => estimator.estimate(parse(text), null, variables);
const YEAR = 'from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z"';

describe('the estimate of an operation', () => {
  it('multiplies the rows of lists within lists, and counts single objects and leaves as values', () => {
    expect(estimate('{ organization { slug } }')).toMatchObject({
      nodes: 0,
      cost: 2,
      fields: 2,
      depth: 2,
    });
    expect(estimate('{ organization { children(first: 10) { nodes { slug } } } }').nodes).toBe(10);
    expect(
      estimate(
        '{ organization { children(first: 10) { nodes { children(last: 7) { nodes { slug } edges { cursor } } } } } }',
      ).nodes,
    ).toBe(150);
    expect(estimate('{ organization { children { nodes { slug } } } }').nodes).toBe(25);
  });

  it('takes page sizes from variables and their defaults, and the largest page for what is no size', () => {
    const document =
      'query ($n: Int = 30) { organization { children(first: $n) { nodes { slug } } } }';
    expect(estimate(document).nodes).toBe(30);
    expect(estimate(document, { n: 4 }).nodes).toBe(4);
    expect(estimate(document, { n: null }).nodes).toBe(25);
    for (const n of [-1, 'x', {}, 1e9, NaN]) expect(estimate(document, { n }).nodes).toBe(100);
  });

  it('counts the parts of a window and the metrics in them', () => {
    const buckets = (size: string, keys = '') =>
      estimate(
        `{ organization { usage(${YEAR}) { buckets(size: ${size}${keys}) { metrics { value } } } } }`,
      ).nodes;
    expect(buckets('DAY')).toBe(366 * 26);
    expect(buckets('HOUR')).toBe(1_000 * 26);
    expect(buckets('MONTH', ', keys: ["voice_calls"]')).toBe(15 * 2);
    expect(
      estimate(
        'query ($from: DateTime!) { organization { usage(from: $from, to: "2026-01-02T00:00:00Z") { buckets(size: HOUR) { from } } } }',
        { from: '2026-01-01T00:00:00Z' },
      ).nodes,
    ).toBe(25);
  });

  it('counts a part more in time zones, whose clocks may have skipped a day', () => {
    const days = (timeZone: string, variables = {}) =>
      estimate(
        `query ($zone: String) { organization { usage(${YEAR}, timeZone: ${timeZone}) { buckets { from } } } }`,
        variables,
      ).nodes;
    expect(days('"Europe/Berlin"')).toBe(367);
    expect(days('$zone', { zone: 'Europe/Berlin' })).toBe(367);
    expect(days('$zone', { zone: null })).toBe(366);
    expect(days('$zone', { zone: 7 })).toBe(367);
  });

  it('counts the parts of the previous summary by the window of the summary', () => {
    const ask = (selection: string) =>
      estimate(
        `query ($to: DateTime!) { organization {
          short: usage(from: "2026-01-01T00:00:00Z", to: "2026-01-11T00:00:00Z") { ...Short }
          long: usage(from: "2026-01-01T00:00:00Z", to: $to) ${selection}
        } } fragment Short on UsageSummary { previous { ...Days } } fragment Days on UsageSummary { buckets { from } }`,
        { to: '2026-04-11T00:00:00Z' },
      ).nodes;
    expect(ask('{ scope }')).toBe(11);
    expect(ask('{ previous { buckets { from } } }')).toBe(11 + 101);
    expect(ask('{ ...Short }')).toBe(11 + 101);
    expect(ask('{ ...Days previous { ...Days previous { ...Days } } }')).toBe(11 + 3 * 101);
  });

  it('counts a fragment wherever it is spread, also where its bounds follow from what is around it', () => {
    const document = `{ organization { a: children(first: 3) { ...Page } b: children(first: 50) { ...Page } } } fragment Page on OrganizationConnection { nodes { slug } }`;
    expect(estimate(document).nodes).toBe(53);
  });

  it('leaves out what @skip and @include leave out', () => {
    const document =
      'query ($yes: Boolean!) { organization { children(first: 9) @include(if: $yes) { nodes { slug } } children(first: 5) @skip(if: $yes) { nodes { id } } } }';
    expect(estimate(document, { yes: true }).nodes).toBe(9);
    expect(estimate(document, { yes: false }).nodes).toBe(5);
  });

  it('counts the largest of the fragments on different types of one object', () => {
    const node = (...parts: string[]) => estimate(`{ node(id: "x") { ${parts.join(' ')} } }`);
    const organization = '... on Organization { children(first: 10) { nodes { slug } } }';
    expect(node(organization, '... on Role { scopes }').nodes).toBe(10);
    expect(node(organization, '... on Role { scopes }').cost).toBe(node(organization).cost);
    expect(node(organization, organization).nodes).toBe(20);
  });

  it('is made in time that is linear in fragments which spread one another twice', () => {
    const levels = 200;
    const fragments = Array.from(
      { length: levels },
      (_, n) =>
        `fragment F${n} on Organization { ${n + 1 < levels ? `...F${n + 1} ...F${n + 1}` : 'slug'} }`,
    );
    const document = parse(`{ organization { ...F0 } } ${fragments.join(' ')}`);
    const begin = process.cpuUsage();
    expect(estimator.estimate(document, null, {}).cost).toBeGreaterThan(1e50);
    expect(process.cpuUsage(begin).user / 1_000).toBeLessThan(100);
  });

  it('stops counting questions about the schema once they cost too much', () => {
    const questions = (count: number): string => {
      const types = Array.from(
        { length: count },
        (_, n) =>
          `a${n}: types { fields { type { name ofType { name } } args { name type { name } } } }`,
      );
      return `{ __schema { ${types.join(' ')} } }`;
    };
    // The least of a few runs: the collector of garbage and the compiler of V8 take their time when they like.
    const timeOf = (document: string): number =>
      Math.min(
        ...Array.from({ length: 5 }, () => {
          const begin = process.cpuUsage();
          expect(estimate(document).cost).toBeGreaterThan(REQUEST_LIMITS.cost);
          return process.cpuUsage(begin).user;
        }),
      );
    expect(timeOf(questions(250)) / timeOf(questions(25))).toBeLessThan(4);
  });
});

describe('the default limits', () => {
  const within = (found: { nodes: number; cost: number }): boolean =>
    found.nodes <= REQUEST_LIMITS.nodes && found.cost <= REQUEST_LIMITS.cost;

  it('let every operation of a client pass at its usual page size', () => {
    const document = parse(
      readdirSync('test/operations')
        .map((file) => readFileSync(`test/operations/${file}`, 'utf8'))
        .join('\n'),
    );
    const input = {
      users: Array.from({ length: 100 }, () => ({})),
      events: Array.from({ length: 1_000 }, () => ({})),
    };
    const refused = document.definitions
      .filter((one) => one.kind === Kind.OPERATION_DEFINITION)
      .map(({ name }) => name?.value)
      .filter(
        (name) =>
          !within(
            estimator.estimate(document, name, {
              input,
              from: '2026-01-01T00:00:00Z',
              to: '2027-01-01T00:00:00Z',
            }),
          ),
      );
    expect(refused).toEqual([]);
  });

  it.each([
    [
      'what GraphiQL asks of the schema',
      getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true }),
    ],
    [
      'a year of days with all metrics',
      `{ organization { usage(${YEAR}) { buckets { from to metrics { metric { key } value } } } } }`,
    ],
    [
      'a hundred customers with members and usage',
      `{ organization { children(first: 100) { totalCount nodes { id slug name members(first: 25) { nodes { user { name email } } }
        usage(from: "2026-01-01T00:00:00Z", to: "2026-01-31T00:00:00Z") { metrics { metric { key } value } } } } } }`,
    ],
    [
      'people with memberships and roles',
      '{ organization { people { nodes { user { name email } memberships { organization { slug } roles { key } } } } } }',
    ],
  ])('let %s pass', (_what, text) => {
    expect(within(estimate(text))).toBe(true);
  });
});
