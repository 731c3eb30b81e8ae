/** An hour and a half of ordinary work, with a short fault of the network in each minute: memory stays flat. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { serveMeasured, type MeasuredGateway } from '../setup/process.ts';
import { startProxy, type Proxy } from './proxy.ts';
import { ask } from './volley.ts';

const MINUTE_MS = 60_000;
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 90);
/** Everything is allocated and compiled once after this share of the time. */
const WARM_UP_SHARE = 1 / 3;
const GROWTH_MAX_MIB_PER_TEN_MINUTES = 1;
const CLIENTS = 4;
/** Requests of one client are this far apart, so that memory and not the processor is what is measured. */
const PAUSE_MS = 20;
const SAMPLE_MS = 1_000;
const FAULT_MS = 1_000;

const READ =
  '{ organization { slug descendantCount children(first: 5) { nodes { slug members(first: 5) { nodes { user { email } } } } } } }';

let proxy: Proxy;
let gateway: MeasuredGateway;
it.beforeAll(async ({ world }) => {
  proxy = await startProxy(world.url);
  gateway = await serveMeasured(proxy.through(world.url), { LOG_LEVEL: 'silent' });
});
afterAll(async () => {
  await gateway.end('SIGTERM');
  await proxy.close();
});

/** Growth by least squares, in MiB per ten minutes. */
function slope(samples: readonly { at: number; memory: number }[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = mean(samples.map((sample) => sample.at));
  const memory = mean(samples.map((sample) => sample.memory));
  const together = samples.reduce(
    (sum, sample) => sum + (sample.at - at) * (sample.memory - memory),
    0,
  );
  const square = samples.reduce((sum, sample) => sum + (sample.at - at) ** 2, 0);
  return (together / square) * 10 * MINUTE_MS;
}

it('Memory stays flat over hours of work and faults', async ({ world }) => {
  const startedAt = performance.now();
  const sinceStart = (): number => performance.now() - startedAt;
  const isOver = (): boolean => sinceStart() > MINUTES * MINUTE_MS;
  const counts = { answered: 0, unavailable: 0, other: 0 };
  const client = async (): Promise<void> => {
    while (!isOver()) {
      const { status } = await ask(gateway.url, world.token('key@acme'), READ);
      if (status === 200) counts.answered++;
      else if (status === 503) counts.unavailable++;
      else counts.other++;
      await pause(PAUSE_MS);
    }
  };
  const disturb = async (): Promise<void> => {
    while (!isOver()) {
      await pause(MINUTE_MS / 2);
      proxy.mode('swallow');
      await pause(FAULT_MS);
      proxy.mode('pass');
      await pause(MINUTE_MS / 2);
      proxy.cut();
    }
  };
  const samples: { at: number; memory: number }[] = [];
  const watch = async (): Promise<void> => {
    while (!isOver()) {
      samples.push({ at: sinceStart(), memory: await gateway.memory() });
      await pause(SAMPLE_MS);
    }
  };
  await Promise.all([disturb(), watch(), ...Array.from({ length: CLIENTS }, client)]);
  const warm = samples.filter(({ at }) => at > MINUTES * MINUTE_MS * WARM_UP_SHARE);
  const growth = slope(warm);
  process.stdout.write(
    `${MINUTES} minutes: ${counts.answered} answered, ${counts.unavailable} × 503, ${counts.other} other; memory ` +
      `${warm[0]?.memory.toFixed(1)} to ${warm.at(-1)?.memory.toFixed(1)} MiB, ${growth.toFixed(2)} MiB per 10 minutes; ` +
      `${(await gateway.peakMemory()).toFixed(0)} MiB at most\n`,
  );
  expect(counts.other).toBe(0);
  expect(counts.answered).toBeGreaterThan(0);
  expect(growth).toBeLessThanOrEqual(GROWTH_MAX_MIB_PER_TEN_MINUTES);
});
