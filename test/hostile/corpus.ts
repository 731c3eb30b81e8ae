/**
 * Requests that are meant to do harm: families of documents, bodies and headers, each in growing sizes. A request is made
 * from its family and its step alone, so that a failure can be repeated by its name.
 */

/** Who sends it: nobody, somebody with a wrong credential, or the holder of a valid key. */
export type Sender = 'anonymous' | 'forger' | 'key';

export const SENDERS: readonly Sender[] = ['anonymous', 'forger', 'key'];

export interface HostileRequest {
  family: string;
  /** Which size of the family. */
  step: number;
  method: 'GET' | 'POST';
  /** Appended to the address of the endpoint. */
  search: string;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | undefined;
}

type Content = Partial<Omit<HostileRequest, 'family' | 'step'>>;
/** Makes the content of a request of a size between 1 and `STEPS`. */
type Family = (step: number) => Content;

/** Sizes of a family. */
export const STEPS = 20;

const JSON_TYPE = { 'content-type': 'application/json' };
const WINDOW = 'from: "2026-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z"';

/** A request with a document and variables. */
const document = (query: string, variables?: unknown): Content => ({
  body: JSON.stringify({ query, variables }),
});
/** A size of the step: grows by a constant factor, from `smallest` to `largest`. */
const size = (step: number, smallest: number, largest: number): number =>
  Math.round(smallest * (largest / smallest) ** ((step - 1) / (STEPS - 1)));
const repeat = (count: number, part: (n: number) => string, separator = ' '): string =>
  Array.from({ length: count }, (_, n) => part(n)).join(separator);
const nested = (depth: number, open: string, inner: string, close: string): string =>
  open.repeat(depth) + inner + close.repeat(depth);

/** Values for the variables, of the shapes that a parser or a coercion could be slow at. */
function bomb(step: number): unknown {
  const shapes: (() => unknown)[] = [
    () => JSON.parse(nested(size(step, 5, 5_000), '[', '1', ']')) as unknown,
    () => JSON.parse(nested(size(step, 5, 5_000), '{"a":', '1', '}')) as unknown,
    () => Array.from({ length: size(step, 10, 50_000) }, (_, n) => n),
    () =>
      Object.fromEntries(Array.from({ length: size(step, 10, 10_000) }, (_, n) => [`key${n}`, n])),
    () => 'x'.repeat(size(step, 100, 400_000)),
  ];
  return shapes[step % shapes.length]?.();
}

/** Wide and heavy reads at the ceiling of cost, and beyond it from about half of the steps on. */
const costly = (step: number): string[] => {
  const first = Math.min(100, 5 * step);
  return [
    `{ organization { descendants(first: ${first}) { totalCount edges { path node { slug ancestors { slug } roles { key scopes } } } } } }`,
    `{ organization { children(first: ${first}) { nodes { children(first: ${first}) { nodes { slug name kind } } } } } }`,
    `{ organization { people(first: ${first}) { totalCount nodes { user { email } memberships(first: ${first}) { scopes roles { key } } } } } }`,
    `{ organization { usage(${WINDOW}, scope: ALL) { buckets(size: ${['MONTH', 'WEEK', 'DAY', 'HOUR'][step % 4]}) { from to metrics { metric { key } value } } } } }`,
    `{ organization { descendants(first: ${first}) { nodes { usage(${WINDOW}) { buckets(size: DAY) { metrics { value } } } } } } }`,
    `{ organization { auditLog(first: ${first}, includeDescendants: true) { nodes { action before after redacted } } } }`,
  ];
};

