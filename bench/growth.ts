/** How the cost of single reads grows from one thousand to one million organizations. */
import { sql } from 'kysely';
import { Loaders, type ReadRequest } from '../src/database/loaders.ts';
import { pageBatch } from '../src/database/list.ts';
import { children } from '../src/modules/organization/children.ts';
import { ancestors, organizationById } from '../src/modules/organization/queries.ts';
import { openForest, principalAt, type Forest } from './forest.ts';
import { ms, table, time, verdict, type Timing } from './measure.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const TARGETS = {
  'organization by id': 1.5,
  'children page of 25': 1.5,
  'subtree check of 100 ids': 3,
  'breadcrumbs of 25': 3,
};
type Task = keyof typeof TARGETS;

async function measure({ db }: Forest): Promise<Record<Task, Timing>> {
  const { rows: roots } = await sql<{
    id: string;
    lineage: string[];
  }>`select id, lineage from organizations where parent_id is null order by ordinal limit 1`.execute(
    db,
  );
  const [root] = roots;
  if (!root) throw new RangeError('the forest is empty');
  const principal = await principalAt(db, root.id, root.lineage);
  const { rows } = await sql<{ id: string; parent_id: string }>`
    select id, parent_id from organizations where lineage[1] = ${root.id} and parent_id is not null order by hashtext(id::text) limit 4000`.execute(
    db,
  );
  const ids = rows.map((row) => row.id);
  const parents = rows.map((row) => row.parent_id);
  const pick = (from: readonly string[], round: number, count: number): string[] =>
    Array.from({ length: count }, (_, n) => from[(round * 97 + n * 13) % from.length] ?? '');
  const request = (): ReadRequest => ({ db, principal, now: new Date() });
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
  await sql`set plan_cache_mode = force_generic_plan`.execute(db);
  return {
    'organization by id': await time(
      (round) => new Loaders(request()).load(organizationById, null, pick(ids, round, 1)[0] ?? ''),
      301,
      50,
    ),
    'children page of 25': await time(
      (round) =>
        new Loaders(request()).load(pageBatch(children), page, pick(parents, round, 1)[0] ?? ''),
      301,
      50,
    ),
    'subtree check of 100 ids': await time(
      (round) => organizationById.load(request(), pick(ids, round, 100), null),
      101,
      20,
    ),
    'breadcrumbs of 25': await time(
      (round) => ancestors.load(request(), pick(ids, round, 25), null),
      101,
      20,
    ),
  };
}

export async function benchGrowth(largest: number): Promise<void> {
  const sizes = SIZES.filter((size) => size <= largest);
  const forests: Forest[] = [];
  for (const size of sizes) forests.push(await openForest(size));
  // Every size is measured in turn, three times; the middle of the three is taken.
  const rounds: Record<Task, Timing>[][] = sizes.map(() => []);
  for (let round = 0; round < 3; round++)
    for (const [index, forest] of forests.entries()) rounds[index]?.push(await measure(forest));
  const middle = (index: number, task: Task): Timing =>
    rounds[index]?.map((measured) => measured[task]).toSorted((a, b) => a.p50 - b.p50)[1] ?? {
      p50: NaN,
      p95: NaN,
    };
  const tasks = Object.keys(TARGETS) as Task[];
  console.log('\np50 / p95 ms by number of organizations, and the growth of p50\n');
  table(
    ['task', ...sizes.map((size) => size.toLocaleString('en')), 'growth'],
    tasks.map((task) => [
      task,
      ...sizes.map((_, index) => `${ms(middle(index, task).p50)} / ${ms(middle(index, task).p95)}`),
      `${(middle(sizes.length - 1, task).p50 / middle(0, task).p50).toFixed(2)}×`,
    ]),
  );
  console.log('');
  for (const task of tasks)
    verdict(
      `${task}, largest against smallest`,
      middle(sizes.length - 1, task).p50 / middle(0, task).p50,
      TARGETS[task],
      '×',
    );
  for (const forest of forests) await forest.close();
}
