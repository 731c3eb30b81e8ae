/** People of subtrees of several sizes, listed and searched by name. No target; shown so that a change is noticed. */
import { sql } from 'kysely';
import { pageBatch } from '../src/database/list.ts';
import { people } from '../src/modules/membership/people.ts';
import { openForest, rootsOfSize } from './forest.ts';
import { ms, table, time } from './measure.ts';

const FIRST = { limit: 25, backward: false, after: null, before: null };

export async function benchPeople(organizations: number): Promise<void> {
  const { db, close } = await openForest(organizations);
  const patterns: [string, string | null][] = [
    ['first page', null],
    ['a common syllable', 'an'],
    ['a family name (1 person in 40)', 'novak'],
    ['a rare part', 'novak.2x'],
    ['absent', 'zzqx'],
  ];
  const roots = await rootsOfSize(db, [50, 10_000, 250_000]);
  for (const mode of ['force_custom_plan', 'force_generic_plan']) {
    await sql.raw(`set plan_cache_mode = ${mode}`).execute(db);
    const lines: string[][] = [];
    for (const [name, search] of patterns) {
      const line = [name];
      for (const { id, principal } of roots) {
        const { p50, p95 } = await time(
          () =>
            pageBatch(people).load({ db, principal, now: new Date() }, [id], {
              args: { orderBy: 'TREE_ASC', search, roles: null },
              page: FIRST,
            }),
          9,
          4,
        );
        line.push(`${ms(p50)} / ${ms(p95)}`);
      }
      lines.push(line);
    }
    console.log(`\nplan_cache_mode = ${mode}; p50 / p95 ms\n`);
    table(
      ['people', ...roots.map((root) => `${root.size.toLocaleString('en')} organizations`)],
      lines,
    );
  }
  await close();
}
