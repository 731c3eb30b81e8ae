/**
 * Made-up forests of any size with the skew of real ones: a few very large trees, many small ones,
 * most organizations without children, some with thousands, chains many levels deep. The same seed
 * gives the same forest.
 */
import type pg from 'pg';
import { AddressClient } from '../database/address-client.ts';
import { copyRows, type Cell } from './copy.ts';
import { companyName, slugged } from './names.ts';
import { Random } from './random.ts';
import { growForest, type Forest } from './synthetic-forest.ts';
import { seedPeople } from './synthetic-people.ts';

export interface SyntheticOptions {
  organizations: number;
  seed: number;
  /** One tree of them all: every other root is a child of the first one. */
  oneTree?: boolean;
  /** End of the made-up history; organizations were created in the three years before. */
  now: Date;
  /** Told of each finished step, with the number of rows. */
  progress?: (step: string, rows: number) => void;
}

const USAGE_DAYS = 30;
const ACTIVE_SHARE = 0.02;
const USAGE_METRICS = ['voice_minutes', 'voice_calls', 'call_seconds'];
/** From this many organizations on, building indexes once is cheaper than keeping them up row by row. */
const REBUILD_FROM = 2_000;

/**
 * Fills an empty database with a forest, its people, invitations and a month of usage, and records
 * that in the audit log.
 */
export async function seedSynthetic(url: string, options: SyntheticOptions): Promise<void> {
  const { organizations, seed, now, oneTree = false, progress = () => undefined } = options;
  const client = new AddressClient({ connectionString: url });
  // The statement under way says it as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const random = new Random(seed);
    const forest = growForest(organizations, oneTree, random, now);
    await client.query('begin');
    await client.query(`set local maintenance_work_mem = '1GB'`);
    const rebuild = organizations >= REBUILD_FROM ? await dropIndexes(client) : [];
    progress(
      'organizations',
      await copyRows(
        client,
        'organizations',
        ORGANIZATION_COLUMNS,
        organizationRows(forest, random),
      ),
    );
    await seedPeople(client, forest, random, now, progress);
    progress(
      'usage events',
      await copyRows(
        client,
        'usage_events',
        ['organization_id', 'id', 'metric', 'quantity', 'occurred_at'],
        usageRows(forest, random, now),
      ),
    );
    for (const definition of rebuild) await client.query(definition);
    await settleUsage(client);
    progress('audit events', await recordTrees(client));
    progress('indexes built at the end', rebuild.length);
    await client.query('commit');
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** Brings what `recordUsage` and the roll would have left behind for usage events that were copied in. */
export async function settleUsage(client: pg.Client): Promise<void> {
  await client.query(
    'insert into usage_event_keys (organization_id, id, occurred_at) select organization_id, id, occurred_at from usage_events',
  );
  for (const statement of [
    'select roll_up_subtrees(100000) as done',
    'select roll_usage(100000) as done',
  ]) {
    let done: number | undefined;
    do done = (await client.query<{ done: number }>(statement)).rows[0]?.done;
    while (done);
  }
}

/**
 * One event for each tree in the audit log of its root: an operator made it, and how many
 * organizations it came with. An event for each organization would tell no more, and its seals
 * would take longer than all the rest.
 */
async function recordTrees(client: pg.Client): Promise<number> {
  const { rowCount } = await client.query(`
    insert into audit_events (action, actor_kind, request_id, organization_id, target_type, target_id, after)
    select 'seed', 'OPERATOR', 'seed', o.id, 'Organization', organization_public_id(o.id),
      jsonb_build_object('slug', o.slug, 'name', o.name, 'affectedCount', tree.size)
    from (select lineage[1] as root, count(*)::int as size from organizations group by 1) as tree
      join organizations as o on o.id = tree.root`);
  return rowCount ?? 0;
}

/** Drops every index that no constraint needs and returns how to make them again. */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace and not i.indisunique and not c.relispartition order by 1`);
  for (const { name } of rows) await client.query(`drop index ${name}`);
  // The definition of a partitioned index leaves its partitions out, which would end without any.
  return rows.map(({ definition }) => definition.replace(' ON ONLY ', ' ON '));
}

const ORGANIZATION_COLUMNS = [
  'id',
  'parent_id',
  'slug',
  'name',
  'kind',
  'source',
  'domain',
  'domain_setup_status',
  'created_at',
  'updated_at',
];

function* organizationRows(forest: Forest, random: Random): Generator<Cell[]> {
  for (const [index, id] of forest.ids.entries()) {
    const name = companyName(random);
    // The number in base 36 makes the slug unique.
    const slug = `${slugged(name)}-${index.toString(36)}`;
    const parent = forest.parents[index] ?? -1;
    const domain = random.next() < 0.3 ? `${slug}.example` : null;
    const kind =
      parent < 0
        ? 'AGENCY'
        : random.pick([
            'RESELLER',
            'AFFILIATE',
            'CHANNEL_PARTNER',
            'CUSTOMER',
            'CUSTOMER',
            'CUSTOMER',
          ]);
    const at = forest.createdAt(index);
    yield [
      id,
      parent < 0 ? null : (forest.ids[parent] ?? null),
      slug,
      name,
      kind,
      'OPERATOR',
      domain,
      domain ? 'VERIFIED' : 'NOT_CONFIGURED',
      at,
      at,
    ];
  }
}

function* usageRows(forest: Forest, random: Random, now: Date): Generator<Cell[]> {
  const today = Math.floor(now.getTime() / 86_400_000);
  for (const organization of forest.ids) {
    if (random.next() >= ACTIVE_SHARE) continue;
    for (let day = today - USAGE_DAYS; day < today; day++) {
      for (const metric of USAGE_METRICS) {
        yield [
          organization,
          `${day}-${metric}`,
          metric,
          (random.next() * 100).toFixed(metric.endsWith('minutes') ? 3 : 0),
          new Date(day * 86_400_000 + random.below(86_400_000)),
        ];
      }
    }
  }
}
