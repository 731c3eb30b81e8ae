/**
 * Search in subtrees of three sizes at one million organizations, in the three plan modes, beside the plain
 * formulation (a range of the tree filtered by LIKE) of the same run.
 */
import { sql, type RawBuilder } from 'kysely';
import { organizationColumns } from '../src/modules/organization/queries.ts';
import { descendants } from '../src/modules/organization/descendants.ts';
import { forEachParent } from '../src/database/list.ts';
import { openForest, rootsOfSize, type Root } from './forest.ts';
import { ms, table, time, verdict } from './measure.ts';

const SIZES = [50, 10_000, 250_000];
const MODES = ['auto', 'force_custom_plan', 'force_generic_plan'];
const PAGE = { limit: 25, backward: false, after: null, before: null };
const TARGET_MS = 5;
/** Beyond this many milliseconds the plain formulation is measured with few rounds. */
const SLOW_MS = 100;

function ours(root: Root, search: string): RawBuilder<unknown> {
  const viewer = { principal: root.principal, now: new Date() };
  const args = {
    orderBy: 'TREE_ASC' as const,
    search,
    kind: null,
    status: null,
    maxDepth: null,
    includeDeleted: false,
  };
  return forEachParent(
    descendants.parents.rows(viewer, args),
    [root.id],
    descendants.page(viewer, args, PAGE),
  );
}

function plain(root: Root, search: string): RawBuilder<unknown> {
  const pattern = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`
    select ${organizationColumns} from organizations r join organizations o on o.path > r.path and o.path < subtree_end(r.path)
    where r.id = ${root.id} and o.deleted_at is null and o.search_text like search_fold(${pattern}) order by o.path limit 26`;
}

export async function benchSearch(organizations: number): Promise<void> {
  const { db, close } = await openForest(organizations);
  const roots = await rootsOfSize(db, SIZES);
  const largest = roots.at(-1);
  // Parts of the id of an organization in the largest subtree, beside where the time of creation stands.
  const { rows } = await sql<{ hex: string }>`
    select replace(id::text, '-', '') as hex from organizations where lineage @> array[${largest?.id}::uuid] order by path offset 40000 limit 1`.execute(
    db,
  );
  const hex = rows[0]?.hex ?? '';
  const patterns: [cell: string, pattern: string, beyond?: 'beyond'][] = [
    ['common word', 'team'],
    ['rare', 'team-zz'],
    ['absent', 'zzqx'],
    ['absent, of common pieces', 'team-team'],
    ['1 character', 'q'],
    ['1 character, absent', 'é'],
    ['2 characters', 'qz'],
    ['2 characters, absent', '%_'],
    ['8 digits of an id', hex.slice(20, 28)],
    ['5 digits of an id', hex.slice(14, 19)],
    ['4 digits of an id', hex.slice(24, 28)],
    ['its first 10 digits', hex.slice(0, 10)],
    ['two common words', 'quartz team', 'beyond'],
  ];
  // The target is for single words and parts of ids; what is harder is shown beside it.
  const worst = { named: { cell: '', p50: 0 }, beyond: { cell: '', p50: 0 } };
  for (const mode of MODES) {
    await sql.raw(`set plan_cache_mode = ${mode}`).execute(db);
    const lines: string[][] = [];
    for (const [cell, pattern, kind = 'named'] of patterns) {
      const line = [cell];
      for (const root of roots) {
        const two = await time(() => ours(root, pattern).execute(db));
        const one = await time(() => plain(root, pattern).execute(db), 1, 1);
        const other =
          one.p50 > SLOW_MS ? one : await time(() => plain(root, pattern).execute(db), 9, 6);
        if (two.p50 > worst[kind].p50)
          worst[kind] = { cell: `${cell}, ${root.size} organizations, ${mode}`, p50: two.p50 };
        line.push(`${ms(two.p50)} / ${ms(two.p95)}`, `${(other.p50 / two.p50).toFixed(1)}×`);
      }
      lines.push(line);
    }
    console.log(
      `\nplan_cache_mode = ${mode}; p50 / p95 ms, and how many times longer the plain formulation takes\n`,
    );
    table(
      [
        'pattern',
        ...roots.flatMap((root) => [`${root.size.toLocaleString('en')} organizations`, 'plain']),
      ],
      lines,
    );
  }
  console.log('');
  verdict(`worst cell (${worst.named.cell})`, worst.named.p50, TARGET_MS, ' ms');
  console.log(`        beyond the target: ${worst.beyond.cell}: ${ms(worst.beyond.p50)} ms`);
  await close();
}
