/** Measures what tables take: bytes and rows, those of partitions with their table. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { makeTasks } from '../../src/commands/tasks.ts';
import type { Database } from '../../src/database/connect.ts';
import { runDueJobs } from '../../src/jobs/worker.ts';
import { LOCAL_PROVISIONING, makeProviders } from '../../src/modules/provisioning/providers.ts';
import { rollUpUsage } from '../../src/modules/usage/roll-up.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { encodeId } from '../../src/values/ids.ts';
import { background, logWritten, maintain, serverCpu, settle, type Subject } from '../subject.ts';

export interface Size {
  bytes: number;
  rows: number;
}

export type Sizes = ReadonlyMap<string, Size>;

const CREATIONS = 200;
const CALLS = 40;
const EVENTS_PER_CALL = 100;
const WARM = 20;

export async function readSizes(db: Database): Promise<Map<string, Size>> {
  const { rows: tables } = await sql<{ name: string; bytes: number }>`
    select t.relname as name, (
      select sum(pg_total_relation_size(p.oid))::float from pg_class p
      where p.oid = t.oid or p.oid in (select inhrelid from pg_inherits where inhparent = t.oid)
    ) as bytes
    from pg_class t
    where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
    order by 1`.execute(db);
  const sizes = new Map<string, Size>();
  for (const { name, bytes } of tables) {
    const { rows } = await sql<{ rows: number }>`
      select count(*)::int as rows from ${sql.id(name)}`.execute(db);
    sizes.set(name, { bytes, rows: rows[0]?.rows ?? 0 });
  }
  return sizes;
}

/** What came between. */
export function difference(before: Sizes, after: Sizes): Map<string, Size> {
  return new Map(
    [...after].map(([name, { bytes, rows }]) => [
      name,
      {
        bytes: bytes - (before.get(name)?.bytes ?? 0),
        rows: rows - (before.get(name)?.rows ?? 0),
      },
    ]),
  );
}

export interface Creations {
  count: number;
  sizes: Sizes;
  /** Bytes of the log, with what workers do. */
  log: number;
  /** Milliseconds of the server's processors in the request. */
  cpu: number;
}

/** Organizations that are created through the API one by one, with everything that workers do about them. */
export async function measureCreations({ url, db, mutate }: Subject): Promise<Creations> {
  const { rows } = await sql<{ root: string; ids: string[] }>`
    select lineage[1] as root, (array_agg(id order by hashtext(id::text)))[1:200] as ids
    from organizations where depth < 20 group by 1 order by count(*) desc limit 1`.execute(db);
  const token = await insertApiKey(db, rows[0]?.root ?? '', 'bench');
  const parents = rows[0]?.ids ?? [];
  const log = createLogger('silent');
  const work = async (): Promise<void> => {
    await sql`update graphile_worker._private_jobs set run_at = now()`.execute(db);
    await runDueJobs({
      url,
      log,
      tasks: makeTasks({
        db,
        log,
        mailer: () => Promise.resolve(),
        linkTemplate: 'https://bench.example/{token}',
        providers: makeProviders(db, LOCAL_PROVISIONING),
        dnsServers: ['127.0.0.1:1'],
        pendingHours: 72,
        retentionDays: 30,
        usageEventDays: 400,
      }),
    });
    await settle(db, await background(db));
    await maintain(url, 'vacuum analyze');
  };
  const create = async (count: number, label: string): Promise<void> => {
    for (let n = 0; n < count; n++)
      await mutate(token, 'createOrganization', {
        name: `Bench ${label} ${n}`,
        slug: `bench-${label}-${n.toString(36)}-${Date.now().toString(36)}`,
        parentId: encodeId('Organization', parents[n % parents.length] ?? ''),
      });
  };
  await create(WARM, 'warm');
  await work();
  const before = {
    sizes: await readSizes(db),
    log: await logWritten(db),
    cpu: await serverCpu(db),
  };
  await create(CREATIONS, 'measured');
  const cpu = (await serverCpu(db)) - before.cpu;
  await work();
  return {
    count: CREATIONS,
    sizes: difference(before.sizes, await readSizes(db)),
    log: ((await logWritten(db)) - before.log) / CREATIONS,
    cpu: cpu / CREATIONS,
  };
}

