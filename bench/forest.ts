/** A database with a made-up forest of a given size, made once and found again, on a server of the benchmarks' own. */
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import type { Principal } from '../src/authorization/principal.ts';
import { connect, type Database } from '../src/database/connect.ts';
import { startEmbedded } from '../src/embedded-postgres/start.ts';
import { migrate } from '../src/database/migrate.ts';
import { seedSynthetic } from '../src/seed/synthetic.ts';
import { createLogger } from '../src/telemetry/log.ts';

export interface Forest {
  url: string;
  db: Database;
  close(): Promise<void>;
}

/** End of the history of every forest. */
export const SEED_END = new Date('2026-11-01T00:00:00Z');

export interface ForestOptions {
  /** Another forest, of a single tree. */
  oneTree?: boolean;
  /** Stands in the name of the folder, for a bench that needs a forest of its own. */
  owner?: string;
  /** Settings of the server in addition to those of every bench. */
  settings?: Record<string, string>;
}

/**
 * Reaches the forest of `organizations` organizations, planting it if need be. Data is kept below BENCH_DIR (default
 * .data/bench).
 */
export async function openForest(
  organizations: number,
  { oneTree = false, owner, settings = {} }: ForestOptions = {},
): Promise<Forest> {
  const name = `${owner === undefined ? '' : `${owner}-`}${organizations}${oneTree ? '-one-tree' : ''}`;
  const dataDir = path.join(process.env['BENCH_DIR'] ?? path.join('.data', 'bench'), name);
  await mkdir(dataDir, { recursive: true });
  await chmod(dataDir, 0o755);
  const server = await startEmbedded({
    dataDir,
    settings: { shared_buffers: '2GB', max_wal_size: '4GB', ...settings },
  });
  // One connection, so that settings of the session hold for every statement.
  const db = connect({ url: server.ownerUrl, poolSize: 1, log: createLogger('warn') });
  await migrate(db);
  const planted = await db.selectFrom('organizations').select('id').limit(1).executeTakeFirst();
  if (!planted) {
    console.log(`planting ${organizations.toLocaleString('en')} organizations…`);
    const begin = performance.now();
    await seedSynthetic(server.ownerUrl, { organizations, oneTree, seed: 1, now: SEED_END });
    console.log(`  took ${Math.round((performance.now() - begin) / 1000)} s`);
  }
  return {
    url: server.ownerUrl,
    db,
    async close() {
      await db.destroy();
      await server.stop();
    },
  };
}

export interface Root {
  id: string;
  slug: string;
  /** Organizations in its subtree, itself included. */
  size: number;
  principal: Principal;
}

/** Of the organizations near the top, or of those that `among` selects, the one whose subtree is nearest to each size. */
export async function rootsOfSize(
  db: Database,
  sizes: readonly number[],
  among = sql`o.depth <= 3 and (o.depth = 0 or o.ordinal < 3000)`,
): Promise<Root[]> {
  const { rows } = await sql<{ id: string; slug: string; lineage: string[]; size: number }>`
    select o.id, o.slug, o.lineage, s.size from organizations o
    cross join lateral (select count(*)::int as size from organizations d where d.path >= o.path and d.path < subtree_end(o.path)) as s
    where ${among}`.execute(db);
  const roots: Root[] = [];
  for (const wanted of sizes) {
    const best = rows.reduce((a, b) =>
      Math.abs(b.size - wanted) < Math.abs(a.size - wanted) ? b : a,
    );
    roots.push({
      id: best.id,
      slug: best.slug,
      size: best.size,
      principal: await principalAt(db, best.id, best.lineage),
    });
  }
  return roots;
}

/** A caller that acts in an organization with every right: a key that nobody can use, under the organization's own UUID. */
export async function principalAt(
  db: Database,
  id: string,
  lineage: readonly string[],
): Promise<Principal> {
  const scopes = new Set(['child_organizations:manage', 'members:read', 'usage:read']);
  await sql`
    insert into api_keys (id, organization_id, name, secret_hash, preview, scopes)
    values (${id}, ${id}, 'bench', sha256(${id}::text::bytea), 'ak_…', ${[...scopes]}::text[]) on conflict do nothing`.execute(
    db,
  );
  return {
    credential: { kind: 'API_KEY', id, name: 'bench', expiresAt: null },
    user: null,
    organization: { id, lineage, scopes },
  };
}
