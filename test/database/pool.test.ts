/** A pool whose process is held up while requests wait for a connection. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'vitest';
import { RequestPool } from '../../src/database/pool.ts';
import { it } from '../setup/fixtures.ts';

/** How long a request waits for a connection. */
const WAIT_MS = 1_000;

/** Lets nothing else happen in this process until the time is up. */
function holdUp(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

it('A request whose turn comes late, because the process was held up, is served without a warning', async ({
  database,
}) => {
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on('warning', hear);
  const pool = new RequestPool({
    connectionString: database.gatewayUrl,
    max: 1,
    connectionTimeoutMillis: WAIT_MS,
  });
  const first = await pool.connect();
  const second = pool.connect();
  holdUp(WAIT_MS + 1);
  first.release();
  (await second).release();
  await turn();
  process.off('warning', hear);
  await pool.end();
  expect(warnings).toEqual([]);
});
