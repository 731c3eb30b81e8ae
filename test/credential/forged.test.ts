/** Fifty thousand tokens that nobody gave out, made from those that somebody did: none is accepted (R-TK-2, R-IV-1). */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createToken } from '../../src/credential/secret.ts';
import { createInvitationToken } from '../../src/invitation/token.ts';
import { parseToken, tokenHash } from '../../src/credential/secret.ts';
import { createWorld, insertInvitation, insertUser, type World } from '../setup/world.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';

const FORGED = 50_000;
const AT_ONCE = 32;

let world: World;
beforeAll(async () => {
  world = await createWorld({}, { poolSize: 16 });
});
afterAll(() => world.close());

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const pick = (length: number): number => randomBytes(4).readUInt32BE() % length;

/** One change to a token, of the kinds that were accepted somewhere once. */
function altered(token: string): string {
  const at = pick(token.length);
  const letter = ALPHABET[pick(ALPHABET.length)] ?? 'A';
  const changes = [
    () => token.slice(0, at) + letter + token.slice(at + 1),
    () => token.slice(0, at),
    () => token + letter,
    () => token.slice(0, at) + token.slice(at + 1),
    () => token.slice(0, at) + letter + token.slice(at),
    () => token.toUpperCase(),
    () => token.toLowerCase(),
    () => token.replace(/^ak_/, 'pat_').replace(/^inv_/, 'ak_'),
    () => token.replace(/^pat_/, 'ak_').replace(/^inv_/, 'pat_'),
    () => `${token.slice(0, -4)}${[0, 1, 2, 3].map(() => ALPHABET[pick(ALPHABET.length)]).join('')}`,
    () => `${token}=`,
    () => token.replace('.', '%2e'),
    () => token.split('').toReversed().join(''),
  ];
  return changes[pick(changes.length)]?.() ?? token;
}

async function inTurns(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let n = next++; n < count; n = next++) await work(n);
    }),
  );
}

it(`accepts none of ${FORGED} altered credentials, and asks the database only about whole ones`, async () => {
  const genuine = [world.token('key@acme'), world.token('admin@acme'), world.token('key@rival')];
  let whole = 0;
  const before = world.statements.length;
  await inTurns(FORGED, async (n) => {
    const base = genuine[n % genuine.length] ?? '';
    const parsed = parseToken(base);
    // Every tenth has a right checksum, over a guessed secret or another id.
    const guess =
      n % 20 === 0
        ? createToken(parsed?.kind ?? 'ak', parsed?.id ?? '')
        : createToken(parsed?.kind ?? 'ak', '01900000-0000-7000-8000-00000000dead');
    const token = n % 10 === 0 ? guess : altered(base);
    if (genuine.includes(token)) return;
    // Any other has a right checksum by a chance of one in four thousand million.
    if (token === guess) whole++;
    const answer = await world.ask('{ viewer { scopes } }', { token, withoutSocket: true });
    if (answer.status !== 401) throw new Error(`${answer.status} for ${token}`);
  });
  expect(whole).toBeGreaterThan(FORGED / 20);
  expect(world.statements.length - before).toBe(whole);
  expect((await world.ask('{ viewer { scopes } }', { as: 'key@acme' })).status).toBe(200);
}, 300_000);

it(`accepts none of ${FORGED} altered invitation tokens`, async () => {
  const email = 'forged@x.example';
  const options = { token: await insertPersonalAccessToken(world.db, await insertUser(world, email), 'x'), withoutSocket: true };
  const token = createInvitationToken();
  await insertInvitation(world, world.uuid('north'), email, tokenHash(token));
  const texts = new Set<string>();
  let whole = 0;
  const looks = () => world.statements.filter((text) => text.includes('invitation_tokens')).length;
  const before = looks();
  await inTurns(FORGED, async (n) => {
    const forged = n % 50 === 0 ? createInvitationToken() : altered(token);
    if (forged === token || forged === '') return;
    if (n % 50 === 0) whole++;
    const mutation = n % 2 ? 'acceptInvitation' : 'declineInvitation';
    const answer = await world.ask(
      `mutation ($token: String!) { answer: ${mutation}(input: { token: $token }) { __typename ... on UserError { code message } } }`,
      options,
      { token: forged },
    );
    texts.add(answer.text);
  });
  expect(whole).toBe(FORGED / 50);
  // Each whole one is looked for twice: before the transaction, and in it to find the organization's lock.
  expect(looks() - before).toBeLessThanOrEqual(4 * whole);
  expect([...texts]).toEqual([expect.stringContaining('"INVITATION_INVALID"')]);
  expect(await world.rows(sql`select from invitations where email = ${email} and status = 'PENDING'`)).toHaveLength(1);
}, 300_000);
