/** What is done to the cluster and to the gateways, one after the other. */
import { rm, statfs } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { saysUnavailable } from './accounts.ts';
import type { Cluster } from './cluster.ts';
import type { Gateways } from './gateways.ts';
import { GATEWAY_PORTS, LOOP_WAIT_SECONDS, TTL_SECONDS } from './layout.ts';
import { kill, postmasterOf, signalMachine } from './processes.ts';
import { setCable } from './sandbox.ts';
import { pause } from './wait.ts';

const execute = promisify(execFile);

/** What faults are done to. */
export interface Lab {
  cluster: Cluster;
  gateways: Gateways;
}

/** A fault, and what is claimed about it. */
export interface Fault {
  name: string;
  title: string;
  /** Longest time without an acknowledged change, in seconds. */
  gapBound: number;
  /** Whether an answer that is no acknowledgement may be given. */
  permits(answer: string): boolean;
  /** Does it, and undoes it. */
  run(lab: Lab): Promise<void>;
}

/** Longer than the lease of a primary, so that it is replaced. */
const AWAY_MS = (TTL_SECONDS + 15) * 1_000;
const FULL_MS = 15_000;
const KILLED_MS = (TTL_SECONDS + 5) * 1_000;
const SOON_MS = 8_000;

const nothing = (): boolean => false;

/** All faults, in the order in which they are done. */
export const faults: readonly Fault[] = [
  {
    name: 'killed',
    title: 'The primary is killed',
    gapBound: TTL_SECONDS + 3,
    permits: saysUnavailable,
    async run({ cluster }) {
      const primary = await cluster.primary();
      const postmaster = await postmasterOf(path.join(cluster.disk(primary), 'data'));
      cluster.patroni(primary).signal('SIGKILL');
      kill(postmaster, 'SIGKILL');
      await pause(KILLED_MS);
      cluster.restartMembers();
    },
  },
  {
    name: 'frozen',
    title: `The primary is frozen for ${AWAY_MS / 1_000} s`,
    gapBound: TTL_SECONDS + 3,
    permits: saysUnavailable,
    async run({ cluster }) {
      const primary = await cluster.primary();
      await signalMachine(primary, 'SIGSTOP');
      await pause(AWAY_MS);
      await signalMachine(primary, 'SIGCONT');
    },
  },
  {
    name: 'partition',
    title: `The primary is cut off from the network for ${AWAY_MS / 1_000} s`,
    gapBound: TTL_SECONDS + 3,
    permits: saysUnavailable,
    async run({ cluster }) {
      const primary = await cluster.primary();
      await setCable(primary, false);
      await pause(AWAY_MS);
      await setCable(primary, true);
    },
  },
  {
    name: 'switchover',
    title: 'Another primary is chosen, as planned',
    gapBound: 3,
    permits: saysUnavailable,
    async run({ cluster }) {
      await cluster.switchOver();
      await pause(SOON_MS);
    },
  },
  {
    name: 'standby',
    title: 'The synchronous standby is killed',
    gapBound: LOOP_WAIT_SECONDS + 3,
    permits: saysUnavailable,
    async run({ cluster }) {
      const standby = await cluster.synchronousStandby();
      const postmaster = await postmasterOf(path.join(cluster.disk(standby), 'data'));
      cluster.patroni(standby).signal('SIGKILL');
      kill(postmaster, 'SIGKILL');
      await pause(KILLED_MS);
      cluster.restartMembers();
    },
  },
  {
    name: 'disk',
    title: `The disk of the primary is full for ${FULL_MS / 1_000} s`,
    gapBound: FULL_MS / 1_000 + 3,
    permits: saysUnavailable,
    async run({ cluster }) {
      const primary = await cluster.primary();
      const ballast = path.join(cluster.disk(primary), 'ballast');
      const { bavail, bsize } = await statfs(cluster.disk(primary));
      await execute('fallocate', ['--length', String(bavail * bsize), ballast]).catch(
        () => undefined,
      );
      await pause(FULL_MS);
      await rm(ballast);
      await pause(SOON_MS);
    },
  },
  {
    name: 'gateway',
    title: 'A gateway is killed',
    gapBound: 3,
    permits: nothing,
    async run({ gateways }) {
      const [port] = GATEWAY_PORTS;
      await gateways.kill(port);
      await pause(SOON_MS);
      await gateways.restart(port);
    },
  },
  {
    name: 'rollout',
    title: 'The gateways are replaced, one after the other',
    gapBound: 3,
    permits: nothing,
    run: ({ gateways }) => gateways.roll(),
  },
];
