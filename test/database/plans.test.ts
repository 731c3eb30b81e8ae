/** No statement reads the platform: what it reads grows with what it answers, and not with how many organizations there are. */
import type { GraphQLObjectType } from 'graphql';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Database } from '../../src/database/connect.ts';
import { encodeId } from '../../src/values/ids.ts';
import { insertApiKey, insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { schema } from '../../src/schema.ts';
import { fieldsWithoutForm } from '../../src/compiler/plan.ts';
import type { Gateway } from '../../src/http/gateway.ts';
import { DOCUMENT_LIMITS } from '../../src/limits/document.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { gatewayOver } from '../setup/world.ts';
import { everyField, type Asked, type Values } from './every-field.ts';
import { everyMutation } from './every-mutation.ts';
import { BOUNDED, GROWN, IS_SMALL, plantPlatform } from './platform.ts';
import { reading, type Statement } from './plans.ts';

const DAY_MS = 86_400_000;
const PERSON = 'admin@home.example';
let database: TestDatabase;
let db: Database;
let gateway: Gateway;
/** Compiles what it can. */
let compiling: Gateway;
let client: pg.Client;
/** Names of tables that have grown, and of their partitions, each with the table. */
let growing: Map<string, string>;
/** Rows of each of them. */
let grown: Map<string, number>;
let acting: { id: string; slug: string; organizations: number };
const callers: Record<string, Record<string, string>> = {};
let values: Values;
/** By text: the run that asked for the most. */
const statements = new Map<string, Statement>();

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions: { code: string } }[];
}

async function ask(
  document: string,
  headers: Record<string, string> = {},
  variables?: unknown,
  asked: Gateway = gateway,
): Promise<Answer> {
  const response = await asked.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: document, variables }),
  });
  return (await response.json()) as Answer;
}

const one = async <Row>(statement: ReturnType<typeof sql<Row>>): Promise<Row> => {
  const [row] = (await statement.execute(database.db)).rows;
  if (!row) throw new RangeError('there is no such row');
  return row;
};

