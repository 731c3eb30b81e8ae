/** Credentials that nobody gave out, made from those that somebody did: none is accepted. */
import { sql } from 'kysely';
import { expect } from 'vitest';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import { tokenHash } from '../../src/authentication/secret.ts';
import { refusesForgeries, timingOfIds } from './forgeries.ts';
import { altered, inTurns } from './forging.ts';
import { withSessions } from '../setup/fixtures.ts';
import { insertInvitation, insertUser } from '../setup/world.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';

const FORGED = 2_000;
const TIMED = 500;

let session = '';
const it = withSessions({}, { poolSize: 16 });
it.beforeAll(async ({ issuer }) => {
  session = await issuer.session('forged', 'somebody@x.example');
});

it(`accepts none of ${FORGED} altered keys, tokens and sessions, and asks the database only about whole ones`, async ({
  world,
}) => {
  process.stdout.write(`${await refusesForgeries(world, session, FORGED)}\n`);
}, 300_000);

it('takes as long for a wrong secret of a key that is there as for one that is not', async ({
  world,
}) => {
  const t = await timingOfIds(world, TIMED);
  process.stdout.write(
    `timing of ${TIMED} wrong secrets against ${TIMED} unknown ids: t = ${t.toFixed(2)}\n`,
  );
  expect(Math.abs(t)).toBeLessThan(4.5);
}, 300_000);

it(`accepts none of ${FORGED} altered invitation tokens`, async ({ world }) => {
  const email = 'forged@x.example';
  const options = {
    token: await insertPersonalAccessToken(world.db, await insertUser(world, email), 'x'),
    withoutSocket: true,
  };
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
  expect(
    await world.rows(sql`select from invitations where email = ${email} and status = 'PENDING'`),
  ).toHaveLength(1);
}, 300_000);
