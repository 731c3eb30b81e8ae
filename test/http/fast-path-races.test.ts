/**
 * Queries in one statement while what they and their callers rest on changes: each answer is that of
 * one moment between question and answer, as if nothing happened at the same time.
 */
import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { Random } from '../../src/seed/random.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { schema } from '../../src/schema.ts';
import { Documents } from '../compiler/documents.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import { sized } from '../setup/size.ts';
import {
  createWorld,
  insertKey,
  insertMembership,
  insertUser,
  missingId,
  type Slug,
  type World,
} from '../setup/world.ts';
import { ask, bearer, bodyOf, comparable, serveOver, type Asked, type Served } from './served.ts';

const SLUGS: Slug[] = ['acme', 'north', 'south', 'shop-1', 'shop-2', 'kiosk', 'depot', 'rival'];
const ALL = ['child_organizations:manage', 'members:read', 'roles:manage', 'usage:read'];
/** What a change itself changes: times and versions of rows. */
const CHANGING = /updatedAt|partnership|version|auditLog|lastUsedAt|deletedAt/;
const READERS = 6;

let issuer: Issuer;
let world: World;
/** What is asked, and by whom. */
const questions: Asked[] = [];
/** Each change and what takes it back. */
let toggles: [RawBuilder<unknown>, RawBuilder<unknown>][];
let fast: Served;
let general: Served;

beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld();
  const options = { sessions: new Sessions(issuer.settings, createLogger('silent')) };
  fast = await serveOver(world.gatewayDb, options);
  general = await serveOver(world.gatewayDb, { ...options, compiled: false });
  const key = await insertKey(world, 'north', ALL);
  const keyBelow = await insertKey(world, 'shop-1', ALL);
  const person = await insertUser(world, 'racing@x.example');
  const membership = await insertMembership(world, world.uuid('north'), person, ['user']);
  const token = await insertPersonalAccessToken(world.db, person, 'racing');
  const session = await issuer.session('racing-session', 'racing-session@x.example');
  await ask(general, { headers: bearer(session), body: bodyOf('{ viewer { scopes } }') });
  const [user] = await world.rows(
    sql<{ id: string }>`select id from users where email = 'racing-session@x.example'`,
  );
  const below = await insertMembership(world, world.uuid('shop-1'), user?.id ?? '', ['cloud_rep']);
  await sql`insert into roles (key, name, scopes) values ('racing', 'Racing', ${ALL}::text[])`.execute(
    world.db,
  );
  const racing = sql`(select id from roles where key = 'racing')`;
  await sql`insert into organization_roles (role_id, key, organization_id)
    values (${racing}, 'racing', ${world.uuid('north')})`.execute(world.db);
  await sql`insert into membership_roles (membership_id, role_id) values (${membership}, ${racing})`.execute(
    world.db,
  );
  const documents = new Documents(schema, new Random(7), {
    ids: [...SLUGS.map((slug) => world.org(slug)), missingId('Organization')],
    slugs: SLUGS,
    nodes: SLUGS.map((slug) => world.org(slug)),
    words: ['shop', 'o', 'north'],
    cursors: [],
  });
  const callers = [
    { ...bearer(key) },
    { ...bearer(key), 'x-organization': 'north' },
    { ...bearer(keyBelow) },
    { ...bearer(token), 'x-organization': 'north' },
    { ...bearer(token), 'x-organization': world.org('north') },
    { ...bearer(session), 'x-organization': 'shop-1' },
    { ...bearer(session) },
  ];
  for (const headers of callers)
    for (const document of [
      '{ viewer { credential { name } scopes organization { slug } user { email } } }',
      '{ organization { slug depth breadcrumbs { slug } children { totalCount nodes { slug name } } members { totalCount } } }',
    ])
      questions.push({ headers, body: bodyOf(document) });
  const random = new Random(11);
  while (questions.length < sized(40, 150)) {
    const { document, variables } = documents.next();
    if (CHANGING.test(document)) continue;
    const asked = { headers: random.pick(callers), body: bodyOf(document, variables) };
    // What is refused from the start is read in several statements, whatever changes.
    if (!(await ask(general, asked)).text.includes('"errors"')) questions.push(asked);
  }
  toggles = togglesOf({ key, keyBelow, token, membership, below });
});

afterAll(async () => {
  fast.close();
  general.close();
  await world.close();
  await issuer.close();
});

