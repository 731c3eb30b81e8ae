/** Values for any input type of the schema: good ones, and those that break programs. */
import { createHash } from 'node:crypto';
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
} from 'graphql';
import type { Random } from '../../src/seed/random.ts';
import { encodeId } from '../../src/values/ids.ts';
import { NODE_TYPES } from '../setup/nodes.ts';

/** What good values are taken from. */
export interface Goods {
  /** Public ids by the prefix of their type. */
  ids: Readonly<Record<string, readonly string[]>>;
  /** UUID of an organization whose lists are asked for. */
  parent: string;
  random: Random;
}

const MEGABYTE = 1_000_000;
const own = (json: string): unknown => JSON.parse(json);
/** Arrays in arrays, a thousand deep. */
const deep = (): unknown => own(`${'['.repeat(1_000)}${']'.repeat(1_000)}`);

const TEXTS: readonly (() => unknown)[] = [
  () => '',
  () => ' ',
  () => '\u0000',
  () => 'a\u0000b',
  () => '\ud800',
  () => 'x\udfffy',
  () => '\u202eabc\u2066',
  () => '\ufeff',
  () => '\r\nBcc: x@x.example',
  () => "';--",
  () => '%_\\',
  () => '\\',
  () => '${7*7}',
  () => '__proto__',
  () => 'constructor',
  () => 'toString',
  () => 'a'.repeat(65),
  () => 'é'.repeat(256),
  () => 'a'.repeat(4_000),
  () => '\u{1f468}\u200d\u{1f469}'.repeat(40),
  () => 'İıſK',
  () => '-1',
  () => '9'.repeat(400),
  () => `0.${'1'.repeat(400)}`,
  () => '1e400',
  () => 'NaN',
  () => '0x10',
];
const NUMBERS: readonly (() => unknown)[] = [
  () => 0,
  () => -0,
  () => -1,
  () => 0.5,
  () => 101,
  () => 2 ** 31 - 1,
  () => 2 ** 31,
  () => -(2 ** 31) - 1,
  () => 2 ** 53,
  () => -(2 ** 63),
  () => 1e308,
  () => 5e-324,
];
const OTHERS: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => [],
  () => [null],
  () => [[]],
  () => ({}),
  () => own('{"__proto__": {"polluted": true}}'),
  () => own('{"constructor": {"prototype": {"polluted": true}}}'),
  deep,
  () => Array.from({ length: 1_000 }, () => 'x'),
  () => 'm'.repeat(MEGABYTE),
];
const INSTANTS = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00.000Z',
  '+275760-09-13T00:00:00.001Z',
  '-271821-04-20T00:00:00.000Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T25:00:00Z',
  '2016-12-31T23:59:60Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:00+14:00',
  '2026-01-01T00:00:00-14:00',
  '2026-01-01T00:00:00+99:99',
  '2026-02-30T00:00:00Z',
  '2028-02-29T00:00:00Z',
  '2026-01-01T00:00:00',
  '2026-01-01',
  '2026-01-01T00:00:00.123456789Z',
  '2026-01-01t00:00:00z',
];
const ADDRESSES = [
  'a@b',
  '@x.example',
  'a@@x.example',
  `${'a'.repeat(300)}@x.example`,
  'a@x.example\u0000',
  'ä@x.example',
  'a@[192.0.2.1]',
  'a@xn--zzzz.example',
];
const URLS = [
  'javascript:alert(1)',
  'file:///etc/passwd',
  'http://',
  '//x',
  'https://user:pw@x.example',
  `https://x.example/${'a'.repeat(5_000)}`,
  'data:text/html,x',
];
const DECIMALS = [
  '-0',
  '1.',
  '.5',
  '1e5',
  '1,5',
  '9'.repeat(29),
  '9'.repeat(30),
  `${'9'.repeat(29)}.${'9'.repeat(9)}`,
  '0.0000000001',
  '-1',
  'Infinity',
];

const LISTS = [
  'children',
  'descendants',
  'members',
  'people',
  'invitations',
  'api keys',
  'contacts',
  'audit log',
  'usage by child',
  'own memberships',
  'own invitations',
];
const ORDERS = [
  '',
  'SLUG_ASC',
  'NAME_DESC',
  'CREATED_AT_ASC',
  'path',
  'organization',
  'subtree',
  'TREE_DESC',
  'CREATED_AT_DESC',
];
const POSITIONS = [
  '[]',
  '["x"]',
  '["x","y"]',
  '[null,null]',
  '[1,2]',
  '{}',
  'null',
  'nonsense',
  '["\\u0000","\\ud800"]',
  '[["x"],{}]',
  '["2026-13-45","00000000-0000-0000-0000-000000000000"]',
  '"x"',
  '',
];

