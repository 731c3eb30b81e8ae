/**
 * What grows badly, each in figures that an earlier version can be held to as well: changes of one tree, the log that
 * an organization writes, workers that roll usage side by side, the verification of a long audit log, and the ids of usage
 * events.
 */
import { sql } from 'kysely';
import pg from 'pg';
import { connect } from '../src/database/connect.ts';
import { verifyAuditLog } from '../src/modules/audit/verify.ts';
import { rollUpUsage } from '../src/modules/usage/roll-up.ts';
import { insertApiKey } from '../src/seed/bootstrap.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { encodeId } from '../src/values/ids.ts';
import { table } from './measure.ts';
import { background, logWritten, openSubject, settle, type Subject } from './subject.ts';
import { usageIds } from './usage-ids.ts';

const ORGANIZATIONS = 20_000;
const CALLERS = 16;
const CHANGES_MS = 6_000;
const COMMITS_MS = [0, 20];
const CREATIONS = 500;
const EVENTS = 50_000;
const EVENTS_AT_ONCE = 500;
const TAIL_ROWS = 40_000;
const WORKERS = [1, 2, 4];
const ROLL_ROUNDS = 3;
const WORK_EVERY_MS = 250;

/** A change as the database sees it, in one round trip: its locks, a row, the audit event. */
function bareChange(organization: string, n: number): string {
  return `begin;
    select lock_organization('${organization}', false, false);
    insert into contacts (organization_id, kind, name, email) values ('${organization}', 'GENERAL', 'B', 'b${n}@x.example');
    insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id, after)
      values ('createContact', 'API_KEY', '${organization}', 'Contact', 'x', 'r', '{"name": "B"}');
    commit`;
}

/**
 * Changes per second by callers in so many trees, each caller on organizations of their own, while a worker seals:
 * through the gateway, or in the database alone, where processors matter less than locks and commits.
 */
async function changes(
  { url, db, mutate }: Subject,
  trees: number,
  commitMs: number,
  isBare: boolean,
): Promise<number> {
  await sql`alter system set commit_siblings = 0`.execute(db);
  await sql.raw(`alter system set commit_delay = ${commitMs * 1_000}`).execute(db);
  await sql`select pg_reload_conf()`.execute(db);
  const { rows: roots } = await sql<{ id: string }>`
    select lineage[1] as id from organizations group by 1 having count(*) > 200 order by count(*) desc limit ${trees}`.execute(
    db,
  );
  if (roots.length < trees) throw new Error('the forest has too few large trees');
  const callers = await Promise.all(
    Array.from({ length: CALLERS }, async (_, n) => {
      const root = roots[n % trees]?.id ?? '';
      const { rows } = await sql<{ id: string }>`
        select o.id from organizations o where o.lineage[1] = ${root}::uuid
          and not exists (select from contacts c where c.organization_id = o.id)
        order by hashtext(o.id::text) offset ${n * 40} limit 40`.execute(db);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return {
        client,
        token: await insertApiKey(db, root, 'bench'),
        ids: rows.map((row) => row.id),
      };
    }),
  );
  const calls = (await background(db)).filter((call) => call.startsWith('seal'));
  const worker = setInterval(() => void settle(db, calls), WORK_EVERY_MS);
  let done = 0;
  let isMeasured = false;
  const end = performance.now() + CHANGES_MS + 2_000;
  const warm = setTimeout(() => (isMeasured = true), 2_000);
  await Promise.all(
    callers.map(async ({ client, token, ids }) => {
      for (let n = 0; performance.now() < end; n++) {
        const id = ids[n % ids.length] ?? '';
        if (isBare) await client.query(bareChange(id, n));
        else
          await mutate(token, 'createContact', {
            organizationId: encodeId('Organization', id),
            name: 'B',
            email: `b${n}@x.example`,
          });
        if (isMeasured) done++;
      }
    }),
  );
  clearTimeout(warm);
  clearInterval(worker);
  for (const { client } of callers) await client.end();
  await settle(db, calls);
  await sql`delete from contacts`.execute(db);
  await sql`alter system reset commit_delay`.execute(db);
  await sql`select pg_reload_conf()`.execute(db);
  return (done * 1_000) / CHANGES_MS;
}

/** Bytes of the write-ahead log per organization that is created, with everything a worker does about it later. */
async function creations({ db, mutate }: Subject): Promise<{ request: number; later: number }> {
  const { rows: parents } = await sql<{ id: string; root: string }>`
    select id, lineage[1] as root from organizations where depth < 20 and lineage[1] = (
      select lineage[1] from organizations group by 1 order by count(*) desc limit 1
    ) order by hashtext(id::text) limit 1000`.execute(db);
  const token = await insertApiKey(db, parents[0]?.root ?? '', 'bench');
  const create = async (count: number, label: string): Promise<void> => {
    for (let n = 0; n < count; n++)
      await mutate(token, 'createOrganization', {
        name: `Bench ${label} ${n}`,
        slug: `bench-${label}-${n.toString(36)}-${Date.now().toString(36)}`,
        parentId: encodeId('Organization', parents[n % parents.length]?.id ?? ''),
      });
  };
  const calls = await background(db);
  await settle(db, calls);
  // The first changes after a checkpoint write whole pages.
  await create(CREATIONS, 'warm');
  await settle(db, calls);
  const before = await logWritten(db);
  await create(CREATIONS, 'measured');
  const between = await logWritten(db);
  await settle(db, calls);
  const after = await logWritten(db);
  return { request: (between - before) / CREATIONS, later: (after - between) / CREATIONS };
}