beforeAll(async () => {
  database = await createDatabase();
  await plantPlatform(database.url);
  const relations = await sql<{ name: string; table: string; rows: number; own: number }>`
    select c.relname as name, coalesce(p.relname, c.relname) as table, c.reltuples as own,
      sum(greatest(c.reltuples, 0)) over (partition by coalesce(p.relname, c.relname)) as rows
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`.execute(database.db);
  growing = new Map(
    relations.rows.filter(({ rows }) => rows >= GROWN).map(({ name, table }) => [name, table]),
  );
  grown = new Map(relations.rows.map(({ name, own }) => [name, own]));
  acting = await one(sql<typeof acting>`
    select o.id, o.slug, b.organizations from organizations o cross join lateral (
      select count(*)::int as organizations from organizations b where b.path >= o.path and b.path < subtree_end(o.path)
    ) as b
    where o.depth between 2 and 4 and b.organizations between 40 and 200
      and exists (select from organization_roles d where d.organization_id = o.id)
      and exists (select from usage_meters m where m.path >= o.path and m.path < subtree_end(o.path))
    order by o.id limit 1`);
  const user = await one(sql<{ id: string }>`
    insert into users (email, canonical_email, name) values (${PERSON}, ${PERSON}, 'Ada Home') returning id`);
  const membership = await one(sql<{ id: string }>`
    insert into memberships (organization_id, user_id) values (${acting.id}, ${user.id}) returning id`);
  await sql`insert into membership_roles (membership_id, role_id)
    select ${membership.id}, id from roles where built_in and key = 'admin'`.execute(database.db);
  const invitation = await one(sql<{ id: string; token: string }>`
    insert into invitations (organization_id, email, canonical_email, inviter_kind, inviter_organization_id, expires_at)
    select id, ${PERSON}, ${PERSON}, 'API_KEY', id, now() + interval '1 day'
    from organizations where slug <> ${acting.slug} order by id limit 1 returning id, '' as token`);
  await sql`insert into invitation_roles (invitation_id, role_id) select ${invitation.id}, id from roles where built_in and key = 'viewer'`.execute(
    database.db,
  );
  const token = await insertPersonalAccessToken(database.db, user.id, 'plans');
  callers['an API key'] = {
    authorization: `Bearer ${await insertApiKey(database.db, acting.id, 'plans')}`,
  };
  callers['a person'] = { authorization: `Bearer ${token}`, 'x-organization': acting.slug };
  callers['a person without organization'] = { authorization: `Bearer ${token}` };
  const idIn = async (table: string): Promise<string> =>
    (
      await one(
        sql<{
          id: string;
        }>`select id from ${sql.table(table)} where organization_id = ${acting.id} order by id desc limit 1`,
      )
    ).id;
  const role = await one(
    sql<{
      id: string;
    }>`select role_id as id from organization_roles where organization_id = ${acting.id}`,
  );
  const pat = await one(
    sql<{ id: string }>`select id from personal_access_tokens where user_id = ${user.id}`,
  );
  const below = await one(
    sql<{ id: string }>`select id from organizations where parent_id = ${acting.id} limit 1`,
  );
  const text = JSON.stringify;
  values = {
    first: '5',
    rows: '5',
    last: '5',
    maxDepth: '3',
    search: '"an"',
    separator: '"/"',
    slug: text(acting.slug),
    'Query.slugAvailability(slug)': '"anything-free"',
    'Query.organization(id)': text(encodeId('Organization', below.id)),
    id: text(encodeId('Organization', acting.id)),
    ids: text([encodeId('Organization', acting.id), encodeId('Organization', below.id)]),
    organizationId: text(encodeId('Organization', below.id)),
    scope: '"members:read"',
    'Organization.usage(scope)': 'ALL',
    from: text(new Date(Date.now() - 12 * DAY_MS).toISOString()),
    to: text(new Date(Date.now() - 2 * DAY_MS).toISOString()),
    keys: '["voice_calls"]',
    metric: '"voice_calls"',
    timeZone: '"Europe/Berlin"',
    roles: '["admin"]',
    actions: '["createRole"]',
    actor: text(encodeId('User', user.id)),
    target: text(encodeId('Organization', below.id)),
    status: '[PENDING, EXPIRED]',
    token: text(`inv_${'A'.repeat(48)}`),
    Organization: text(encodeId('Organization', below.id)),
    Invitation: text(encodeId('Invitation', await idIn('invitations'))),
    Membership: text(encodeId('Membership', await idIn('memberships'))),
    ApiKey: text(encodeId('ApiKey', await idIn('api_keys'))),
    Contact: text(encodeId('Contact', await idIn('contacts'))),
    AuditEvent: text(encodeId('AuditEvent', await idIn('audit_events'))),
    Role: text(encodeId('Role', role.id)),
    User: text(encodeId('User', user.id)),
    PersonalAccessToken: text(encodeId('PersonalAccessToken', pat.id)),
  };
  db = connect({
    url: database.gatewayUrl,
    poolSize: 4,
    log: createLogger('silent'),
    onStatement(statement, parameters) {
      const keys = (list: readonly unknown[]): number =>
        Math.max(0, ...list.map((item) => (Array.isArray(item) ? item.length : 0)));
      const before = statements.get(statement);
      if (!before || keys(before.parameters) < keys(parameters))
        statements.set(statement, { text: statement, parameters });
    },
  });
  // Whole types are asked for with full pages, which is more than an operation of a client may ask for.
  const limits = {
    tokens: 20_000,
    document: {
      ...DOCUMENT_LIMITS,
      depth: 100,
      aliases: 10_000,
      fields: 10_000,
      selectionSets: 10_000,
    },
  };
  gateway = gatewayOver(db, { boundsCost: false, limits, compiled: false });
  compiling = gatewayOver(db, { boundsCost: false, limits });
  // By day the platform is small, and what a statement can read by an index it is made to read by one.
  const seqscan = IS_SMALL ? '-c enable_seqscan=off' : '';
  const options = `-c timezone=UTC -c plan_cache_mode=force_generic_plan ${seqscan}`;
  client = new pg.Client({ connectionString: database.url, options });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await db.destroy();
  await database.close();
});

interface Ends {
  after: string;
  before: string;
}

async function askCursors(document: string): Promise<Ends | undefined> {
  const answer = JSON.stringify(await ask(document, callers['an API key']));
  const [, before] = /"startCursor":"([^"]+)"/.exec(answer) ?? [];
  const [, after] = /"endCursor":"([^"]+)"/.exec(answer) ?? [];
  return after !== undefined && before !== undefined ? { after, before } : undefined;
}

/** Cursors by document: two tests take those of the same documents, and nothing is written before. */
const known = new Map<string, Promise<Ends | undefined>>();

/** The first cursors in an answer. */
function cursors(document: string): Promise<Ends | undefined> {
  const found = known.get(document) ?? askCursors(document);
  known.set(document, found);
  return found;
}

