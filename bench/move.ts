/** Moving large subtrees through the gateway, and what readers elsewhere in the forest notice of it. */
import { sql } from 'kysely';
import { encodeId } from '../src/values/ids.ts';
import { refreshSearch } from '../src/modules/organization/search-documents.ts';
import { children } from '../src/modules/organization/children.ts';
import { organizationById } from '../src/modules/organization/queries.ts';
import { Loaders } from '../src/database/loaders.ts';
import { pageBatch } from '../src/database/list.ts';
import { connect } from '../src/database/connect.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { openForest, principalAt } from './forest.ts';
import { openLane } from './lane.ts';
import { ms, table, verdict } from './measure.ts';

const SIZES = [100, 1_000, 10_000];
const MOVES = 6;
const TARGET_US = 60;
const TARGET_READERS = 2;
/** Reads of the quiet half; the half with moves has as many as fit. */
const READS = 3_000;

interface Subtree {
  id: string;
  parent_id: string;
  size: number;
}

export async function benchMove(organizations: number): Promise<void> {
  const forest = await openForest(organizations);
  const { db } = forest;
  const { rows: trees } = await sql<{ root: string; lineage: string[] }>`
    select o.id as root, o.lineage from organizations o where o.parent_id is null
    order by (select count(*) from organizations d where d.path >= o.path and d.path < subtree_end(o.path)) desc limit 2`.execute(
    db,
  );
  const [largest, elsewhere] = trees;
  if (!largest || !elsewhere) throw new RangeError('the forest has fewer than two trees');
  const lane = await openLane(forest.url, largest.root);
  const { rows: inner } = await sql<Subtree & { place: string }>`
    select o.id, o.parent_id, s.size from organizations o
    cross join lateral (select count(*)::int as size from organizations d where d.path >= o.path and d.path < subtree_end(o.path)) as s
    where o.lineage[1] = ${largest.root}::uuid and o.depth between 1 and 6 and s.size between 50 and 15000`.execute(
    db,
  );
  const readers = connect({ url: forest.url, poolSize: 2, log: createLogger('warn') });
  const principal = await principalAt(readers, elsewhere.root, elsewhere.lineage);
  const { rows: ids } = await sql<{ id: string }>`
    select id from organizations where lineage[1] = ${elsewhere.root}::uuid order by hashtext(id::text) limit 2000`.execute(
    db,
  );
  const page = {
    args: {
      orderBy: 'SLUG_ASC' as const,
      search: null,
      kind: null,
      status: null,
      includeDeleted: false,
    },
    page: { limit: 25, backward: false, after: null, before: null },
  };
  /** One reader that asks until it is told to stop. */
  const read = async (stop: () => boolean): Promise<number[]> => {
    const times: number[] = [];
    for (let n = 0; !stop(); n++) {
      const id = ids[n % ids.length]?.id ?? '';
      const begin = performance.now();
      const loaders = new Loaders({ db: readers, principal, now: new Date() });
      await Promise.all([
        loaders.load(organizationById, null, id),
        loaders.load(pageBatch(children), page, id),
      ]);
      times.push(performance.now() - begin);
    }
    return times;
  };
  const readWhile = async (work: () => Promise<unknown>): Promise<number[]> => {
    let working = true;
    const reading = read(() => !working);
    await work();
    working = false;
    return reading;
  };
  const p99 = (times: number[]): number =>
    times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN;

  const lines: string[][] = [];
  let perNode = 0;
  let slowdown = 0;
  for (const wanted of SIZES) {
    const best = inner.reduce((a, b) =>
      Math.abs(b.size - wanted) < Math.abs(a.size - wanted) ? b : a,
    );
    const { rows: targets } = await sql<{ id: string }>`
      select o.id from organizations o where o.lineage[1] = ${largest.root}::uuid and o.depth = 3
        and not o.lineage @> array[${best.id}::uuid] order by hashtext(o.id::text) limit ${2 * MOVES}`.execute(
      db,
    );
    const costs: number[] = [];
    const moveTo = async (target: { id: string }): Promise<void> => {
      const begin = performance.now();
      await lane.mutate('moveOrganization', 'affectedCount', {
        id: encodeId('Organization', best.id),
        newParentId: encodeId('Organization', target.id),
      });
      costs.push(((performance.now() - begin) * 1_000) / best.size);
    };
    for (const target of targets.slice(0, MOVES)) {
      // Nobody moves the same thousands twice within a minute; what autovacuum does in between is done here.
      await sql`vacuum organizations`.execute(lane.db);
      await moveTo(target);
    }
    const median = (times: readonly number[]): number =>
      times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
    const cost = median(costs);
    costs.length = 0;
    let done = 0;
    const quiet = p99(await read(() => done++ >= READS));
    const during = p99(
      await readWhile(async () => {
        for (const target of targets.slice(MOVES)) await moveTo(target);
      }),
    );
    // What any other backend that keeps a core busy does to them: the machine's part of it.
    const control = p99(
      await readWhile(() =>
        sql`select count(*) from generate_series(1, 20000000)`.execute(lane.db),
      ),
    );
    const refresh = performance.now();
    await refreshSearch(lane.db);
    const refreshed = ((performance.now() - refresh) * 1_000) / best.size;
    lines.push([
      best.size.toLocaleString('en'),
      `${cost.toFixed(1)} µs`,
      `${median(costs).toFixed(1)} µs`,
      `${ms((cost * best.size) / 1_000)} ms`,
      `${refreshed.toFixed(0)} µs`,
      `${ms(quiet)} / ${ms(during)} / ${ms(control)} ms`,
      `${(during / quiet).toFixed(2)}× / ${(control / quiet).toFixed(2)}×`,
    ]);
    if (wanted === 10_000) {
      perNode = cost;
      slowdown = during / quiet;
    }
  }
  console.log(
    '\nmoveOrganization over the gateway, median of the moves; readers ask for an organization and its children in another tree\n',
  );
  table(
    [
      'organizations moved',
      'a node',
      'again and again, beside readers',
      'whole move',
      'search index, by the job, a node',
      "readers' p99: quiet / during moves / beside a backend that counts",
      'against quiet',
    ],
    lines,
  );
  console.log('');
  verdict('moving 10,000 organizations, each', perNode, TARGET_US, ' µs');
  verdict("readers' p99 meanwhile against quiet", slowdown, TARGET_READERS, '×');
  await lane.close();
  await readers.destroy();
  await forest.close();
}
