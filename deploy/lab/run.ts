/** What happens inside the namespaces: everything is started, and each fault is tried. */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import path from 'node:path';
import { Cluster } from './cluster.ts';
import { Gateways, prepareDatabase } from './gateways.ts';
import type { Options } from './options.ts';
import { inWords, missed, replaceSection, tableOf } from './table.ts';
import { tryFault, type Trial } from './trial.ts';

const PAGE = path.join(import.meta.dirname, '..', '..', 'docs', 'lab.md');

/** Runs the lab. Returns whether everything was kept. */
export async function runLab(
  options: Options,
  { system, folder }: { system: string; folder: string },
): Promise<boolean> {
  const { variant, runs } = options;
  const begun = performance.now();
  const cluster = await Cluster.start({ system, folder, variant });
  await cluster.createDatabase();
  const partner = await prepareDatabase();
  const gateways = new Gateways(folder, variant);
  await gateways.start();
  console.log(`The cluster and three gateways are ready after ${seconds(begun)}.`);

  const trials: Trial[] = [];
  for (let run = 1; run <= runs; run++)
    for (const fault of options.faults) {
      const started = performance.now();
      const prefix = `${fault.name}-${run}`;
      const trial = await tryFault({ cluster, gateways }, fault, partner, prefix);
      trials.push(trial);
      const misses = missed(fault, [trial]);
      console.log(
        `${prefix}: gap ${trial.changesGap.toFixed(1)} s, reads ${trial.readsGap.toFixed(1)} s, ` +
          `${trial.organizations} organizations, ${trial.events} events, other answers: ` +
          `${inWords(trial.answers)}; ${misses.join(', ') || 'kept'} (${seconds(started)}, load ${load()})`,
      );
      if (trial.findings !== undefined) console.log(trial.findings);
      // Now, so that trials are kept if the run is ended early.
      if (options.isWritten) await writePage(tableOf(options.faults, trials), options);
    }
  console.log(`\n${tableOf(options.faults, trials)}`);
  return options.faults.every(
    (fault) =>
      missed(
        fault,
        trials.filter((trial) => trial.fault === fault.name),
      ).length === 0,
  );
}

/** Puts the table, and how it came about, into the page. */
async function writePage(table: string, { variant }: Options): Promise<void> {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()})`;
  const date = new Date().toISOString().slice(0, 10);
  const how = `Measured on ${date} on one machine with ${machine} and a load of ${load()}, with \`--route ${variant.route}\` and \`--synchronous ${variant.synchronousMode}\`.`;
  await writeFile(PAGE, replaceSection(await readFile(PAGE, 'utf8'), `${how}\n\n${table}`));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(0)} s`;
}

/** How busy the machine is: processes that run or wait to run, over a minute. */
function load(): string {
  return (loadavg()[0] ?? NaN).toFixed(0);
}
