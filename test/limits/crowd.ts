/** Callers of two trees that share a gateway: one sends as much as it can, the other little. */
import { sql } from 'kysely';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { seedSynthetic } from '../../src/seed/synthetic.ts';
import type { TestDatabase } from '../setup/database.ts';

/** About the most expensive operation that is accepted; change it when the limits of one operation change. */
export const HEAVY = `{ organization { descendants(first: 100) { nodes { slug name status childCount
  members(first: 40) { nodes { user { email name } } } children(first: 20) { nodes { slug name childCount } } } } } }`;

/** An ordinary page of a console. */
export const PAGE = `{ organization { name descendantCount children(first: 25) { totalCount nodes { slug name childCount } } members(first: 10) { nodes { user { email } } } } }`;

/** Fills the database with trees, and returns tokens of keys at the top of the largest and of the next one. */
export async function plantCrowd(
  { db, url }: TestDatabase,
  { organizations, keys }: { organizations: number; keys: number },
): Promise<{ greedy: string[]; modest: string }> {
  await seedSynthetic(url, { organizations, seed: 1, now: new Date() });
  const { rows: roots } = await sql<{ id: string }>`
    select r.id from organizations as r where r.parent_id is null
    order by (select count(*) from organizations as o where o.path >= r.path and o.path < subtree_end(r.path)) desc limit 2`.execute(
    db,
  );
  const [large, other] = roots;
  return {
    greedy: await Promise.all(
      Array.from({ length: keys }, (_, n) => insertApiKey(db, large?.id ?? '', `greedy ${n}`)),
    ),
    modest: await insertApiKey(db, other?.id ?? '', 'modest'),
  };
}
