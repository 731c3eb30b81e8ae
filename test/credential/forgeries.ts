/** What has to hold of forged credentials, in a quick and a large size. */
import { expect } from 'vitest';
import { createToken, parseToken } from '../../src/authentication/secret.ts';
import type { World } from '../setup/world.ts';
import { altered, alteredSession, inTurns, welch } from './forging.ts';

const UNKNOWN = '01900000-0000-7000-8000-00000000dead';

/** The bytes that a session spells; the last letter of its signature has bits that mean nothing. */
const bytesOf = (token: string): string =>
  token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.');

/** Sends altered keys, tokens and sessions: none is accepted, and the database is asked only about whole ones. */
export async function refusesForgeries(
  world: World,
  session: string,
  count: number,
): Promise<string> {
  const genuine = [
    world.token('key@acme'),
    world.token('admin@acme'),
    world.token('key@rival'),
    session,
  ];
  // The first use of a session makes the account.
  for (const token of genuine)
    expect((await world.ask('{ viewer { scopes } }', { token })).status).toBe(200);
  const start = performance.now();
  let whole = 0;
  let sent = 0;
  const sessionBytes = bytesOf(session);
  const before = world.statements.length;
  await inTurns(count, async (n) => {
    const base = genuine[n % genuine.length] ?? '';
    const parsed = parseToken(base);
    // Every tenth has a right checksum, over a guessed secret or another id.
    const guess =
      parsed && n % 10 === 0
        ? createToken(parsed.kind, n % 20 === 0 ? parsed.id : UNKNOWN)
        : undefined;
    const token = guess ?? (parsed ? altered(base) : alteredSession(base));
    if (genuine.includes(token) || bytesOf(token) === sessionBytes) return;
    // Any other has a right checksum by a chance of one in four thousand million.
    if (guess) whole++;
    sent++;
    const answer = await world.ask('{ viewer { scopes } }', { token, withoutSocket: true });
    if (answer.status !== 401) throw new Error(`${answer.status} for ${token}`);
  });
  const read = world.statements.length - before;
  expect(whole).toBeGreaterThan(count / 20);
  expect(read).toBe(whole);
  for (const token of genuine)
    expect((await world.ask('{ viewer { scopes } }', { token })).status).toBe(200);
  const seconds = Math.round((performance.now() - start) / 1_000);
  return `${sent} forged credentials in ${seconds} s: 0 accepted, ${read} database reads for ${whole} with a right checksum, 0 for the others`;
}

/** Welch's t between the times of a wrong secret for a key that is there, and for one that is not. */
export async function timingOfIds(world: World, count: number): Promise<number> {
  const { id = '' } = parseToken(world.token('key@acme')) ?? {};
  const times: [number[], number[]] = [[], []];
  const warmUp = Math.ceil(count / 10);
  for (let n = -warmUp; n < count; n++) {
    // In an order that nothing periodic follows.
    for (const which of Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const)) {
      const token = createToken('ak', which === 0 ? id : UNKNOWN);
      const start = performance.now();
      await world.ask('{ viewer { scopes } }', { token, withoutSocket: true });
      if (n >= 0) times[which].push(performance.now() - start);
    }
  }
  return welch(...times);
}
