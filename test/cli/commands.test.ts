import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printedSchema } from '../../src/schema.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { gatewayOver } from '../setup/world.ts';
import { run, runHere } from './run.ts';
import packageJson from '../../package.json' with { type: 'json' };

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ empty: true });
});
afterAll(() => database.close());

/** Runs a command in this process; a few that run as a user would stand for all. */
const banyan = (...args: string[]) => runHere(args, { DATABASE_URL: database.url });

describe('the command line', () => {
  it('explains itself, as a whole and command by command', async () => {
    const overview = await run(['--help']);
    expect(overview).toMatchObject({ code: 0, stderr: '' });
    expect(await runHere([])).toEqual(overview);
    const commands = [
      'serve, worker, migrate, bootstrap, seed, phone-numbers, phone-numbers add, metrics, metrics add, plans, plans add, plans list, usage, usage check',
      'documents, documents add, documents list, documents remove, schema, check',
    ];
    for (const command of commands.join(', ').split(', ')) {
      expect(overview.stdout).toContain(`\n  ${command.split(' ')[0]} `);
      const help = await runHere([...command.split(' '), '--help']);
      expect(help).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringContaining(`Usage: npm run banyan -- ${command} `),
      });
      expect(await runHere(['help', command.split(' ')[0] ?? ''])).toMatchObject({
        code: 0,
        stderr: '',
      });
    }
  });

  it('migrates, once', async () => {
    expect((await run(['migrate'], { DATABASE_URL: database.url })).stdout).toMatch(
      /^Applied 0100_text, .*0112_operations/,
    );
    expect((await banyan('migrate')).stdout).toBe('The database is up to date.\n');
  });

  it('says its version', async () => {
    expect(await run(['--version'])).toEqual({
      code: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
  });

  it('refuses what it cannot do in one sentence that says where help is, or what was meant', async () => {
    const help = (command: string): string => `(npm run banyan -- ${command}--help)`;
    const cases: [args: string[], sentence: string][] = [
      [['nonsense'], `unknown command 'nonsense' ${help('')}`],
      [['migrat'], `unknown command 'migrat', did you mean migrate? ${help('')}`],
      [['check', '--loud'], `unknown option '--loud' ${help('check ')}`],
      [['check', '--hepl'], `unknown option '--hepl', did you mean --help? ${help('check ')}`],
      [
        ['check', 'twice'],
        `too many arguments for 'check'. Expected 0 arguments but got 1: twice ${help('check ')}`,
      ],
      [
        ['bootstrap', '--slug', 'x'],
        `required option '--name <name>' not specified ${help('bootstrap ')}`,
      ],
      [
        ['bootstrap', '--slug', ''],
        `option '--slug <slug>' argument '' is invalid: it must not be empty ${help('bootstrap ')}`,
      ],
      [
        ['seed', '--organisations', '5'],
        `unknown option '--organisations', did you mean --organizations? ${help('seed ')}`,
      ],
      [
        ['seed', '--organizations'],
        `option '--organizations <number>' argument missing ${help('seed ')}`,
      ],
      ...['many', '0', '', '1.5'].map((number): [string[], string] => [
        ['seed', '--organizations', number],
        `option '--organizations <number>' argument '${number}' is invalid: it must be a whole number between 1 and 10000000 ${help('seed ')}`,
      ]),
      [['usage'], `usage needs a command: check ${help('usage ')}`],
      [['usage', 'chek'], `unknown command 'chek', did you mean check? ${help('usage ')}`],
      [['documents'], `documents needs a command: add, list, remove ${help('documents ')}`],
      [['documents', 'add'], `missing required argument 'manifest' ${help('documents add ')}`],
      [
        ['documents', 'add', 'package.json'],
        'The manifest must be a JSON object from hashes to documents.',
      ],
      [
        ['documents', 'add', 'test/generated/persisted-documents.json', '--client', 'Not A Name'],
        '--client must have 1 to 63 characters of a-z, 0-9, dots, hyphens and underscores.',
      ],
      [
        ['documents', 'remove'],
        `required option '--client <name>' not specified ${help('documents remove ')}`,
      ],
      [['documents', 'remove', '--client', 'nobody'], 'No documents are registered for nobody.'],
      [
        ['metrics', 'add', '--key', 'x', '--name', 'X', '--unit', 'x', '--late-days', '0'],
        `option '--late-days <days>' argument '0' is invalid: it must be a whole number between 1 and 3660 ${help('metrics add ')}`,
      ],
      [
        ['phone-numbers', 'add', '+12025550123', '555'],
        '"555" is not a phone number in E.164 format, e.g. +12025550123.',
      ],
    ];
    for (const [args, sentence] of cases) {
      expect({ args, ...(await runHere(args, { DATABASE_URL: database.url })) }).toEqual({
        args,
        code: 1,
        stdout: '',
        stderr: `banyan: ${sentence}\n`,
      });
    }
    // And so does the process itself.
    expect(await run(['migrat'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `banyan: ${cases[1]?.[1]}\n`,
    });
  });

  it('bootstraps the first organization with credentials that work', async () => {
    const made = await banyan(
      'bootstrap',
      '--slug',
      'first-org',
      '--name',
      'First Org',
      '--email',
      'Boss@Example.org',
      '--json',
    );
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const result = JSON.parse(made.stdout) as Record<
      'organizationId' | 'organizationSlug' | 'userId' | 'apiKey' | 'personalAccessToken',
      string
    >;
    const gateway = gatewayOver(database.db);
    const server = createServer((request, response) => void gateway(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const ask = async (headers: Record<string, string>) =>
      (await (
        await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: '{"query":"{ viewer { user { id email } organization { id slug } scopes } }"}',
        })
      ).json()) as { data: { viewer: { scopes: string[] } } };
    expect(await ask({ authorization: `Bearer ${result.apiKey}` })).toMatchObject({
      data: {
        viewer: { user: null, organization: { id: result.organizationId, slug: 'first-org' } },
      },
    });
    const person = await ask({
      authorization: `Bearer ${result.personalAccessToken}`,
      'x-organization': 'first-org',
    });
    expect(person).toMatchObject({
      data: {
        viewer: {
          user: { id: result.userId, email: 'Boss@Example.org' },
          organization: { slug: 'first-org' },
        },
      },
    });
    expect(person.data.viewer.scopes).toHaveLength(10);
    server.closeAllConnections();
    server.close();
    expect(
      (
        await banyan(
          'bootstrap',
          '--slug',
          'second-org',
          '--name',
          'Second',
          '--email',
          'boss@example.ORG',
        )
      ).stdout,
    ).toContain('second-org');
    expect(await database.db.selectFrom('users').select('canonical_email').execute()).toEqual([
      { canonical_email: 'boss@example.org' },
    ]);
  });

  it('refuses to bootstrap what cannot be', async () => {
    const cases: [string[], RegExp][] = [
      [['--slug', 'first-org', '--name', 'X', '--email', 'a@b.example'], /--slug is taken/],
      [['--slug', 'graphql', '--name', 'X', '--email', 'a@b.example'], /--slug is a reserved word/],
      [['--slug', 'A B', '--name', 'X', '--email', 'a@b.example'], /--slug must have 3 to 63/],
      [
        ['--slug', 'third-org', '--name', ' ', '--email', 'a@b.example'],
        /--name must have between 1 and 200/,
      ],
      [
        ['--slug', 'third-org', '--name', '\u200b', '--email', 'a@b.example'],
        /--name must not contain invisible characters/,
      ],
      [['--slug', 'third-org', '--name', 'X', '--email', 'nobody'], /--email is not an address/],
    ];
    for (const [args, message] of cases)
      expect(await banyan('bootstrap', ...args)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(message),
      });
    expect(
      await database.db.selectFrom('organizations').select('slug').orderBy('slug').execute(),
    ).toEqual([{ slug: 'first-org' }, { slug: 'second-org' }]);
  });

  it('seeds an empty database, the same for the same seed, and checks it', async () => {
    expect(await banyan('seed', '--organizations', '10')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already has organizations'),
    });
    const slugs: string[][] = [];
    for (let round = 0; round < 2; round++) {
      const fresh = await createDatabase({ empty: true });
      expect(
        await runHere(['seed', '--organizations', '500', '--seed', '9'], {
          DATABASE_URL: fresh.url,
        }),
      ).toMatchObject({ code: 0 });
      const trees = await fresh.db
        .selectFrom('organizations')
        .select('id')
        .where('parent_id', 'is', null)
        .execute();
      expect((await runHere(['check'], { DATABASE_URL: fresh.url })).stdout).toBe(
        `All 500 organizations agree with the recursive truth.\nAll ${trees.length} events of the audit log follow from each other.\n`,
      );
      const start = 'events/00000000-0000-0000-0000-000000000000/0';
      expect((await runHere(['check', '--after', start], { DATABASE_URL: fresh.url })).stdout).toBe(
        `All ${trees.length} events of the audit log after ${start} follow from each other.\n`,
      );
      slugs.push(
        (
          await fresh.db.selectFrom('organizations').select('slug').orderBy('ordinal').execute()
        ).map((row) => row.slug),
      );
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

  it('adds plans to the catalog, and lists them with their prices', async () => {
    const add = (key: string, ...more: string[]) =>
      banyan('plans', 'add', '--key', key, '--name', 'Team', '--max-calls', '5', ...more);
    expect(await add('team', '--price', 'price_team', '--description', 'For one.')).toMatchObject({
      code: 0,
      stdout: 'Added team to the plans.\n',
    });
    expect(await add('gratis')).toMatchObject({ code: 0 });
    for (const [args, reason] of [
      [['team'], '--key is taken: team.'],
      [['Team'], '--key must have'],
      [['odd', '--description', '\u202e'], '--description'],
      [['odd', '--price', 'x'.repeat(256)], '--price'],
    ] as const)
      expect(await add(...(args as [string]))).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`banyan: ${reason}`),
      });
    expect(await banyan('plans', 'list')).toMatchObject({
      code: 0,
      stdout:
        'free  Free, 1 call at a time, no price\n' +
        'team  Team, 5 calls at a time, price_team\n' +
        'gratis  Team, 5 calls at a time, no price\n',
    });
    for (let n = 4; n <= 25; n++) expect(await add(`plan_${n}`)).toMatchObject({ code: 0 });
    expect(await add('one_more')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The catalog already has 25 plans, the maximum.'),
    });
  });

  it('adds metrics to the catalog, and refuses what it could not compute', async () => {
    const add = (...more: string[]) =>
      banyan('metrics', 'add', '--name', 'Text messages', '--unit', 'message', ...more);
    expect(
      await add('--key', 'messages', '--late-days', '7', '--description', 'Messages sent.'),
    ).toMatchObject({
      code: 0,
      stdout: 'Added messages to the catalog.\n',
    });
    expect(
      await add('--key', 'messages_and_calls', '--parts', 'messages,voice_calls'),
    ).toMatchObject({ code: 0 });
    expect(
      await add('--key', 'messages_per_call', '--parts', 'messages', '--divided-by', 'voice_calls'),
    ).toMatchObject({ code: 0 });
    for (const [args, reason] of [
      [['--key', 'messages'], '--key is taken: messages.'],
      [['--key', 'Messages'], '--key must have'],
      [['--key', 'odd', '--parts', 'nonsense'], '"nonsense" is not a recorded metric.'],
      [['--key', 'odd', '--parts', 'total_calls'], '"total_calls" is not a recorded metric.'],
      [['--key', 'odd', '--divided-by', 'voice_calls'], '--divided-by requires --parts'],
    ] as const)
      expect(await add(...args)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`banyan: ${reason}`),
      });
    const { rows } = await sql`
      select key, kind, parts, divided_by, late_days from usage_metrics where position > 12 order by position`.execute(
      database.db,
    );
    expect(rows).toEqual([
      { key: 'messages', kind: 'SUM', parts: ['messages'], divided_by: [], late_days: 7 },
      {
        key: 'messages_and_calls',
        kind: 'SUM',
        parts: ['messages', 'voice_calls'],
        divided_by: [],
        late_days: 366,
      },
      {
        key: 'messages_per_call',
        kind: 'AVERAGE',
        parts: ['messages'],
        divided_by: ['voice_calls'],
        late_days: 366,
      },
    ]);
  });

  it('prints the schema', async () => {
    expect((await run(['schema'])).stdout).toBe(printedSchema());
  });
});