const FAMILIES: Readonly<Record<string, Family>> = {
  'fields inside each other': (step) => document(nested(size(step, 10, 20_000), '{a', '', '}')),
  'real fields inside each other': (step) =>
    document(`{ organization ${nested(size(step, 5, 600), '{ parent ', '{ id }', '}')} }`),
  'lists inside each other': (step) =>
    document(`{ nodes(ids: ${nested(size(step, 10, 40_000), '[', '"a"', ']')}) { id } }`),
  'objects inside each other': (step) =>
    document(`{ a(b: ${nested(size(step, 10, 10_000), '{c:', '1', '}')}) }`),
  'types inside each other': (step) =>
    document(`query ($a: ${nested(size(step, 10, 40_000), '[', 'Int', ']')}) { __typename }`),
  'cheap fields under many names': (step) =>
    document(`{ ${repeat(size(step, 10, 8_000), (n) => `a${n}: __typename`)} }`),
  'costly fields under many names': (step) =>
    document(
      `{ ${repeat(size(step, 5, 900), (n) => `a${n}: organization { descendants(first: 100) { nodes { id } } }`)} }`,
    ),
  'searches under many names': (step) =>
    document(
      `{ organization { ${repeat(size(step, 5, 900), (n) => `a${n}: descendants(search: "${n % 100}e") { totalCount }`)} } }`,
    ),
  'the same field again and again': (step) =>
    document(`{ ${'__typename '.repeat(size(step, 100, 9_000))} }`),
  'fragments that spread two others each': (step) => {
    const levels = size(step, 4, 400);
    const fragments = repeat(
      levels,
      (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`,
    );
    return document(`{ ...F0 } ${fragments} fragment F${levels} on Query { __typename }`);
  },
  'fragments in a circle': (step) => {
    const length = size(step, 1, 400);
    return document(
      `{ ...F0 } ${repeat(length, (n) => `fragment F${n} on Query { a${n}: __typename ...F${(n + 1) % length} }`)}`,
    );
  },
  'fragments that all spread all others': (step) => {
    const count = size(step, 2, 60);
    const spreads = repeat(count, (n) => `...F${n}`);
    return document(
      `{ ${spreads} } ${repeat(count, (n) => `fragment F${n} on Query { ${spreads} }`)}`,
    );
  },
  'fragments that nobody uses': (step) =>
    document(
      `{ __typename } ${repeat(size(step, 10, 2_000), (n) => `fragment F${n} on Query { __typename }`)}`,
    ),
  'a long string': (step) =>
    document(`{ organization(slug: "${'x'.repeat(size(step, 100, 480_000))}") { id } }`),
  'a long block string': (step) =>
    document(`{ organization(slug: """${' \n'.repeat(size(step, 100, 160_000))}""") { id } }`),
  'escapes in a string': (step) =>
    document(`{ organization(slug: "${'\\u0041\\n'.repeat(size(step, 10, 40_000))}") { id } }`),
  'a long number': (step) =>
    document(
      `{ organization { children(first: ${'9'.repeat(size(step, 10, 480_000))}) { totalCount } } }`,
    ),
  'a long name': (step) => document(`{ ${'n'.repeat(size(step, 100, 480_000))} }`),
  'a misspelt name': (step) =>
    document(`{ ${repeat(size(step, 2, 900), (n) => `organizatio${n}`)} }`),
  comments: (step) =>
    document(`{ __typename } ${`# ${'c'.repeat(40)}\n`.repeat(size(step, 10, 11_000))}`),
  'empty comments': (step) => document(`{ __typename }${'#\n'.repeat(size(step, 100, 150_000))}`),
  'commas and byte order marks': (step) =>
    document(`${'\uFEFF,'.repeat(size(step, 100, 80_000))}{ __typename }`),
  'characters outside of names': (step) =>
    document(`{ ${'\u{1F333}\u202E\u0000ä'.repeat(size(step, 1, 20_000))} }`),
  'skip and include again and again': (step) =>
    document(
      `{ __typename ${'@skip(if: false) @include(if: true) '.repeat(size(step, 1, 2_000))} }`,
    ),
  'unknown directives': (step) =>
    document(`{ __typename ${repeat(size(step, 1, 4_000), (n) => `@d${n}`)} }`),
  'directives at many places': (step) =>
    document(
      `{ ${repeat(size(step, 5, 2_000), (n) => `a${n}: __typename @include(if: ${n % 2 === 0})`)} }`,
    ),
  variables: (step) =>
    document(
      `query (${repeat(size(step, 10, 4_000), (n) => `$v${n}: Int = ${n}`)}) { __typename }`,
    ),
  'values for the variables': (step) =>
    document('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: bomb(step) }),
  'values for an input object': (step) =>
    document('mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { __typename } }', {
      input: { events: bomb(step) },
    }),
  'variables that nobody declared': (step) => document('{ __typename }', bomb(step)),
  operations: (step) => document(repeat(size(step, 2, 3_000), (n) => `query Q${n} { __typename }`)),
  'mutations in one operation': (step) =>
    document(
      `mutation { ${repeat(size(step, 2, 600), (n) => `a${n}: declineInvitation(input: { token: "t${n}" }) { __typename }`)} }`,
    ),
  // Validation compares all pairs of fields with one response name.
  'fields that overlap': (step) =>
    document(`{ ${repeat(size(step, 10, 900), (n) => `a: nodes(ids: ["${n}"]) { id }`)} }`),
  'fields that overlap in inline fragments': (step) =>
    document(
      `{ ${repeat(size(step, 10, 600), () => '... on Query { organization { id slug } }')} }`,
    ),
  'fields that overlap at every level': (step) =>
    document(
      nested(
        size(step, 2, 13),
        '{ organization { parent { id } } organization ',
        '{ id }',
        '}',
      ).replaceAll('organization', 'parent'),
    ),
  'fields that overlap in fragments': (step) => {
    const count = size(step, 5, 180);
    const fragments = repeat(
      count,
      (n) => `fragment F${n} on Query { organization { a: name } b: __typename }`,
    );
    return document(`{ ${repeat(count, (n) => `...F${n}`)} } ${fragments}`);
  },
  'deep introspection': (step) =>
    document(
      `{ __schema { types ${nested(size(step, 1, 300), '{ fields { type ', '{ name }', '} }')} } }`,
    ),
  'introspection under many names': (step) =>
    document(
      `{ ${repeat(size(step, 1, 300), (n) => `a${n}: __schema { types { name fields { name description } } }`)} }`,
    ),
  'types by name': (step) =>
    document(`{ ${repeat(size(step, 1, 900), (n) => `a${n}: __type(name: "T${n}") { name }`)} }`),
  batches: (step) => ({
    body: `[${repeat(size(step, 1, 15_000), () => '{"query":"{__typename}"}', ',')}]`,
  }),
  'JSON that does not end': (step) => ({
    body: '{"query":"{__typename}","variables":{"a":'.padEnd(size(step, 60, 480_000), '['),
  }),
  'JSON inside itself': (step) => ({
    body: `{"query":"{__typename}","x":${nested(size(step, 10, 200_000), '[', '', ']')}}`,
  }),
  'values that are no request': (step) => ({
    body: ['null', '1', '"x"', '{}', '{"query":1}', '{"query":{}}', '', '[]'][step % 8] ?? '',
  }),
  'keys of objects themselves': (step) => ({
    body: `{"query":"{__typename}","__proto__":{"a${step}":1},"constructor":{"prototype":{}},"variables":{"__proto__":1},"operationName":${step}}`,
  }),
  'bytes that are no text': (step) => ({
    body: Uint8Array.from({ length: size(step, 10, 60_000) }, (_, n) => (n * 37 + step * 11) % 256),
  }),
  headers: (step) => ({
    ...document('{ __typename }'),
    headers: {
      ...JSON_TYPE,
      'x-organization': 'x'.repeat(size(step, 1, 6_000)),
      'x-request-id': '%'.repeat(size(step, 1, 3_000)),
      'x-forwarded-for': repeat(size(step, 1, 300), (n) => `10.0.0.${n % 256}`, ','),
      accept: repeat(size(step, 1, 100), (n) => `text/x${n};q=0.${n % 10}`, ','),
    },
  }),
  'types of content': (step) => ({
    ...document('{ __typename }'),
    headers: {
      'content-type':
        [
          'text/plain',
          'multipart/form-data; boundary=x',
          'application/graphql',
          'application/x-www-form-urlencoded',
          'x',
        ][step % 5] ?? '',
    },
  }),
  'documents in the address': (step) => ({
    method: 'GET',
    headers: {},
    body: undefined,
    search: `?query=${encodeURIComponent(`{ ${repeat(size(step, 1, 500), (n) => `a${n}: __typename`)} }`)}`,
  }),
  'broken addresses': (step) => ({
    method: 'GET',
    headers: {},
    body: undefined,
    search: `?query={__typename}&variables=${'%7B'.repeat(size(step, 1, 3_000))}&extensions=[&%E0%A4%A`,
  }),
  'reads at the ceiling of cost and over it': (step) => document(costly(step)[step % 6] ?? ''),
  'forged cursors': (step) => {
    const cursor = Buffer.alloc(size(step, 1, 3_000), step * 7).toString('base64url');
    const list = ['children', 'descendants', 'people', 'members', 'auditLog'][step % 5];
    return document(
      `{ organization { ${list}(first: 100, after: "${cursor}") { edges { cursor } } } }`,
    );
  },
  'unknown hashes of documents': (step) => ({
    body: JSON.stringify({
      documentId: `sha256:${step.toString(16).padStart(size(step, 1, 64), 'a')}`,
      extensions: { persistedQuery: { version: 1, sha256Hash: 'b'.repeat(size(step, 1, 10_000)) } },
    }),
  }),
  'guessed tokens of invitations': (step) =>
    document(
      `{ ${repeat(Math.min(10, step), (n) => `a${n}: invitationPreview(token: "${'t'.repeat(size(step, 1, 200))}${n}") { roles }`)} }`,
    ),
  'guessed names of organizations': (step) =>
    document(
      `{ ${repeat(Math.min(10, step), (n) => `a${n}: slugAvailability(slug: "guess-${step}-${n}") { available }`)} }`,
    ),
};

/** Names of all families. */
export const FAMILY_NAMES: readonly string[] = Object.keys(FAMILIES);

/** One request of a family. */
export function hostileRequest(family: string, step: number): HostileRequest {
  const make = FAMILIES[family];
  if (!make) throw new RangeError(`no family is called ${family}`);
  return { family, step, method: 'POST', search: '', headers: JSON_TYPE, body: '', ...make(step) };
}

const HEX = '0123456789abcdef';

/** A wrong credential that looks right; every one is another. */
export function forgedToken(n: number): string {
  const kinds = [
    `ak_${HEX.repeat(2)}.${String(n).padStart(43, 'A')}`,
    `pat_${n.toString(16).padStart(32, '0')}.${'A'.repeat(43)}`,
    `eyJhbGciOiJub25lIn0.${Buffer.from(`{"sub":"${n}"}`).toString('base64url')}.`,
    'x'.repeat(1 + ((n * 97) % 6_000)),
  ];
  return kinds[n % kinds.length] ?? '';
}
