/**
 * Made-up forests of any size with the skew of real ones: a few very large trees, many small ones, most organizations
 * without children, some with thousands, chains many levels deep. The same seed gives the same forest.
 */
import pg from 'pg';
import { copyRows, type Cell } from './copy.ts';
import { companyName, personName, slugged } from './names.ts';
import { Random } from './random.ts';

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

/** Shares of the largest trees; what is left over is spread over trees of 2 to 200 organizations. */
const LARGE_TREES = [0.3, 0.2, 0.1, 0.05, 0.02, 0.02, 0.01, 0.01, 0.01, 0.01];
const DEEPEST = 24;
const HISTORY_MS = 3 * 365 * 86_400_000;
const USAGE_DAYS = 30;
const ACTIVE_SHARE = 0.02;
const USAGE_METRICS = ['voice_minutes', 'voice_calls', 'call_seconds'];
/** From this many organizations on, building indexes once is cheaper than keeping them up row by row. */
const REBUILD_FROM = 2_000;

interface Forest {
  ids: string[];
  parents: Int32Array;
  tree: Int32Array;
  createdAt: (index: number) => Date;
}

/** Fills an empty database with a forest, its people, invitations and a month of usage, and records that in the audit log. */
export async function seedSynthetic(url: string, options: SyntheticOptions): Promise<void> {
  const { organizations, seed, now, oneTree = false, progress = () => undefined } = options;
  const client = new pg.Client({ connectionString: url });
  // The statement under way says it as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const random = new Random(seed);
    const forest = growForest(organizations, oneTree, random, now);
    await client.query('begin');
    await client.query(`set local maintenance_work_mem = '1GB'`);
    const rebuild = organizations >= REBUILD_FROM ? await dropIndexes(client) : [];
    progress('organizations', await copyRows(client, 'organizations', ORGANIZATION_COLUMNS, organizationRows(forest, random)));
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
  for (const statement of ['select roll_up_subtrees(100000) as done', 'select roll_usage(100000) as done']) {
    let done: number | undefined;
    do done = (await client.query<{ done: number }>(statement)).rows[0]?.done;
    while (done);
  }
}

