/** A million credentials that nobody gave out: none is accepted. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import { createWorld, type World } from '../setup/world.ts';
import { refusesForgeries, timingOfIds } from './forgeries.ts';

const FORGED = 1_000_000;
const TIMED = 20_000;

let world: World;
let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld(
    { sessions: new Sessions(issuer.settings, createLogger('silent')) },
    { poolSize: 16 },
  );
});
afterAll(async () => {
  await world.close();
  await issuer.close();
});

it(`accepts none of ${FORGED} altered keys, tokens and sessions, and asks the database only about whole ones`, async () => {
  const session = await issuer.session('forged', 'somebody@x.example', {
    claims: { exp: Math.floor(Date.now() / 1_000) + 43_200 },
  });
  process.stdout.write(`${await refusesForgeries(world, session, FORGED)}\n`);
}, 10_800_000);

it('takes as long for a wrong secret of a key that is there as for one that is not', async () => {
  const t = await timingOfIds(world, TIMED);
  process.stdout.write(
    `timing of ${TIMED} wrong secrets against ${TIMED} unknown ids: t = ${t.toFixed(2)}\n`,
  );
  expect(Math.abs(t)).toBeLessThan(4.5);
}, 3_600_000);
