import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printedSchema } from '../../src/schema.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { run, serve } from './run.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ empty: true });
});
afterAll(() => database.close());

const banyan = (...args: string[]) => run(args, { DATABASE_URL: database.url });

describe('the command line', () => {
  it('explains itself, as a whole and command by command', async () => {
    const overview = await run(['--help']);
    expect(overview).toMatchObject({ code: 0, stderr: '' });
    for (const command of [
      'serve',
      'worker',
      'migrate',
      'bootstrap',
      'seed',
      'phone-numbers',
      'metrics',
      'usage',
      'documents',
      'schema',
      'check',
    ]) {
      expect(overview.stdout).toContain(command);
    }
    // One process each: a few that differ stand for all.
    for (const command of ['serve', 'seed', 'documents']) {
      expect(await run([command, '--help'])).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringContaining(`npm run banyan -- ${command}`),
      });
    }
  });

  it('migrates, once', async () => {
    expect((await banyan('migrate')).stdout).toMatch(/^Applied 0100_text, .*0112_operations/);
    expect((await banyan('migrate')).stdout).toBe('The database is up to date.\n');
  });

  it('refuses unknown commands and options in one sentence', async () => {
    for (const args of [
      ['nonsense'],
      ['check', '--loud'],
      ['bootstrap', '--slug', 'x'],
      ['seed', '--organizations', 'many'],
      ['seed', '--organizations', '0'],
      ['usage'],
      ['documents'],
      ['documents', 'add'],
      ['documents', 'add', 'package.json'],
      ['documents', 'add', 'test/generated/persisted-documents.json', '--client', 'Not A Name'],
      ['documents', 'remove', '--client', 'nobody'],
      ['metrics', 'add', '--key', 'x', '--name', 'X', '--unit', 'x', '--late-days', '0'],
      ['phone-numbers', 'add', '+12025550123', '555'],
    ]) {
      const { code, stderr } = await banyan(...args);
      expect({ args, code, lines: stderr.trim().split('\n').length }).toEqual({ args, code: 1, lines: 1 });
      expect(stderr).toMatch(/^banyan: /);
    }
  });

  it('bootstraps the first organization with credentials that work', async () => {
    const made = await banyan('bootstrap', '--slug', 'first-org', '--name', 'First Org', '--email', 'Boss@Example.org', '--json');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const result = JSON.parse(made.stdout) as Record<
      'organizationId' | 'organizationSlug' | 'userId' | 'apiKey' | 'personalAccessToken',
      string
    >;
    const gateway = await serve({ DATABASE_URL: database.url });
    const ask = async (headers: Record<string, string>) =>
      (await (
        await fetch(gateway.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: '{"query":"{ viewer { user { id email } organization { id slug } scopes } }"}',
        })
      ).json()) as { data: { viewer: { scopes: string[] } } };
    expect(await ask({ authorization: `Bearer ${result.apiKey}` })).toMatchObject({
      data: { viewer: { user: null, organization: { id: result.organizationId, slug: 'first-org' } } },
    });
    const person = await ask({ authorization: `Bearer ${result.personalAccessToken}`, 'x-organization': 'first-org' });
    expect(person).toMatchObject({
      data: { viewer: { user: { id: result.userId, email: 'Boss@Example.org' }, organization: { slug: 'first-org' } } },
    });
    expect(person.data.viewer.scopes).toHaveLength(10);
    await gateway.end('SIGTERM');
    expect((await banyan('bootstrap', '--slug', 'second-org', '--name', 'Second', '--email', 'boss@example.ORG')).stdout).toContain(
      'second-org',
    );
    expect(await database.db.selectFrom('users').select('canonical_email').execute()).toEqual([{ canonical_email: 'boss@example.org' }]);
  });

  it('refuses to bootstrap what cannot be', async () => {
    const cases: [string[], RegExp][] = [
      [['--slug', 'first-org', '--name', 'X', '--email', 'a@b.example'], /--slug is taken/],
      [['--slug', 'graphql', '--name', 'X', '--email', 'a@b.example'], /--slug is a reserved word/],
      [['--slug', 'A B', '--name', 'X', '--email', 'a@b.example'], /--slug must have 3 to 63/],
      [['--slug', 'third-org', '--name', ' ', '--email', 'a@b.example'], /--name must have between 1 and 200/],
      [['--slug', 'third-org', '--name', '\u200b', '--email', 'a@b.example'], /--name must not have invisible characters/],
      [['--slug', 'third-org', '--name', 'X', '--email', 'nobody'], /--email is not an address/],
    ];
    for (const [args, message] of cases)
      expect(await banyan('bootstrap', ...args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
    expect(await database.db.selectFrom('organizations').select('slug').orderBy('slug').execute()).toEqual([
      { slug: 'first-org' },
      { slug: 'second-org' },
    ]);
  });

  it('seeds an empty database, the same for the same seed, and checks it', async () => {
    expect(await banyan('seed', '--organizations', '10')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already has organizations'),
    });
    const slugs: string[][] = [];
    for (let round = 0; round < 2; round++) {
      const fresh = await createDatabase({ empty: true });
      expect((await run(['seed', '--organizations', '500', '--seed', '9'], { DATABASE_URL: fresh.url })).code).toBe(0);
      const trees = await fresh.db.selectFrom('organizations').select('id').where('parent_id', 'is', null).execute();
      expect((await run(['check'], { DATABASE_URL: fresh.url })).stdout).toBe(
        `All 500 organizations agree with the recursive truth.\nAll ${trees.length} events of the audit log follow from each other.\n`,
      );
      slugs.push((await fresh.db.selectFrom('organizations').select('slug').orderBy('ordinal').execute()).map((row) => row.slug));
      const counts = await Promise.all(
        (['memberships', 'invitations', 'usage_events'] as const).map((table) =>
          fresh.db
            .selectFrom(table)
            .select((eb) => eb.fn.countAll<string>().as('count'))
            .executeTakeFirstOrThrow(),
        ),
      );
      for (const { count } of counts) expect(Number(count)).toBeGreaterThan(10);
      await fresh.close();
    }
    expect(slugs[0]).toEqual(slugs[1]);
  });

  it('adds metrics to the catalog, and refuses what it could not compute', async () => {
    const add = (...more: string[]) => banyan('metrics', 'add', '--name', 'Text messages', '--unit', 'message', ...more);
    expect(await add('--key', 'messages', '--late-days', '7', '--description', 'Messages sent.')).toMatchObject({
      code: 0,
      stdout: 'Added messages to the catalog.\n',
    });
    expect(await add('--key', 'messages_and_calls', '--parts', 'messages,voice_calls')).toMatchObject({ code: 0 });
    expect(await add('--key', 'messages_per_call', '--parts', 'messages', '--divided-by', 'voice_calls')).toMatchObject({ code: 0 });
    for (const [args, reason] of [
      [['--key', 'messages'], '--key is taken: messages.'],
      [['--key', 'Messages'], '--key must have'],
      [['--key', 'odd', '--parts', 'nonsense'], '"nonsense" is no metric that is recorded.'],
      [['--key', 'odd', '--parts', 'total_calls'], '"total_calls" is no metric that is recorded.'],
      [['--key', 'odd', '--divided-by', 'voice_calls'], '--divided-by needs --parts'],
    ] as const)
      expect(await add(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(`banyan: ${reason}`) });
    const { rows } = await sql`
      select key, kind, parts, divided_by, late_days from usage_metrics where position > 12 order by position`.execute(database.db);
    expect(rows).toEqual([
      { key: 'messages', kind: 'SUM', parts: ['messages'], divided_by: [], late_days: 7 },
      { key: 'messages_and_calls', kind: 'SUM', parts: ['messages', 'voice_calls'], divided_by: [], late_days: 366 },
      { key: 'messages_per_call', kind: 'AVERAGE', parts: ['messages'], divided_by: ['voice_calls'], late_days: 366 },
    ]);
  });

  it('prints the schema', async () => {
    expect((await run(['schema'])).stdout).toBe(printedSchema());
  });
});
