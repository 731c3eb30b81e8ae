/** A tree with something of everything is exported from one database and imported into others. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plant } from '../../scripts/baseline/plant.ts';
import { GRAPHQL_PATH } from '../../src/http/gateway.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { exportTree } from '../../src/transfer/export.ts';
import { importTree } from '../../src/transfer/import.ts';
import { NOT_TRANSFERRED, TRANSFER_TABLES } from '../../src/transfer/tables.ts';
import { runHere, type Finished } from '../cli/run.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { gatewayOver } from '../setup/world.ts';

interface Question {
  token: string;
  organization?: string;
  query: string;
}

let source: TestDatabase;
let target: TestDatabase;
let folder: string;
let file: string;
let questions: Question[];

function command(database: TestDatabase, ...words: string[]): Promise<Finished> {
  return runHere(words, { DATABASE_URL: database.url });
}

/** Asks a gateway over the database and returns the answer as it was sent. */
async function answer(
  { gatewayDb }: TestDatabase,
  { token, organization, query }: Question,
  variables?: object,
): Promise<string> {
  const response = await gatewayOver(gatewayDb).fetch(`http://localhost${GRAPHQL_PATH}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(organization && { 'x-organization': organization }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

/** The rows and the last line, without the first, which says when and where from. */
async function bodyOf(name: string): Promise<string[]> {
  return (await readFile(name, 'utf8')).split('\n').slice(1);
}

/** The lines of a body with the checksum that fits them. */
function withChecksum(body: readonly string[]): string[] {
  const rows = body.filter((line) => line.startsWith('{"table"'));
  const sha256 = createHash('sha256')
    .update(`${rows.join('\n')}\n`)
    .digest('hex');
  return body.map((line) => line.replace(/("sha256":")\w+/, `$1${sha256}`));
}

async function exported(database: TestDatabase, name: string): Promise<string> {
  const to = path.join(folder, name);
  const { code, stderr } = await command(database, 'export', '--organization', 'acme', '--to', to);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return to;
}

/** The export of a source that keeps single events of usage from this instant on. */
async function withEventsFrom(instant: string): Promise<string> {
  const name = path.join(folder, 'retained.ndjson');
  const text = await readFile(file, 'utf8');
  await writeFile(name, text.replace(/("usageEventsFrom":")[^"]+/, `$1${instant}`));
  return name;
}

/** Everything in a database whose change would be seen, as numbers of rows. */
async function sizes({ db }: TestDatabase): Promise<unknown> {
  const counts = await Promise.all(
    TRANSFER_TABLES.map(async ({ name }) => {
      const { rows } = await sql<{
        n: string;
      }>`select count(*) as n from ${sql.table(name)}`.execute(db);
      return [name, Number(rows[0]?.n)];
    }),
  );
  return Object.fromEntries(counts);
}

beforeAll(async () => {
  [source, target] = await Promise.all([createDatabase(), createDatabase()]);
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-transfer-'));
  const planted = await plant({
    owner: source.db,
    db: source.gatewayDb,
    url: source.url,
    async ask({ token, organization, query }, variables) {
      const text = await answer(
        source,
        { token, query, ...(organization && { organization }) },
        variables,
      );
      const { data, errors } = JSON.parse(text) as {
        data: Record<string, unknown>;
        errors?: unknown;
      };
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
  });
  const [first] = planted;
  const token = first?.token ?? '';
  // What is planted in no row of this tree, or not asked for.
  await sql`insert into standalone_organizations (organization_id, user_id)
    select o.id, u.id from organizations o, users u where o.slug = 'acme' and u.email = 'ann@acme.example'`.execute(
    source.db,
  );
  await sql`insert into plan_changes (organization_id, plan, status, finished_at)
    select id, 'free', 'DONE', now() from organizations where slug = 'shop'`.execute(source.db);
  const { rows } = await sql<{ from: string; to: string }>`
    select to_char(now() - interval '10 days', 'YYYY-MM-DD"T"HH24:00:00"Z"') as from,
      to_char(now() + interval '1 hour', 'YYYY-MM-DD"T"HH24:00:00"Z"') as to`.execute(source.db);
  const { from, to } = rows[0] ?? {};
  questions = [
    ...planted.filter((question) => question.token === token),
    {
      token,
      query: `{ organization { usage(from: "${from}", to: "${to}") { buckets(size: HOUR) { from metrics { metric { key } value } } } } }`,
    },
    {
      token,
      query: `{ organization { apiKeys(first: 50) { edges { node { id name preview scopes createdAt revokedAt } } } } }`,
    },
    {
      token,
      query: `{ organization { roles { key name scopes builtIn } members(first: 50) { totalCount edges { node { id roles { key } user { id email } } } } } }`,
    },
  ];
  file = await exported(source, 'acme.ndjson');
}, 120_000);
afterAll(async () => {
  await Promise.all([source.close(), target.close()]);
  await rm(folder, { recursive: true });
});

describe('an export', () => {
  it('names every table that belongs to a tree, and each once', async () => {
    const { rows } = await sql<{ name: string }>`
      select c.relname::text as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname not like 'kysely\\_%' and c.relname <> 'migration_checksums'`.execute(
      source.db,
    );
    const listed = [...TRANSFER_TABLES.map(({ name }) => name), ...Object.keys(NOT_TRANSFERRED)];
    expect(listed.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
  });

  it('holds rows of every table, in a file for its owner alone', async () => {
    const tables = new Set(
      (await bodyOf(file)).map((line) => /^\{"table":"(\w+)"/.exec(line)?.[1] ?? ''),
    );
    const empty = TRANSFER_TABLES.filter(({ name }) => !tables.has(name));
    expect(empty.map(({ name }) => name)).toEqual([]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('has nothing of other trees', async () => {
    const text = await readFile(file, 'utf8');
    expect(text).toContain('shop.example');
    for (const foreign of ['rival', 'rob@rival.example', 'dora-own'])
      expect(text).not.toContain(foreign);
  });

  it('refuses a part of a tree, an organization that is missing, and a file that exists', async () => {
    const part = await command(source, 'export', '--organization', 'shop');
    expect(part.stderr).toContain('shop is below acme');
    const missing = await command(source, 'export', '--organization', 'missing');
    expect(missing.stderr).toContain('There is no organization missing.');
    const before = await readFile(file);
    const again = await command(source, 'export', '--organization', 'acme', '--to', file);
    expect(again.stderr).toContain('cannot be made');
    expect(await readFile(file)).toEqual(before);
  });
});

describe('an import', () => {
  it('changes nothing when the file was cut off, altered, or made by another version', async () => {
    const before = await sizes(target);
    const [header = '', ...body] = (await readFile(file, 'utf8')).split('\n');
    const broken: Record<string, [string[], string]> = {
      'cut off': [[header, ...body.slice(0, 50)], 'it has no last line'],
      'half a line': [[header, ...body.slice(0, 50), body[50]?.slice(0, 20) ?? ''], 'in line 52'],
      'a row less': [[header, ...body.toSpliced(3, 1)], 'not as many rows'],
      'another row': [
        [header, ...body.map((line) => line.replace('Kiosk Zürich', 'Kiosk Basel'))],
        'its checksum differs',
      ],
      'another total': [
        [header, ...body.map((line) => line.replace(/("chat_calls":")(\d)/, '$19$2'))],
        'totals of usage would differ',
      ],
      'another event, with a checksum that fits': [
        [
          header,
          ...withChecksum(
            body.map((line) => line.replace('"action":"moveOrganization"', '"action":"nothing"')),
          ),
        ],
        'the audit log of the file is broken',
      ],
      'another schema': [
        [header.replace(/("migration":")\d+/, '$10001'), ...body],
        'migrate both to the same version',
      ],
      'another format': [[header.replace('"format":1', '"format":2'), ...body], 'is no export'],
    };
    for (const [what, [lines, sentence]] of Object.entries(broken)) {
      const name = path.join(folder, 'broken.ndjson');
      await writeFile(name, lines.join('\n'));
      const { code, stderr } = await command(target, 'import', name);
      expect({ what, code, stderr }).toEqual({
        what,
        code: 1,
        stderr: expect.stringContaining(sentence) as string,
      });
      expect(stderr).not.toContain('unexpected failure');
    }
    expect(await sizes(target)).toEqual(before);
  });

  it('names everything that is in the way, and changes nothing', async () => {
    const before = await sizes(source);
    const here = await command(source, 'import', file);
    expect(here.code).toBe(1);
    for (const sentence of [
      'These slugs are taken: acme, asleep',
      'Organizations with these ids are here already',
      'These phone numbers are assigned to other organizations here: +1202555010',
      'These external accounts belong to other organizations here: crm shop-1',
      'API keys with these secrets are here already',
      'Audit logs of these organizations are here already',
      'These slugs belonged to organizations that were purged here: purged',
    ])
      expect(here.stderr).toContain(sentence);
    expect(await sizes(source)).toEqual(before);
  });

  it('names words that the catalogs here do not have', async () => {
    const other = await createDatabase();
    try {
      await sql`update usage_metrics set key = 'renamed', parts = '{renamed}' where key = 'chat_calls'`.execute(
        other.db,
      );
      await sql`update roles set key = 'auditor' where key = 'viewer'`.execute(other.db);
      await sql`update plans set key = 'gratis' where key = 'free'`.execute(other.db);
      await sql`update scopes set key = 'audit:see' where key = 'audit:read'`.execute(other.db);
      // Events that are older than those of the file may be.
      await sql`
        with local as (insert into organizations (slug, name) values ('local', 'Local') returning id)
        insert into usage_events (organization_id, id, metric, quantity, occurred_at)
        select id, 'old', 'voice_minutes', 1, now() - interval '1 year' from local`.execute(
        other.db,
      );
      const { stderr } = await command(
        other,
        'import',
        await withEventsFrom('2100-01-01T00:00:00+00:00'),
      );
      for (const sentence of [
        'These metrics are not in the catalog here: chat_calls.',
        'These plans are not in the catalog here: free.',
        'These roles are not known here: viewer.',
        'These scopes are not known here: audit:read.',
        'Single events of usage are kept here from before 2100-01-01',
      ])
        expect(stderr).toContain(sentence);
    } finally {
      await other.close();
    }
  });

  it('brings a tree that answers as before, with its keys, its seals and its totals', async () => {
    // Another numbering than that of the source.
    await sql`select setval(pg_get_serial_sequence('organizations', 'ordinal'), 5000)`.execute(
      target.db,
    );
    await sql`insert into organizations (slug, name) values ('local', 'Local')`.execute(target.db);
    const { code, stdout, stderr } = await command(target, 'import', file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Imported acme: ');
    expect(stdout).toContain('0 people were here already.');

    expect(questions.length).toBeGreaterThanOrEqual(10);
    for (const question of questions) {
      const [there, here] = [await answer(source, question), await answer(target, question)];
      expect(there).not.toContain('"errors"');
      expect(here).toBe(there);
    }
    expect(await bodyOf(await exported(target, 'again.ndjson'))).toEqual(await bodyOf(file));
    for (const words of [['check'], ['usage', 'check']])
      expect(await command(target, ...words)).toMatchObject({ code: 0, stderr: '' });
    // The totals of the answers are still the same when what was pending is not any more.
    await sql`select roll_usage(100000)`.execute(target.db);
    expect(await command(target, 'usage', 'check')).toMatchObject({ code: 0 });
  });

  it('lets the tree be changed, and its log goes on', async () => {
    const [first] = questions;
    const query = `mutation { createOrganization(input: { slug: "after", name: "After", parentId: "acme", idempotencyKey: "after" }) { __typename } }`;
    const { rows } = await sql<{ id: string }>`
      select organization_public_id(id) as id from organizations where slug = 'acme'`.execute(
      target.db,
    );
    const text = await answer(target, {
      token: first?.token ?? '',
      query: query.replace('parentId: "acme"', `parentId: "${rows[0]?.id}"`),
    });
    expect(text).toContain('CreateOrganizationPayload');
    expect(await command(target, 'check')).toMatchObject({ code: 0, stderr: '' });
  });

  it('refuses the same tree a second time', async () => {
    const { code, stderr } = await command(target, 'import', file);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'These slugs are taken: acme, asleep, doomed, doomed-child, kiosk and others.',
    );
  });
});

describe('an import from a running installation', () => {
  it('brings events of the log that have no seal yet, and the jobs that have not been done', async () => {
    const [first] = questions;
    const query =
      'mutation ($id: ID!) { inviteUsers(input: { organizationId: $id, users: [{ email: "late@shop.example", roles: ["user"] }], idempotencyKey: "late" }) { __typename } }';
    const { rows } = await sql<{ id: string }>`
      select organization_public_id(id) as id from organizations where slug = 'shop'`.execute(
      source.db,
    );
    const token = first?.token ?? '';
    expect(await answer(source, { token, query }, rows[0])).toContain('InviteUsersPayload');
    const unsealed = path.join(folder, 'unsealed.ndjson');
    await exportTree(source.url, 'acme', unsealed);
    expect(await readFile(unsealed, 'utf8')).toContain('"sequence":null');
    const other = await createDatabase();
    try {
      const { jobs, rows: brought } = await importTree(other.url, unsealed);
      expect(jobs).toBeGreaterThan(0);
      const { rows: waiting } = await sql<{ n: number }>`
        select count(*)::int as n from graphile_worker.jobs j
        where j.task_identifier = 'deliver_invitation'`.execute(other.db);
      expect(waiting[0]?.n).toBeGreaterThan(0);
      const { stdout } = await command(other, 'check');
      expect(stdout).toContain(`All ${brought.audit_events} events of the audit log`);
    } finally {
      await other.close();
    }
  });
});

describe('people of an imported tree', () => {
  it('are found by address and stay as they are, or are refused if they may be somebody else', async () => {
    const other = await createDatabase();
    try {
      const { rows } = await sql<{ id: string }>`
        insert into users (email, canonical_email, name)
        values ('Ben@Shop.example', 'ben@shop.example', 'Benjamin') returning id`.execute(other.db);
      const ben = rows[0]?.id;
      await sql`insert into user_identities (issuer, subject, user_id) values ('https://id.example/', 'other', ${ben}::uuid)`.execute(
        other.db,
      );
      const refused = await command(other, 'import', file);
      expect(refused.stderr).toContain('different accounts: ben@shop.example.');
      await sql`delete from user_identities`.execute(other.db);

      const retained = await withEventsFrom('2020-01-01T00:00:00+00:00');
      const { stdout, stderr } = await command(other, 'import', retained);
      expect(stderr).toBe('');
      expect(stdout).toContain('1 people were here already.');
      const { rows: found } = await sql<{ id: string; name: string; memberships: number }>`
        select u.id, u.name, (select count(*)::int from memberships m where m.user_id = u.id) as memberships
        from users u where u.canonical_email = 'ben@shop.example'`.execute(other.db);
      expect(found).toEqual([{ id: ben, name: 'Benjamin', memberships: 1 }]);
      // What the source has retired is not missed here.
      const { rows: retention } = await sql`
        select events_from = '2020-01-01Z' as is_aligned from usage_retention`.execute(other.db);
      expect(retention).toEqual([{ is_aligned: true }]);
      const { rows: repeats } = await sql`
        select from idempotency_keys k where k.actor = 'usr_' || replace(${ben}::text, '-', '')`.execute(
        other.db,
      );
      const { rows: before } = await sql`
        select from idempotency_keys k join users u on k.actor = 'usr_' || replace(u.id::text, '-', '')
        where u.canonical_email = 'ben@shop.example'`.execute(source.db);
      expect(repeats).toHaveLength(before.length);
      // The key of the tree reads the log, whose events name people by the ids that were sealed.
      const token = await insertApiKey(
        other.db,
        (
          await sql<{ id: string }>`select id from organizations where slug = 'acme'`.execute(
            other.db,
          )
        ).rows[0]?.id ?? '',
        'reader',
      );
      const text = await answer(other, {
        token,
        query:
          '{ organization { auditLog(first: 100, includeDescendants: true) { edges { node { action actor { kind user { email } } } } } } }',
      });
      expect(text).not.toContain('"errors"');
      expect(await command(other, 'check')).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await other.close();
    }
  });
});