/** A cursor with a tag that is made as the gateway makes an unkeyed one, or cut, or of nothing at all. */
function cursor({ random, parent }: Goods): string {
  const text = random.pick(POSITIONS);
  const list = `${random.pick(LISTS)} ${parent} ${random.pick(ORDERS)}`;
  const tag = createHash('sha256').update(`${list}\0${text}`).digest().subarray(0, 8);
  const whole = Buffer.concat([tag, Buffer.from(text)]).toString('base64url');
  return random.pick([
    whole,
    whole,
    whole,
    whole.slice(0, 10),
    whole.slice(0, -1),
    `${whole}=`,
    'AAAA',
    '%%%',
  ]);
}

/** A value that the type may or may not take. */
export function hostile(type: string, name: string, goods: Goods): unknown {
  const { random, ids } = goods;
  const draw = random.next();
  if (['after', 'before'].includes(name) && draw < 0.7) return cursor(goods);
  if (draw < 0.6) {
    if (type === 'DateTime') return random.pick(INSTANTS);
    if (type === 'EmailAddress') return random.pick(ADDRESSES);
    if (type === 'URL') return random.pick(URLS);
    if (type === 'Decimal') return random.pick(DECIMALS);
    if (type === 'Int') return random.pick(NUMBERS)();
    if (type === 'ID') {
      const any = random.pick(Object.values(ids).flat());
      return random.pick([
        any,
        any,
        any.slice(0, -1),
        any.toUpperCase(),
        `${any}0`,
        any.slice(4),
        `xxx_${any.slice(4)}`,
        `org_${'0'.repeat(32)}`,
      ]);
    }
  }
  // Long and deep values are dear, and so are seldom drawn.
  if (draw > 0.995) return random.pick(OTHERS)();
  return random.pick([...TEXTS, ...NUMBERS, ...OTHERS.slice(0, -3)])();
}

const TEXT_BY_NAME: Record<string, readonly string[]> = {
  slug: ['north', 'fuzz-made', 'acme'],
  domain: ['fuzz.example', 'x.test'],
  scope: ['usage:read', 'members:manage'],
  scopes: ['usage:read', 'members:read', 'audit:read'],
  roles: ['user', 'viewer', 'nonsense'],
  metric: ['voice_calls', 'total_calls'],
  keys: ['voice_calls', 'average_call_seconds'],
  key: ['fuzz_role', 'other_role'],
  search: ['shop', 'a', 'org_0', 'é'],
  separator: ['/', ' › '],
  country: ['DE', 'US'],
  actions: ['createRole'],
  system: ['zuora'],
  plan: ['free', 'nonsense'],
  timeZone: ['Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Mars/Olympus'],
};

/** Prefix of the ids that an argument or input field takes. */
function prefixOf(name: string, owner: string): string {
  if (name === 'userId' || name === 'actor') return 'usr';
  const type = name === 'id' ? NODE_TYPES.find((one) => owner.includes(one)) : undefined;
  if (type) return encodeId(type, '').slice(0, 3);
  return 'org';
}

/** A value that the type takes, with a share of its leaves hostile. `owner` is the input type or field that it stands in. */
export function valueFor(
  type: GraphQLInputType,
  name: string,
  owner: string,
  goods: Goods,
  share: number,
): unknown {
  const { random, ids } = goods;
  if (isNonNullType(type)) return valueFor(type.ofType, name, owner, goods, share);
  if (random.next() < share) return hostile(String(type), name, goods);
  if (isListType(type)) {
    const length = random.next() < share / 4 ? 1_000 : random.below(4);
    return Array.from({ length }, () =>
      valueFor(type.ofType, name, owner, goods, length > 10 ? 0 : share),
    );
  }
  if (isInputObjectType(type)) {
    const entries = Object.values(type.getFields())
      .filter((field) => random.next() < (isNonNullType(field.type) ? 0.98 : 0.5))
      .map((field): [string, unknown] => [
        field.name,
        valueFor(field.type, field.name, type.name, goods, share),
      ]);
    if (random.next() < share / 8) entries.push(['unknownField', 1]);
    return Object.fromEntries(entries);
  }
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  switch (type.name) {
    case 'Int':
      return 1 + random.below(100);
    case 'Boolean':
      return random.next() < 0.5;
    case 'DateTime':
      return new Date(
        Date.now() +
          (name === 'to' || name === 'expiresAt' ? 1 : -1) * random.below(30 * 86_400_000),
      ).toISOString();
    case 'Decimal':
      return `${random.below(1_000)}.${random.below(1_000)}`;
    case 'EmailAddress':
      return `fuzz${random.below(50)}@x.example`;
    case 'URL':
      return 'https://x.example/a';
    case 'ID':
      return random.pick(ids[/^(Delete|Suspend|Move|Remove|UpdateMember)/.test(owner) && prefixOf(name, owner) === 'org' ? 'spare' : prefixOf(name, owner)] ?? ['']); // prettier-ignore
    default:
      return random.pick(TEXT_BY_NAME[name] ?? ['text', `fuzz-${random.below(1_000)}`, 'Ä name']);
  }
}
