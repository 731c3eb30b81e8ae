/** What the ids of usage events take: bytes, a part of each recording, and the removal of old ones. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../src/database/connect.ts';
import { retainUsage } from '../src/modules/usage/retention.ts';
import { insertApiKey } from '../src/seed/bootstrap.ts';
import { encodeId } from '../src/values/ids.ts';
import { logWritten, maintain, serverCpu, type Subject } from './subject.ts';

/** Ids of a kind that many meters use, 36 characters each. */
const IDS = 130_000;
const IDS_AT_ONCE = 10_000;
/** One in so many is older than what is kept. */
const OLD_ONE_IN = 13;
const KEPT_DAYS = 400;
const EVENTS_PER_CALL = 100;
const CALLS = 60;
const WARM_CALLS = 10;

/** The table or its partitions. */
async function pieces(db: Database): Promise<{ name: string; bytes: number }[]> {
  const { rows } = await sql<{ name: string; bytes: number }>`
    select c.relname as name, pg_total_relation_size(c.oid)::float as bytes
    from pg_class c
    where c.oid in (
      select relid from pg_partition_tree('usage_event_keys') where isleaf
      union select 'usage_event_keys'::regclass where (
        select relkind from pg_class where oid = 'usage_event_keys'::regclass
      ) = 'r'
    )`.execute(db);
  return rows;
}

/** Milliseconds of the server's processors and of the clock, and bytes of the log per event, of calls with 100 events each. */
async function recording(
  { db, mutate }: Subject,
  token: string,
  organizations: readonly string[],
): Promise<{ cpu: number; time: number; log: number }> {
  const call = (n: number): Promise<void> =>
    mutate(token, 'recordUsage', {
      events: Array.from({ length: EVENTS_PER_CALL }, (_, event) => ({
        id: randomUUID(),
        organizationId: organizations[(n + event) % organizations.length],
        metric: 'voice_calls',
        quantity: '1',
        occurredAt: new Date(Date.now() - (event % 60) * 60_000).toISOString(),
      })),
    });
  for (let n = 0; n < WARM_CALLS; n++) await call(n);
  const before = { cpu: await serverCpu(db), time: performance.now(), log: await logWritten(db) };
  for (let n = 0; n < CALLS; n++) await call(n);
  return {
    time: (performance.now() - before.time) / CALLS,
    cpu: ((await serverCpu(db)) - before.cpu) / CALLS,
    log: ((await logWritten(db)) - before.log) / CALLS / EVENTS_PER_CALL,
  };
}

export async function usageIds(subject: Subject): Promise<string[][]> {
  const { url, db } = subject;
  const before = (await pieces(db)).reduce((sum, { bytes }) => sum + bytes, 0);
  for (let first = 0; first < IDS; first += IDS_AT_ONCE)
    await sql`
      insert into usage_event_keys (organization_id, id, occurred_at)
      select o.id, gen_random_uuid()::text,
        now() - case when n % ${OLD_ONE_IN} = 0 then interval '500 days' else interval '300 days' * n / ${IDS} end
      from generate_series(${first + 1}::int, ${first + IDS_AT_ONCE}::int) as n
      join (select id, row_number() over () - 1 as place from organizations) as o
        on o.place = (hashint4(n)::bigint & 2147483647) % (select count(*) from organizations)`.execute(
      db,
    );
  const full = await pieces(db);
  const bytes = full.reduce((sum, piece) => sum + piece.bytes, 0);
  const { rows } = await sql<{ root: string; ids: string[] }>`
    select lineage[1] as root, (array_agg(id order by hashtext(id::text)))[1:100] as ids
    from organizations where deleted_at is null group by 1 order by count(*) desc limit 1`.execute(
    db,
  );
  const tree = rows[0] ?? { root: '', ids: [] };
  const organizations = tree.ids.map((id) => encodeId('Organization', id));
  const token = await insertApiKey(db, tree.root, 'bench');
  await maintain(url, 'vacuum analyze');
  const one = await recording(subject, token, organizations.slice(0, 1));
  const many = await recording(subject, token, organizations);

  // The first run announces what the second one removes.
  await sql`
    update usage_retention set events_from = now() - make_interval(days => ${KEPT_DAYS})`.execute(
    db,
  );
  const counted = async (): Promise<number> =>
    (await sql<{ ids: number }>`select count(*)::int as ids from usage_event_keys`.execute(db))
      .rows[0]?.ids ?? NaN;
  const kept = await counted();
  const start = { cpu: await serverCpu(db), log: await logWritten(db) };
  await retainUsage(db, KEPT_DAYS);
  const removed = kept - (await counted());
  let longest = 0;
  for (const { name } of full) {
    const begin = performance.now();
    await maintain(url, `vacuum (index_cleanup on, parallel 0) ${name}`);
    longest = Math.max(longest, performance.now() - begin);
  }
  const end = { cpu: await serverCpu(db), log: await logWritten(db) };
  const largest = Math.max(...full.map((piece) => piece.bytes));
  const figures = ({ cpu, time, log }: typeof one): string =>
    `${cpu.toFixed(1)} ms, ${time.toFixed(1)} ms, ${log.toFixed(0)} B`;
  return [
    ['bytes per id of 36 characters', ((bytes - before) / IDS).toFixed(0)],
    ['100 events of one organization: CPU of the server, time, log per event', figures(one)],
    ['100 events of 100 organizations: the same', figures(many)],
    [
      'removing an old id, with the vacuum: CPU of the server, log',
      `${(((end.cpu - start.cpu) * 1_000) / removed).toFixed(1)} µs, ${((end.log - start.log) / removed).toFixed(0)} B`,
    ],
    ['share of the ids that one vacuum goes over', `1/${Math.round(bytes / largest)}`],
    ['longest vacuum', `${longest.toFixed(0)} ms`],
  ];
}