/** Statements that read more than they answer, each with the reason and how many rows of a table that may be. */
const ALLOWANCES: { when: RegExp; rows(keys: number): number; why: string }[] = [
  {
    when: /where user_id = m\.user_id order by id|count\(distinct m\.user_id\)/,
    rows: () => 2_000 * MEMBERSHIPS_PER_PERSON,
    why: 'people are told apart by their other memberships, for up to 2,000 of the subtree',
  },
  {
    when: /limit 1000\b/,
    // The log of a small tree is sorted rather than read by an index.
    rows: () => (IS_SMALL ? 4_000 : 2_200),
    why: 'a search looks through the next 1,000 organizations, and at what else it finds; the log of a subtree through 1,000 events',
  },
  {
    when: /from invitation_mails where sender_id/,
    rows: () => 11_000,
    why: 'the mails of a day are counted up to their limits',
  },
  {
    when: /split_part\(key/,
    rows: (keys) => 50 + keys * MEMBERSHIPS_PER_PERSON,
    why: 'the memberships of each person',
  },
  {
    when: /select count\(\*\)::int as count[^]*audit_events[^]*subtree_end/,
    rows: () => 50 + acting.organizations * EVENTS_PER_ORGANIZATION,
    why: 'the log of a subtree is counted',
  },
  {
    when: /select count\(\*\)::int as count[^]*(subtree_end|sought\.grams)|o\.path < page\.high/,
    rows: () => 50 + 2 * acting.organizations,
    why: 'a subtree is counted',
  },
  {
    when: /usage_members\(/,
    rows: () => 50 + 3 * acting.organizations,
    why: 'usage is summed over the organizations of a subtree that have any',
  },
];
const MEMBERSHIPS_PER_PERSON = 30;
const EVENTS_PER_ORGANIZATION = 4;

/** The queue's own functions, which look for the task, the queue and the job of each key. */
const QUEUE = /graphile_worker\.add_jobs/;

it('lists every table that has not grown with the reason', async () => {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname not like 'kysely%'`.execute(database.db);
  const grown = new Set(growing.values());
  expect(
    rows
      .map(({ name }) => name)
      .filter((name) => !grown.has(name))
      .toSorted(),
  ).toEqual(Object.keys(BOUNDED).toSorted());
});

it('finds every index whole after the platform was seeded, those of partitioned tables on each partition', async () => {
  const { rows } = await sql<{ name: string }>`
    select indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = 'public'::regnamespace
      and (not i.indisvalid or (c.relkind = 'I' and (select count(*) from pg_inherits where inhparent = c.oid)
        < (select count(*) from pg_inherits where inhparent = i.indrelid)))`.execute(database.db);
  expect(rows.map(({ name }) => name)).toEqual([]);
});

it('answers documents that select every field with every argument', async () => {
  const asked: Asked[] = await everyField(
    schema,
    schema.getQueryType() as GraphQLObjectType,
    values,
    cursors,
  );
  const failed: unknown[] = [];
  for (const { document, about, alone } of asked) {
    const answers = await Promise.all(
      Object.values(callers)
        .slice(0, alone ? (/^(Query|Viewer)\b/.test(about) ? 3 : 2) : 1)
        .map((headers) => ask(document, headers)),
    );
    if (answers.every(({ data, errors }) => errors || !data))
      failed.push([about, answers.map((answer) => answer.errors?.[0]?.message)]);
  }
  expect(failed).toEqual([]);
});

it('reads no table from end to end in a compiled operation', async () => {
  const before = new Set(statements.keys());
  const asked: Asked[] = await everyField(
    schema,
    schema.getQueryType() as GraphQLObjectType,
    values,
    cursors,
    new Set(fieldsWithoutForm(schema)),
  );
  // By day some of them; at night all.
  for (const { document } of asked.filter((_one, index) => !IS_SMALL || index % 8 === 0)) {
    for (const headers of [callers['an API key'], callers['a person']])
      await ask(document, headers, undefined, compiling);
  }
  const compiled = [...statements.values()].filter(
    ({ text }) => !before.has(text) && text.startsWith('with written as'),
  );
  for (const { text } of compiled) statements.delete(text);
  expect(compiled.length).toBeGreaterThan(IS_SMALL ? 20 : 200);
  const greedy = [];
  for (const statement of compiled) {
    const read = await reading(client, statement, growing);
    const scanned = read.scanned.filter((relation) => (grown.get(relation) ?? 0) >= GROWN);
    if (scanned.length > 0) greedy.push({ text: statement.text.replaceAll(/\s+/g, ' '), scanned });
  }
  expect(greedy).toEqual([]);
});

it('does every mutation', async () => {
  const failed = await everyMutation({
    database,
    organization: acting.id,
    email: PERSON,
    send: (document, as, input) => ask(document, callers[as], { input }),
  });
  expect(failed).toEqual([]);
});

it('reads a small multiple of what it answers in every statement, and no table from end to end', async () => {
  expect(statements.size).toBeGreaterThan(250);
  const greedy = [];
  const used = new Set<string>();
  for (const statement of statements.values()) {
    if (
      !/^\s*(select|with|insert|update|delete)/i.test(statement.text) ||
      QUEUE.test(statement.text)
    )
      continue;
    const read = await reading(client, statement, growing);
    const allowance = ALLOWANCES.find(({ when }) => when.test(statement.text));
    if (allowance) used.add(allowance.why);
    const most = Math.max(
      50 + 10 * Math.max(read.returned, read.keys),
      allowance?.rows(read.keys) ?? 0,
    );
    const rows = Object.fromEntries([...read.rows].filter(([, count]) => count > most));
    const scanned = read.scanned.filter((relation) => (grown.get(relation) ?? 0) >= GROWN);
    if (scanned.length > 0 || Object.keys(rows).length > 0 || read.pages > 4 * most)
      greedy.push({
        text: statement.text.replaceAll(/\s+/g, ' '),
        returned: read.returned,
        keys: read.keys,
        most,
        scanned,
        rows,
        pages: read.pages,
      });
  }
  expect(greedy).toEqual([]);
  // An allowance that no statement needs any more would let another one through.
  expect([...used].toSorted()).toEqual(ALLOWANCES.map(({ why }) => why).toSorted());
});