/** Rows of the tail that so many workers roll per second, spread over the trees of the forest. */
async function rolls({ url, db }: Subject, workers: number, round: number): Promise<number> {
  const log = createLogger('warn');
  await sql`
    insert into usage_events (organization_id, id, metric, quantity, occurred_at)
    select o.id, 'bench', 'voice_calls', 1, now() - n * interval '1 hour'
    from (select id from organizations where deleted_at is null order by hashtext(id::text || ${workers}::text || ${round}::text) limit 2000) as o,
      generate_series(1, 20) as n`.execute(db);
  await sql`update usage_meters set counted = true`.execute(db);
  await sql`analyze usage_tail`.execute(db);
  const pools = Array.from({ length: workers }, () => connect({ url, poolSize: 1, log }));
  const count = sql<{ count: number }>`select count(*)::int as count from usage_tail`;
  const rows = (await count.execute(db)).rows[0]?.count ?? 0;
  if (rows < TAIL_ROWS) throw new Error(`only ${rows} rows wait to be rolled`);
  const begin = performance.now();
  let isEmpty = false;
  await Promise.all(
    pools.map(async (pool) => {
      while (!isEmpty) {
        await rollUpUsage(pool);
        isEmpty = (await count.execute(pool)).rows[0]?.count === 0;
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1_000;
  for (const pool of pools) await pool.destroy();
  return rows / seconds;
}

/** The seconds, and the most megabytes of temporary files, of verifying a long log in a single tree. */
async function verification({ db }: Subject): Promise<{ seconds: number; files: number }> {
  // Not all in one statement: the end of the chain would have as many versions as there are events.
  for (let first = 0; first < EVENTS; first += EVENTS_AT_ONCE)
    await sql`
      insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id, after)
      select 'createRole', 'API_KEY', o.id, 'Role', 'rol_' || n, gen_random_uuid()::text, jsonb_build_object('key', 'r' || n, 'name', 'Role ' || n)
      from (select id from organizations order by id limit 1) as o, generate_series(1, ${EVENTS_AT_ONCE}) as n`.execute(
      db,
    );
  await settle(
    db,
    (await background(db)).filter((call) => call.startsWith('seal')),
  );
  await sql`vacuum analyze audit_events`.execute(db);
  const files = sql<{ bytes: number }>`
    select temp_bytes::float as bytes from pg_stat_database where datname = current_database()`;
  const before = (await files.execute(db)).rows[0]?.bytes ?? 0;
  const begin = performance.now();
  const { broken } = await verifyAuditLog(db);
  if (broken > 0) throw new Error(`${broken} events are broken`);
  const seconds = (performance.now() - begin) / 1_000;
  await sql`select pg_stat_force_next_flush()`.execute(db);
  const after = (await files.execute(db)).rows[0]?.bytes ?? 0;
  return { seconds, files: (after - before) / 1e6 };
}

export async function benchScale(parts: readonly string[]): Promise<void> {
  const has = (part: string): boolean => parts.length === 0 || parts.includes(part);
  const subject = await openSubject(ORGANIZATIONS, CALLERS + 4);
  const lines: string[][] = [];
  try {
    if (has('creations')) {
      const { request, later } = await creations(subject);
      lines.push(
        ['log per creation, in the request', `${(request / 1e3).toFixed(1)} kB`],
        [
          'log per creation, with what a worker does later',
          `${((request + later) / 1e3).toFixed(1)} kB`,
        ],
      );
    }
    if (has('changes'))
      for (const isBare of [true, false])
        for (const commitMs of COMMITS_MS)
          for (const trees of [1, 4])
            lines.push([
              `changes per second${isBare ? ' in the database alone' : ''}, ${trees === 1 ? 'one tree' : `${trees} trees`}, ${commitMs === 0 ? 'commits at once' : `a commit takes ${commitMs} ms`}`,
              (await changes(subject, trees, commitMs, isBare)).toFixed(0),
            ]);
    if (has('rolls'))
      for (const workers of WORKERS) {
        // The best of some rounds, since workers that share processors are slow for other reasons too.
        const rounds: number[] = [];
        for (let round = 0; round < ROLL_ROUNDS; round++)
          rounds.push(await rolls(subject, workers, round));
        lines.push([
          `rows rolled per second by ${workers} worker${workers === 1 ? '' : 's'}`,
          Math.round(Math.max(...rounds)).toLocaleString('en'),
        ]);
      }
    if (has('audit')) {
      const { seconds, files } = await verification(subject);
      lines.push(
        [`verifying ${EVENTS.toLocaleString('en')} events of one tree`, `${seconds.toFixed(1)} s`],
        ['temporary files of it', `${files.toFixed(0)} MB`],
      );
    }
    if (has('ids')) lines.push(...(await usageIds(subject)));
  } finally {
    await subject.close();
  }
  table(['figure', 'value'], lines);
}