export interface Recordings {
  /** Bytes of the log per event: in the request, and by the roll. */
  log: number;
  rolled: number;
  /** Milliseconds of the server's processors per event, in the request. */
  cpu: number;
  /** Pending rows per event, and how many a worker rolls per second. */
  pending: number;
  rolledPerSecond: number;
}

/** Usage of a hundred organizations in calls of a hundred events each. */
export async function measureRecordings({ db, mutate }: Subject): Promise<Recordings> {
  const { rows } = await sql<{ root: string; ids: string[] }>`
    select lineage[1] as root, (array_agg(id order by hashtext(id::text)))[1:100] as ids
    from organizations group by 1 order by count(*) desc limit 1`.execute(db);
  const token = await insertApiKey(db, rows[0]?.root ?? '', 'bench');
  const ids = rows[0]?.ids ?? [];
  const record = async (calls: number): Promise<void> => {
    for (let call = 0; call < calls; call++)
      await mutate(token, 'recordUsage', {
        events: Array.from({ length: EVENTS_PER_CALL }, (_, n) => ({
          id: randomUUID(),
          organizationId: encodeId('Organization', ids[n % ids.length] ?? ''),
          metric: 'voice_calls',
          quantity: '1',
          occurredAt: new Date(Date.now() - ((call * 7 + n) % 600) * 60_000).toISOString(),
        })),
      });
  };
  await record(WARM);
  while ((await rollUpUsage(db)) > 0);
  const start = { log: await logWritten(db), cpu: await serverCpu(db) };
  await record(CALLS);
  const events = CALLS * EVENTS_PER_CALL;
  const between = { log: await logWritten(db), cpu: await serverCpu(db) };
  const begin = performance.now();
  const pending = await rollUpUsage(db);
  return {
    log: (between.log - start.log) / events,
    cpu: (between.cpu - start.cpu) / events,
    pending: pending / events,
    rolled: ((await logWritten(db)) - between.log) / events,
    rolledPerSecond: (pending * 1_000) / (performance.now() - begin),
  };
}

export interface DailyValues {
  /** Bytes per value of a day: with the rows of subtrees, and the indexes. */
  bytes: number;
  /** Bytes per row of any resolution. */
  row: number;
}

/** What totals take per daily value of an organization. */
export async function measureDailyValues(db: Database): Promise<DailyValues> {
  const { rows } = await sql<{ days: number; values: number; rows: number; bytes: number }>`
    select count(*) filter (where grain = 'DAY')::float as days, count(*)::float as rows,
      sum((select count(*) from unnest(own) as v where v is not null)) filter (where grain = 'DAY')::float as values,
      pg_total_relation_size('usage_totals')::float as bytes
    from usage_totals`.execute(db);
  const { days, values, rows: all, bytes } = rows[0] ?? { days: 0, values: 0, rows: 0, bytes: 0 };
  const row = bytes / all;
  return { row, bytes: (row * days) / values };
}

/** Audit events that are sealed per second. */
export async function measureSealing(db: Database): Promise<number> {
  const [events, atOnce] = [4_000, 250];
  for (let first = 0; first < events; first += atOnce)
    await sql`
      insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id, after)
      select 'createRole', 'API_KEY', o.id, 'Role', 'rol_' || n, gen_random_uuid()::text, jsonb_build_object('key', 'r' || n)
      from (select id from organizations order by id limit 1) as o, generate_series(1, ${atOnce}) as n`.execute(
      db,
    );
  const begin = performance.now();
  await settle(db, ['seal_audit_events(2000)']);
  return (events * 1_000) / (performance.now() - begin);
}