function togglesOf(of: Record<'key' | 'keyBelow' | 'token' | 'membership' | 'below', string>) {
  const hex = (token: string): string => token.slice(token.indexOf('_') + 1, token.indexOf('.'));
  const organization = (slug: Slug, set: RawBuilder<unknown>) =>
    sql`update organizations set ${set} where id = ${world.uuid(slug)}::uuid`;
  const key = (token: string, set: RawBuilder<unknown>) =>
    sql`update api_keys set ${set} where id = ${hex(token)}::uuid`;
  const pair = (
    change: (set: RawBuilder<unknown>) => RawBuilder<unknown>,
    to: RawBuilder<unknown>,
    back: RawBuilder<unknown>,
  ): [RawBuilder<unknown>, RawBuilder<unknown>] => [change(to), change(back)];
  const role = (set: RawBuilder<unknown>) => sql`update roles set ${set} where key = 'racing'`;
  return [
    pair(
      (set) => organization('shop-1', set),
      sql`parent_id = ${world.uuid('south')}::uuid`,
      sql`parent_id = ${world.uuid('north')}::uuid`,
    ),
    pair(
      (set) => organization('north', set),
      sql`parent_id = ${world.uuid('south')}::uuid`,
      sql`parent_id = ${world.uuid('acme')}::uuid`,
    ),
    pair((set) => organization('acme', set), sql`status = 'SUSPENDED'`, sql`status = 'ACTIVE'`),
    pair(
      (set) => organization('shop-1', set),
      sql`status = 'DELETED', deleted_at = '2026-11-01Z'`,
      sql`status = 'ACTIVE', deleted_at = null`,
    ),
    pair((set) => key(of.key, set), sql`scopes = '{members:read}'`, sql`scopes = ${ALL}::text[]`),
    pair((set) => key(of.key, set), sql`revoked_at = now()`, sql`revoked_at = null`),
    pair((set) => key(of.key, set), sql`name = 'renamed'`, sql`name = 'key'`),
    pair((set) => key(of.keyBelow, set), sql`expires_at = '2020-01-01Z'`, sql`expires_at = null`),
    pair((set) => role(set), sql`scopes = '{usage:read}'`, sql`scopes = ${ALL}::text[]`),
    pair(
      (set) => sql`update scopes set ${set} where key = 'usage:read'`,
      sql`implies = '{members:read}'`,
      sql`implies = '{}'`,
    ),
    pair(
      (set) => sql`update personal_access_tokens set ${set} where id = ${hex(of.token)}::uuid`,
      sql`revoked_at = now()`,
      sql`revoked_at = null`,
    ),
    pair(
      (set) => sql`update memberships set ${set} where id = ${of.membership}::uuid`,
      sql`user_id = (select user_id from memberships where organization_id = ${world.uuid('acme')} and id <> ${of.membership} order by id limit 1)`,
      sql`user_id = (select user_id from personal_access_tokens where id = ${hex(of.token)}::uuid)`,
    ),
    [
      sql`delete from membership_roles where membership_id = ${of.below}::uuid`,
      sql`insert into membership_roles (membership_id, role_id)
        select ${of.below}::uuid, id from roles where built_in and key = 'cloud_rep'`,
    ] satisfies [RawBuilder<unknown>, RawBuilder<unknown>],
  ];
}

/** The changes in their order: each is taken back after the next one was made. */
function changesOf(rounds: number): { state: string; statement: RawBuilder<unknown> }[] {
  const random = new Random(5);
  const isMade = toggles.map(() => false);
  const change = (at: number) => {
    const statement = toggles[at]?.[isMade[at] ? 1 : 0] ?? sql``;
    isMade[at] = !isMade[at];
    return { state: isMade.map(Number).join(''), statement };
  };
  return Array.from({ length: rounds }).flatMap(() => {
    const order = toggles
      .map((_, at) => ({ at, by: random.next() }))
      .toSorted((a, b) => a.by - b.by);
    return [
      ...order.flatMap(({ at }, n) => [
        change(at),
        ...(n === 0 ? [] : order.slice(n - 1, n)).map((before) => change(before.at)),
      ]),
      ...order.slice(-1).map(({ at }) => change(at)),
    ];
  });
}

const TIMEOUT_MS = sized(600_000, 3_600_000);

it('is the answer of one moment, whatever changes meanwhile', { timeout: TIMEOUT_MS }, async () => {
  const first = toggles.map(() => 0).join('');
  const changes = changesOf(sized(1, 8));
  // First, what is answered in each state while nothing changes.
  const answers = new Map<string, string[]>();
  const textOf = async (served: Served, asked: Asked) => {
    const answer = await ask(served, asked);
    const { status, text } = comparable(answer);
    return { id: answer.headers['x-request-id'], text: `${status} ${text}` };
  };
  const note = async (state: string): Promise<void> => {
    if (answers.has(state)) return;
    const texts: string[] = [];
    for (const asked of questions) texts.push((await textOf(general, asked)).text);
    answers.set(state, texts);
  };
  await note(first);
  for (const { state, statement } of changes) {
    await statement.execute(world.db);
    await note(state);
  }
  // Back to the beginning, and all of it again with readers.
  const last = changes.at(-1)?.state ?? first;
  for (const [at, [, back]] of toggles.entries())
    if (last[at] === '1') await back.execute(world.db);
  const states = [first, ...changes.map(({ state }) => state)];
  const progress = { begun: 0, done: 0, answered: 0, isOver: false };
  const wrong: unknown[] = [];
  const asked: { id: unknown; question: number; from: number; to: number; text: string }[] = [];
  const read = async (seed: number): Promise<void> => {
    const random = new Random(seed);
    while (!progress.isOver) {
      const question = random.below(questions.length);
      const from = progress.done;
      const { id, text } = await textOf(fast, questions[question] ?? {});
      asked.push({ id, question, from, to: progress.begun, text });
      progress.answered++;
    }
  };
  const readers = Array.from({ length: READERS }, (_, seed) => read(seed));
  for (const { statement } of changes) {
    const enough = progress.answered + questions.length;
    await expect
      .poll(() => progress.answered, { timeout: 60_000, interval: 5 })
      .toBeGreaterThan(enough);
    progress.begun++;
    await statement.execute(world.db);
    progress.done++;
  }
  progress.isOver = true;
  await Promise.all(readers);
  const single = new Set(
    fast.lines
      .filter(({ execution, statements }) => execution === 'compiled' && statements === 1)
      .map(({ requestId }) => requestId),
  );
  let compared = 0;
  let raced = 0;
  for (const { id, question, from, to, text } of asked) {
    // Others are read in several statements, and so at several moments.
    if (!single.has(id)) continue;
    compared++;
    if (from !== to) raced++;
    const possible = states.slice(from, to + 1).map((state) => answers.get(state)?.[question]);
    if (!possible.includes(text)) wrong.push({ ...questions[question], from, to, text, possible });
  }
  expect(wrong).toEqual([]);
  // Of those that were asked during a change, too.
  expect(compared).toBeGreaterThan(asked.length / 10);
  expect(raced).toBeGreaterThan(changes.length / 2);
});
