/** CPU that is left on the primary for each request of a mix of reads, with no, one and two standbys. */
import path from 'node:path';
import { sql } from 'kysely';
import { DatabaseClock } from '../src/database/clock.ts';
import { connect } from '../src/database/connect.ts';
import { openReplicas } from '../src/database/open-replicas.ts';
import type { Replicas } from '../src/database/replicas.ts';
import { pidFile } from '../src/embedded-postgres/running-server.ts';
import { insertApiKey } from '../src/seed/bootstrap.ts';
import { seedSynthetic } from '../src/seed/synthetic.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { startPrimary } from '../test/setup/standby.ts';
import { rootsOfSize, SEED_END } from './forest.ts';
import { ms, summary, table } from './measure.ts';
import { openGateway } from './open-gateway.ts';
import { cpuOfFamily } from './peers/cpu.ts';

const ORGANIZATIONS = 2_000;
const REQUESTS = 2_000;
const CALLERS = 8;
const POOL_SIZE = 8;

const documents = [
  '{ viewer { organization { slug } scopes } }',
  '{ organization { name descendantCount children { totalCount nodes { slug name childCount } } } }',
  '{ organization { descendants(search: "dental", first: 10) { totalCount edges { depth path matchedOn node { id slug } } } } }',
  '{ organization { children(first: 4) { nodes { slug members(first: 5) { nodes { user { email } roles { key } } } } } } }',
  '{ organization { people(first: 10) { nodes { user { email } memberships { organization { slug } } } } } }',
];

export async function benchReplicas(): Promise<void> {
  const log = createLogger('warn');
  const primary = await startPrimary();
  await seedSynthetic(primary.url, { organizations: ORGANIZATIONS, seed: 1, now: SEED_END });
  const owner = connect({ url: primary.url, poolSize: 1, log });
  await sql`analyze`.execute(owner);
  const [root] = await rootsOfSize(owner, [200]);
  if (!root) throw new RangeError('the forest is empty');
  const key = await insertApiKey(owner, root.id, 'bench');
  const urls: string[] = [];
  const rows: string[][] = [];
  for (const standbys of [0, 1, 2]) {
    if (standbys > 0) urls.push((await primary.addStandby()).gatewayUrl);
    const db = connect({ url: primary.gatewayUrl, poolSize: POOL_SIZE, log });
    const replicas =
      standbys === 0
        ? undefined
        : openReplicas({
            urls,
            primary: { url: primary.gatewayUrl, isPooled: false },
            poolSize: POOL_SIZE,
            poolWaitMs: 2_000,
            statementTimeoutMs: 30_000,
            waitMs: 20,
            clock: new DatabaseClock(log),
            log,
          });
    while (replicas?.counts.standbys.some(({ isResting }) => isResting))
      await new Promise((resolve) => setTimeout(resolve, 20));
    const gateway = openGateway(db, log, { replicas });
    const read = async (turn: number): Promise<void> => {
      const response = await gateway.fetch('http://gateway/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ query: documents[turn % documents.length] }),
      });
      const { errors } = (await response.json()) as { errors?: unknown };
      if (errors) throw new Error(JSON.stringify(errors));
    };
    rows.push([String(standbys), ...(await measured(read, primary.folder, replicas))]);
    await replicas?.close();
    await db.destroy();
  }
  table(['standbys', 'CPU of the primary per request', 'answered by standbys', 'p50', 'p95'], rows);
  await owner.destroy();
  await primary.close();
}

async function measured(
  read: (turn: number) => Promise<void>,
  folder: string,
  replicas: Replicas | undefined,
): Promise<string[]> {
  const pid = pidFile(path.resolve(folder))?.pid ?? 0;
  const served = (): number =>
    replicas?.counts.standbys.reduce((sum, standby) => sum + standby.served, 0) ?? 0;
  const times: number[] = [];
  const run = async (requests: number): Promise<void> => {
    let turn = 0;
    const caller = async (): Promise<void> => {
      while (turn < requests) {
        const begin = performance.now();
        await read(turn++);
        times.push(performance.now() - begin);
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
  };
  // Every connection prepares every statement.
  await run(REQUESTS / 4);
  times.length = 0;
  const before = { cpu: (await cpuOfFamily(pid)) ?? NaN, served: served() };
  await run(REQUESTS);
  const cpuMs = (((await cpuOfFamily(pid)) ?? NaN) - before.cpu) * 1_000;
  const { p50, p95 } = summary(times);
  return [
    `${(cpuMs / REQUESTS).toFixed(3)} ms`,
    `${(((served() - before.served) / REQUESTS) * 100).toFixed(1)} %`,
    `${ms(p50)} ms`,
    `${ms(p95)} ms`,
  ];
}
