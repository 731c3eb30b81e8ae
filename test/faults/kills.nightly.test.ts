/** How long nobody can write after a kill, over many kills. */
import { expect, it } from 'vitest';
import { sized } from '../setup/size.ts';
import { killWhileWriting, percentile, type Victim } from './kills.ts';

const ROUND: readonly Victim[] = [
  'database',
  'gateway',
  'database',
  'gateway',
  'session',
  'database',
  'gateway',
  'database',
  'gateway',
  'database',
  'both',
];

it('Writes are answered again within 2 seconds after the embedded database was killed, and none is lost or doubled', async () => {
  const victims = Array.from(
    { length: sized(11, 231) },
    (_, n) => ROUND[n % ROUND.length] ?? 'database',
  );
  const outages = await killWhileWriting(victims);
  expect(outages.database).toHaveLength(victims.filter((victim) => victim === 'database').length);
  expect(percentile(outages.database, 95)).toBeLessThan(2_000);
});
