/**
 * What a query costs, against a hand-written server with the same checks: a small sibling of
 * `npm run bench:peers`, so that a slow request is found on the day it becomes slow.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startBanyan } from '../../bench/peers/banyan/start.ts';
import { startGenerator, type Generator } from '../../bench/peers/load/generator.ts';
import { measure } from '../../bench/peers/measure.ts';
import type { Peer } from '../../bench/peers/peer.ts';
import { openMeter, type PostgresMeter } from '../../bench/peers/postgres.ts';
import { queries, type QueryKey } from '../../bench/peers/queries.ts';
import { startRaw } from '../../bench/peers/raw/start.ts';
import { openWorld, type World } from '../../bench/peers/world.ts';

const PLAN = { connections: 8, warmUpMs: 1_000, rounds: 3, roundMs: 300 };

/**
 * The most CPU of the process that a request may take, as a multiple of the hand-written server's.
 * Twice what was measured on a quiet machine: the tests beside this one cost the longer code more.
 */
const CPU_MAX: Partial<Record<QueryKey, number>> = { T: 4, N: 5 };

let folder: string;
let world: World;
let meter: PostgresMeter;
let generator: Generator;
let peers: Peer[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-regression-'));
  vi.stubEnv('BENCH_DIR', folder);
  world = await openWorld(300);
  meter = await openMeter(world.forest.db);
  generator = startGenerator();
  peers = [
    await startRaw(world, { isChecked: true, logs: undefined }),
    await startBanyan(world, { isGeneral: false, connections: PLAN.connections }),
  ];
}, 120_000);

afterAll(async () => {
  generator.close();
  for (const peer of peers) await peer.stop();
  await world.forest.close();
  await rm(folder, { recursive: true });
  vi.unstubAllEnvs();
});

describe.runIf(process.platform === 'linux')('a query of a known caller', () => {
  it.each(Object.entries(CPU_MAX))(
    'is one statement, and takes a bounded multiple of the CPU of a hand-written server: %s',
    async (key, most) => {
      const query = queries.find((each) => each.key === key);
      if (!query) throw new RangeError(key);
      const [raw, banyan] = await measure(query, peers, { world, meter, generator, plan: PLAN });
      const ratio = (banyan?.processCpu ?? NaN) / (raw?.processCpu ?? NaN);
      process.stdout.write(
        `${key}: ${banyan?.processCpu.toFixed(3)} ms against ${raw?.processCpu.toFixed(3)}, ${ratio.toFixed(1)}×\n`,
      );
      // Besides these, the gateway asks now and then whether its server is well.
      expect(banyan?.statements).toBeCloseTo(1, 1);
      expect(ratio).toBeLessThan(most);
    },
    60_000,
  );
});
