/** Fuzzes the inputs of a world's gateway, and judges every answer. */
import { sql } from 'kysely';
import type { ErrorCode } from '../../src/errors.ts';
import { encodeId, type IdType } from '../../src/values/ids.ts';
import { schema } from '../../src/schema.ts';
import { Random } from '../../src/seed/random.ts';
import { insertNodes } from '../setup/nodes.ts';
import { insertMembership, insertUser, type RequestOptions, type World } from '../setup/world.ts';
import { requestFor, targetsOf } from './documents.ts';
import type { Goods } from './values.ts';

const CODES: Record<Exclude<ErrorCode, 'INTERNAL_SERVER_ERROR'>, true> = {
  UNAUTHENTICATED: true,
  ORGANIZATION_REQUIRED: true,
  FORBIDDEN: true,
  NOT_FOUND: true,
  BAD_USER_INPUT: true,
  INVALID_WINDOW: true,
  LIMIT_EXCEEDED: true,
  RATE_LIMITED: true,
  UNAVAILABLE: true,
  PERSISTED_DOCUMENT_NOT_FOUND: true,
  PERSISTED_DOCUMENT_REQUIRED: true,
};
/** Words of the database, of stack frames, of files and of hosts. */
const LEAK =
  /SQLSTATE|\b(?:0[89]|2[123]|40|42|53|57|XX)[0-9P]{3}\b|violates|syntax error at|relation "|column "|pg_|kysely|node_modules|\/src\/|\.[tj]s:\d|\n\s+at |127\.0\.0\.1|localhost|ECONN/i;

const CALLERS: readonly RequestOptions[] = [
  ...(
    [
      'admin@acme',
      'key@acme',
      'admin@north',
      'viewer@north',
      'cloud_rep@acme',
      'user@acme',
      'key@north',
      'admin@rival',
    ] as const
  ).flatMap((as) =>
    as.startsWith('admin') || as === 'key@acme' ? [{ as }, { as }, { as }] : [{ as }],
  ),
  {},
  { as: 'admin@acme', organization: null },
  { as: 'admin@acme', organization: '__proto__' },
  { as: 'viewer@acme', organization: 'rival' },
  { token: 'ak_nonsense' },
  { token: `ak_${'0'.repeat(32)}.${'A'.repeat(48)}` },
  { token: 'a.b.c' },
];

/** What came of a run. */
export interface Fuzzed {
  requests: number;
  /** Answers by status and first code. */
  answers: Map<string, number>;
  /** Fields with arguments, or of a root, that were asked; and how many there are. */
  targets: number;
  findings: string[];
}

async function goodsOf(world: World, random: Random): Promise<Goods> {
  const spareUser = await insertUser(world, 'spare@x.example');
  await insertMembership(world, world.uuid('kiosk'), spareUser, ['user']);
  const one = async (statement: ReturnType<typeof sql<{ id: string }>>): Promise<string> =>
    (await world.rows(statement))[0]?.id ?? '';
  const nodes = await insertNodes(world, world.uuid('north'), 'fuzz');
  const token = await one(
    sql`select t.id from personal_access_tokens t join users u on u.id = t.user_id where u.email = 'restricted_user@acme.example'`,
  );
  return {
    random,
    parent: world.uuid('acme'),
    ids: {
      ...Object.fromEntries(
        Object.entries(nodes).map(([type, id]) => [
          encodeId(type as IdType, id).slice(0, 3),
          [encodeId(type as IdType, id)],
        ]),
      ),
      org: (['acme', 'north', 'shop-1', 'kiosk', 'depot', 'rival'] as const).map((slug) =>
        world.org(slug),
      ),
      spare: [world.org('kiosk'), world.org('depot')],
      usr: [encodeId('User', spareUser), world.person('viewer@north')],
      pat: [encodeId('PersonalAccessToken', token)],
    },
  };
}

/** Why an answer is none that a caller may get; undefined for a good one. */
function faultOf(status: number, text: string, names: readonly string[]): string | undefined {
  if (status >= 500) return `status ${status}`;
  const { errors = [] } = JSON.parse(text) as {
    errors?: { message: string; extensions?: { code?: string } }[];
  };
  for (const { message, extensions } of errors) {
    const code = extensions?.code;
    if (code === undefined || !(code in CODES)) return `code ${String(code)}`;
    // A refusal over a limit says how much was asked for, which can be any number.
    if (LEAK.test(code === 'LIMIT_EXCEEDED' ? message.replaceAll(/\d+/g, '') : message))
      return 'the message leaks';
    // Scopes are public, and one is called after what it manages.
    const words = message.replaceAll(/\b[a-z_]+:[a-z]+\b/g, '');
    const name = names.find((one) => words.includes(one));
    if (name !== undefined) return `the message names ${name}`;
  }
  return undefined;
}

/** Sends `count` requests, a few at once. */
export async function fuzzInputs(world: World, count: number, seed: number): Promise<Fuzzed> {
  const random = new Random(seed);
  const goods = await goodsOf(world, random);
  const all = targetsOf(schema);
  const worthwhile = all.filter(({ field, way }) => field.args.length > 0 || way.length === 0);
  const names = (
    await world.rows(sql<{ name: string }>`
      select table_name::text as name from information_schema.tables where table_schema = 'public' and table_name like '%\\_%'
      union select conname::text from pg_constraint where conname like '%\\_%'`)
  ).map(({ name }) => name);
  const fuzzed: Fuzzed = {
    requests: 0,
    answers: new Map(),
    targets: worthwhile.length,
    findings: [],
  };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const n = next++;
      // Every target in turn; now and then any field at all.
      const target =
        n % 10 === 9 ? random.pick(all) : (worthwhile[n % worthwhile.length] ?? random.pick(all));
      const request = requestFor(schema, target, goods, random.pick([0.05, 0.2, 0.5]));
      const caller = random.pick(CALLERS);
      let status = 0;
      let fault: string | undefined;
      let code = 'ok';
      try {
        const answer = await world.ask(
          request.document,
          { ...caller, withoutSocket: true },
          request.variables,
        );
        ({ status } = answer);
        code = answer.errors?.[0]?.extensions?.code ?? 'ok';
        fault = faultOf(status, answer.text, names);
      } catch (error) {
        fault = `no answer that can be read: ${String(error)}`;
      }
      fuzzed.requests++;
      fuzzed.answers.set(`${status} ${code}`, (fuzzed.answers.get(`${status} ${code}`) ?? 0) + 1);
      if (fault !== undefined)
        fuzzed.findings.push(
          `${fault}: ${target.on}.${target.field.name} by ${JSON.stringify(caller)}: ${request.document} ${JSON.stringify(request.variables).slice(0, 1_000)}`,
        );
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return fuzzed;
}

/** The figures of a run, to be printed. */
export function figuresOf({ requests, answers, targets, findings }: Fuzzed, seed: number): string {
  const counts = [...answers]
    .toSorted(([, a], [, b]) => b - a)
    .map(([answer, count]) => `${answer}: ${count}`);
  return `${requests} fuzzed requests over ${targets} fields, seed ${seed}: ${findings.length} findings; ${counts.join(', ')}\n`;
}