/**
 * One event for each tree in the audit log of its root: an operator made it, and how many organizations it came with.
 * An event for each organization would tell no more, and its seals would take longer than all the rest.
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

function growForest(count: number, oneTree: boolean, random: Random, now: Date): Forest {
  const forest: Forest = {
    ids: Array.from({ length: count }, () => ''),
    parents: new Int32Array(count).fill(-1),
    tree: new Int32Array(count),
    createdAt: (index) => new Date(now.getTime() - HISTORY_MS + Math.floor((index / count) * HISTORY_MS)),
  };
  const depth = new Uint8Array(count);
  const members: number[][] = LARGE_TREES.map(() => []);
  const shares: number[] = [];
  let sum = 0;
  for (const share of LARGE_TREES) shares.push((sum += share));
  let small: { members: number[]; size: number } | undefined;
  for (let index = 0; index < count; index++) {
    const draw = random.next();
    let treeIndex = shares.findIndex((bound) => draw < bound);
    let tree = members[treeIndex];
    if (!tree) {
      if (!small || small.members.length >= small.size) {
        small = { members: [], size: 2 + Math.floor(198 * random.next() ** 4) };
        members.push(small.members);
      }
      tree = small.members;
      treeIndex = members.indexOf(tree, members.length - 1);
    }
    const root = oneTree && index > 0 ? 0 : -1;
    const parent = tree.length === 0 ? root : chooseParent(tree, depth, random);
    forest.ids[index] = random.uuid(forest.createdAt(index));
    forest.parents[index] = parent;
    forest.tree[index] = treeIndex;
    if (parent >= 0) depth[index] = (depth[parent] ?? 0) + 1;
    tree.push(index);
  }
  return forest;
}

/** Early organizations attract most children (the hubs), some parents are any, some continue the newest branch. */
function chooseParent(tree: readonly number[], depth: Uint8Array, random: Random): number {
  const draw = random.next();
  const position = draw < 0.5 ? Math.floor(tree.length * random.next() ** 6) : draw < 0.85 ? random.below(tree.length) : tree.length - 1;
  const parent = tree[position] ?? 0;
  return (depth[parent] ?? 0) < DEEPEST ? parent : (tree[0] ?? 0);
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
    const kind = parent < 0 ? 'AGENCY' : random.pick(['RESELLER', 'AFFILIATE', 'CHANNEL_PARTNER', 'CUSTOMER', 'CUSTOMER', 'CUSTOMER']);
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

async function seedPeople(
  client: pg.Client,
  forest: Forest,
  random: Random,
  now: Date,
  progress: (step: string, rows: number) => void,
): Promise<void> {
  const { rows: roles } = await client.query<{ id: string; key: string }>('select id, key from roles where built_in');
  const roleIds = new Map(roles.map((role) => [role.key, role.id]));
  const roleId = (key: string): string => roleIds.get(key) ?? '';
  const users: string[] = [];
  const userCount = Math.max(10, Math.floor(forest.ids.length / 5));
  function* userRows(): Generator<Cell[]> {
    for (let index = 0; index < userCount; index++) {
      const at = forest.createdAt(Math.floor((index / userCount) * forest.ids.length));
      const id = random.uuid(at);
      users.push(id);
      const name = personName(random);
      const email = `${slugged(name).replace('-', '.')}.${index.toString(36)}@mail.example`;
      yield [id, email, email, name, at];
    }
  }
  progress('users', await copyRows(client, 'users', ['id', 'email', 'canonical_email', 'name', 'created_at'], userRows()));

  const memberships: { id: string; organization: number; user: number; role: string }[] = [];
  for (const organization of forest.ids.keys()) {
    const size = 1 + Math.floor(7 * random.next() ** 6);
    const chosen = new Set<number>();
    // People of a tree come from a band of users, so that many belong to several organizations of it.
    for (let n = 0; n < size; n++)
      chosen.add(((forest.tree[organization] ?? 0) * 7_919 + random.below(Math.max(10, Math.floor(userCount / 4)))) % userCount);
    for (const [n, user] of [...chosen].entries()) {
      const role = n === 0 ? 'admin' : random.pick(['viewer', 'user', 'user', 'support', 'restricted_user']);
      memberships.push({ id: random.uuid(forest.createdAt(organization)), organization, user, role });
    }
  }
  progress(
    'memberships',
    await copyRows(
      client,
      'memberships',
      ['id', 'organization_id', 'user_id', 'created_at'],
      memberships.values().map((m) => [m.id, forest.ids[m.organization] ?? null, users[m.user] ?? null, forest.createdAt(m.organization)]),
    ),
  );
  progress(
    'roles held',
    await copyRows(
      client,
      'membership_roles',
      ['membership_id', 'role_id'],
      memberships.values().map((m) => [m.id, roleId(m.role)]),
    ),
  );

  const invitations: { id: string; organization: string; at: Date }[] = [];
  for (const organization of forest.ids) {
    if (random.next() >= 0.03) continue;
    const at = new Date(now.getTime() - random.below(20 * 86_400_000));
    invitations.push({ id: random.uuid(at), organization, at });
  }
  progress(
    'invitations',
    await copyRows(
      client,
      'invitations',
      [
        'id',
        'organization_id',
        'email',
        'canonical_email',
        'inviter_kind',
        'inviter_organization_id',
        'expires_at',
        'created_at',
        'updated_at',
      ],
      invitations.values().map(({ id, organization, at }, index) => {
        const email = `invited.${index.toString(36)}@mail.example`;
        return [id, organization, email, email, 'API_KEY', organization, new Date(at.getTime() + 7 * 86_400_000), at, at];
      }),
    ),
  );
  await copyRows(
    client,
    'invitation_roles',
    ['invitation_id', 'role_id'],
    invitations.values().map(({ id }) => [id, roleId('user')]),
  );
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
