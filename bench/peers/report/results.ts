/** The results of a run, as they are kept. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { residentMiB } from '../cpu.ts';
import type { Measured, Plan } from '../measure.ts';
import type { Peer, PeerName } from '../peer.ts';
import { judge, type Verdict } from '../targets.ts';
import type { World } from '../world.ts';

export interface Results {
  organizations: number;
  /** Organizations in the tree of the key. */
  size: number;
  /** The day, in UTC. */
  measuredOn: string;
  machine: string;
  plan: Plan;
  isQuick: boolean;
  peers: { name: PeerName; label: string; residentMiB: number | null }[];
  measured: Measured[];
  verdicts: Verdict[];
}

export interface Run {
  organizations: number;
  world: World;
  plan: Plan;
  isQuick: boolean;
  peers: readonly Peer[];
  measured: Measured[];
}

/** Puts together what a run has measured. */
export async function resultsOf({
  organizations,
  world,
  plan,
  isQuick,
  peers,
  measured,
}: Run): Promise<Results> {
  const { rows } = await sql<{
    version: string;
  }>`select current_setting('server_version') as version`.execute(world.forest.db);
  const memory = Math.round(totalmem() / 1_073_741_824);
  return {
    organizations,
    size: world.size,
    measuredOn: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores, ${memory} GiB, Node ${process.versions.node}, PostgreSQL ${rows[0]?.version ?? '?'}`,
    plan,
    isQuick,
    peers: await Promise.all(
      peers.map(async ({ name, label, pid }) => ({
        name,
        label,
        residentMiB: (await residentMiB(pid)) ?? null,
      })),
    ),
    measured,
    verdicts: judge(measured),
  };
}

const FORM = /^peers-\d+\.json$/;

/** Keeps the results, in place of earlier ones with as many organizations. */
export async function keep(folder: string, results: Results): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, `peers-${results.organizations}.json`),
    `${JSON.stringify(results, null, 2)}\n`,
  );
}

/** All results that are kept, the smallest forest first. */
export async function keptIn(folder: string): Promise<Results[]> {
  const names = (await readdir(folder)).filter((name) => FORM.test(name));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts
    .map((text) => JSON.parse(text) as Results)
    .toSorted((a, b) => a.organizations - b.organizations);
}
