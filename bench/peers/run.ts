/** npm run bench:peers [-- --organizations N --queries T,N --peers raw2,banyan --quick --compare]; see bench/README.md. */
import { mkdir } from 'node:fs/promises';
import { startBanyan, canBeGeneral } from './banyan/start.ts';
import { compareAnswers, compareRefusals } from './equal.ts';
import { startIdiomatic } from './idiomatic/start.ts';
import { startGenerator } from './load/generator.ts';
import { measure, type Measured } from './measure.ts';
import { readOptions, type Options } from './options.ts';
import type { Peer } from './peer.ts';
import { startPostGraphile } from './postgraphile/start.ts';
import { openMeter } from './postgres.ts';
import { queries } from './queries.ts';
import { startRaw } from './raw/start.ts';
import { printAll, printQuery } from './report/print.ts';
import { resultsOf } from './report/results.ts';
import { writeReport } from './report/write.ts';
import { openWorld, type World } from './world.ts';

/** Starts the chosen peers, each as a process of its own. */
async function startPeers(
  world: World,
  { peers, logs, plan: { connections } }: Options,
): Promise<Peer[]> {
  const starts: Record<Peer['name'], () => Promise<Peer>> = {
    raw: () => startRaw(world, { isChecked: false, logs }),
    raw2: () => startRaw(world, { isChecked: true, logs }),
    postgraphile: () => startPostGraphile(world, { logs }),
    idiomatic: () => startIdiomatic(world, { logs }),
    banyan: () => startBanyan(world, { isGeneral: false, connections, logs }),
    general: () => startBanyan(world, { isGeneral: true, connections, logs }),
  };
  const started: Peer[] = [];
  for (const name of peers) {
    if (name === 'general' && !canBeGeneral) continue;
    console.log(`starting ${name}…`);
    started.push(await starts[name]());
  }
  return started;
}

// What was started is ended on exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const options = readOptions();
if (options.logs !== undefined) await mkdir(options.logs, { recursive: true });
if (options.isQuick)
  console.log('\n  QUICK: rounds are short and nothing is warm. These figures are no results.\n');
const world = await openWorld(options.organizations);
const chosen = queries.filter(({ key }) => options.queries.includes(key));
const generator = startGenerator();
let peers: Peer[] = [];
try {
  const meter = await openMeter(world.forest.db);
  peers = await startPeers(world, options);
  const gateway = peers.find(({ name }) => name === 'banyan');
  if (gateway) for (const query of chosen) await compareAnswers(query, peers, gateway, world);
  const [trivial] = queries;
  if (trivial) await compareRefusals(trivial, peers, world);
  console.log(`answers are equal: ${chosen.map(({ key }) => key).join(', ')}`);
  const measured: Measured[] = [];
  for (const query of options.comparesOnly ? [] : chosen) {
    const figures = await measure(query, peers, { world, meter, generator, plan: options.plan });
    printQuery(query, figures, peers);
    measured.push(...figures);
  }
  if (measured.length > 0) {
    const results = await resultsOf({ ...options, world, peers, measured });
    printAll(results);
    await writeReport(results, options.isWhole);
  }
} finally {
  generator.close();
  for (const peer of peers) await peer.stop();
  await world.forest.close();
}
