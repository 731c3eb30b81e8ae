/** A million credentials that nobody gave out: none is accepted. */
import { expect } from 'vitest';
import { withSessions } from '../setup/fixtures.ts';
import { refusesForgeries, timingOfIds } from './forgeries.ts';

const FORGED = 1_000_000;
const TIMED = 20_000;

const it = withSessions({}, { poolSize: 16 });

it(`accepts none of ${FORGED} altered keys, tokens and sessions, and asks the database only about whole ones`, async ({
  world,
  issuer,
}) => {
  const session = await issuer.session('forged', 'somebody@x.example', {
    claims: { exp: Math.floor(Date.now() / 1_000) + 43_200 },
  });
  process.stdout.write(`${await refusesForgeries(world, session, FORGED)}\n`);
}, 10_800_000);

it('takes as long for a wrong secret of a key that is there as for one that is not', async ({
  world,
}) => {
  const t = await timingOfIds(world, TIMED);
  process.stdout.write(
    `timing of ${TIMED} wrong secrets against ${TIMED} unknown ids: t = ${t.toFixed(2)}\n`,
  );
  expect(Math.abs(t)).toBeLessThan(4.5);
}, 3_600_000);
