/** What the peers are asked about: a forest with a key on the root of its largest tree, and organizations of that tree. */
import { sql, type RawBuilder } from 'kysely';
import { encodeId } from '../../src/values/ids.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import type { Database } from '../../src/database/connect.ts';
import { parseToken } from '../../src/authentication/secret.ts';
import { installQueue } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { openForest, SEED_END, type Forest } from '../forest.ts';
import { prepare } from './prepare.ts';

/** Requests of one query that differ; they are sent in rotation. */
const DISTINCT = 400;

export interface World {
  forest: Forest;
  /** Organizations in the tree of the key. */
  size: number;
  /** The key's token, with every scope on the root of the tree. */
  token: string;
  /** Id of the key. */
  keyId: string;
  /** Public ids of organizations of the tree. */
  ids: {
    /** Any organizations. */
    any: string[];
    /** Those with the most children. */
    wide: string[];
    /** Those with the largest subtrees; the first is the root. */
    large: string[];
    /** Those with a long audit log. */
    audited: string[];
  };
  /** Public id of an organization of another tree. */
  outsider: string;
  /** What is searched for. */
  words: {
    /** Words that are in many names. */
    common: string[];
    /** Words that are in one slug each. */
    rare: string[];
  };
  /** Midnight after the last day that has usage. */
  usageEnd: Date;
}

/** Opens the forest, planting it if need be, and adds what the queries need. */
export async function openWorld(organizations: number): Promise<World> {
  // The extension counts statements; it is switched on for that only.
  const settings = { shared_preload_libraries: 'pg_stat_statements' };
  const forest = await openForest(organizations, { owner: 'peers', settings });
  const { db, url } = forest;
  await installQueue(url, createLogger('warn'));
  const root = await largestTree(db);
  await prepare(db, root.id);
  const token = await insertApiKey(db, root.id, 'bench');
  return {
    forest,
    size: root.size,
    token,
    keyId: parseToken(token)?.id ?? '',
    ids: await chooseIds(db, root.id),
    outsider: await outsiderOf(db, root.id),
    words: await chooseWords(db, root.id),
    usageEnd: SEED_END,
  };
}

async function largestTree(db: Database): Promise<{ id: string; size: number }> {
  const { rows } = await sql<{ id: string; size: number }>`
    select lineage[1] as id, count(*)::int as size from organizations group by 1 order by 2 desc limit 1`.execute(
    db,
  );
  if (!rows[0]) throw new RangeError('the forest is empty');
  return rows[0];
}

async function outsiderOf(db: Database, root: string): Promise<string> {
  const { rows } = await sql<{
    id: string;
  }>`select id from organizations where lineage[1] <> ${root}::uuid limit 1`.execute(db);
  if (!rows[0]) throw new RangeError('the forest has a single tree');
  return encodeId('Organization', rows[0].id);
}

async function chooseIds(db: Database, root: string): Promise<World['ids']> {
  const pick = async (order?: RawBuilder<unknown>): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select o.id from organizations o
      where o.lineage[1] = ${root}::uuid and o.deleted_at is null
      order by ${order ? sql`${order}, ` : sql``}hashtext(o.id::text), o.id limit ${DISTINCT}`.execute(
      db,
    );
    return rows.map((row) => encodeId('Organization', row.id));
  };
  return {
    any: await pick(),
    wide: await pick(sql`(select count(*) from organizations c where c.parent_id = o.id) desc`),
    large: await pick(
      sql`(select count(*) from organizations d where d.path >= o.path and d.path < subtree_end(o.path)) desc`,
    ),
    audited: await pick(
      sql`(select least(count(*), 25) from audit_events e where e.organization_id = o.id) desc`,
    ),
  };
}

async function chooseWords(db: Database, root: string): Promise<World['words']> {
  const common = await sql<{ word: string }>`
    select w.word from organizations o cross join lateral regexp_split_to_table(o.slug, '-') as w (word)
    where o.lineage[1] = ${root}::uuid and length(w.word) > 3 group by 1 order by count(*) desc, 1 limit 40`.execute(
    db,
  );
  // The whole slug but its first letter, so that it is found as a part.
  const rare = await sql<{ word: string }>`
    select substr(o.slug, 2) as word from organizations o
    where o.lineage[1] = ${root}::uuid and o.depth > 0 order by hashtext(o.slug), 1 limit ${DISTINCT}`.execute(
    db,
  );
  const words = common.rows.map(({ word }) => word);
  return {
    common: Array.from({ length: DISTINCT }, (_, n) => words[n % words.length] ?? ''),
    rare: rare.rows.map(({ word }) => word),
  };
}
