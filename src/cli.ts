/** The command line: reads the command, runs it, and turns what an operator can mend into one sentence and exit code 1. */
import { text } from 'node:stream/consumers';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { OpenDatabase } from './commands/database.ts';
import { INTERRUPTED, onStopSignal, untilStopped } from './commands/signals.ts';
import { readConfig } from './config.ts';
import { StartError, isUnavailable, sqlState } from './errors.ts';
import { createLogger } from './telemetry/log.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values = Record<string, string | boolean | undefined>;

interface Command {
  summary: string;
  usage: string;
  options: Options;
  /** Whether it takes words beside its options. */
  positionals?: boolean;
  run(values: Values, positionals: string[]): Promise<void>;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function required(values: Values, name: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') throw new StartError(`--${name} is required.`);
  return value;
}

function wholeNumber(values: Values, name: string, least: number, most: number): number {
  const value = Number(required(values, name));
  if (!Number.isInteger(value) || value < least || value > most)
    throw new StartError(`--${name} must be a whole number between ${least} and ${most}.`);
  return value;
}

const commands: Record<string, Command> = {
  serve: {
    summary: 'Run the gateway (the default of npm start).',
    usage: 'banyan serve\n\nSettings come from the environment: DATABASE_URL, DATA_DIR, HOST, PORT and others (see README.md).',
    options: {},
    run: () =>
      untilStopped(async (stop) => {
        const config = readConfig();
        const { serve } = await import('./commands/serve.ts');
        await serve(config, createLogger(config.logLevel), print, stop);
      }),
  },
  worker: {
    summary: 'Do jobs (mail, provisioning, domains, purges) in a process of their own.',
    usage: 'banyan worker\n\nFor gateways that run with WORKER=separate. Any number of workers may run.',
    options: {},
    run: () =>
      untilStopped(async (stop) => {
        const config = readConfig();
        const { work } = await import('./commands/worker.ts');
        await work(config, createLogger(config.logLevel), print, stop);
      }),
  },
  'phone-numbers': {
    summary: 'Fill the pool that phone numbers for new organizations come from.',
    usage:
      'banyan phone-numbers add <number>...\n\nNumbers are in the form of E.164, e.g. +12025550123; without any they are read from standard input, ' +
      'one a line. Organizations whose provisioning waited for a number go on at once.',
    options: {},
    positionals: true,
    async run(_values, [what, ...given]) {
      if (what !== 'add') throw new StartError('banyan phone-numbers knows one thing: add.');
      const numbers = given.length > 0 ? given : (await text(process.stdin)).split(/\s+/).filter((line) => line !== '');
      const { addPhoneNumbers, requirePhoneNumbers } = await import('./modules/provisioning/phone-numbers.ts');
      requirePhoneNumbers(numbers);
      await withDatabase(async ({ db }) => {
        const { added, known, restarted } = await addPhoneNumbers(db, numbers);
        print(`Added ${added} numbers to the pool; ${known} were in it already. ${restarted} organizations get theirs now.`);
      });
    },
  },
  migrate: {
    summary: 'Bring the database to the newest schema.',
    usage: 'banyan migrate\n\nMAX_TREE_DEPTH sets the depth limit of the tree (1 to 64, 32 at first).',
    options: {},
    run: () =>
      withDatabase(async ({ applied }) => {
        print(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
      }),
  },
  bootstrap: {
    summary: 'Make the first organization, its admin, an API key and a personal token.',
    usage: 'banyan bootstrap --slug <slug> --name <name> --email <address> [--json]\n\nThe secrets are shown once.',
    options: { slug: { type: 'string' }, name: { type: 'string' }, email: { type: 'string' }, json: { type: 'boolean' } },
    async run(values) {
      const input = { slug: required(values, 'slug'), name: required(values, 'name'), email: required(values, 'email') };
      const { bootstrap } = await import('./seed/bootstrap.ts');
      await withDatabase(async ({ db }) => {
        const result = await bootstrap(db, input);
        if (values['json']) return print(JSON.stringify(result));
        print(`Organization    ${result.organizationSlug}  (${result.organizationId})`);
        print(`API key         ${result.apiKey}`);
        print(`Personal token  ${result.personalAccessToken}`);
      });
    },
  },
  seed: {
    summary: 'Fill an empty database with made-up trees, people, invitations and usage.',
    usage:
      'banyan seed --organizations <number> [--seed <number>]\n\nThe same seed gives the same data. One million organizations take some minutes.',
    options: { organizations: { type: 'string' }, seed: { type: 'string', default: '1' } },
    async run(values) {
      const organizations = wholeNumber(values, 'organizations', 1, 10_000_000);
      const seed = wholeNumber(values, 'seed', 0, 4_294_967_295);
      const { seedSynthetic } = await import('./seed/synthetic.ts');
      const { databaseNow } = await import('./database/clock.ts');
      await withDatabase(async ({ db, url }) => {
        if (await db.selectFrom('organizations').select('id').limit(1).executeTakeFirst()) {
          throw new StartError('The database already has organizations; seed works on an empty one.');
        }
        await seedSynthetic(url, {
          organizations,
          seed,
          now: await databaseNow(db),
          progress: (step, rows) => print(`${step}: ${rows.toLocaleString('en')}`),
        });
      });
    },
  },
  usage: {
    summary: 'Compare the totals of usage with each other and with the events that they were made of.',
    usage:
      'banyan usage check\n\nExit code 1 when a total differs. Running gateways check a few organizations every hour and log what differs.',
    options: {},
    positionals: true,
    async run(_values, [what]) {
      if (what !== 'check') throw new StartError('banyan usage knows one thing: check.');
      const { checkUsage } = await import('./modules/usage/verify.ts');
      await withDatabase(async ({ db }) => {
        const { organizations, differing, examples } = await checkUsage(db);
        if (differing > 0) throw new StartError(`${differing} totals differ from their events, among them ${examples.join(', ')}.`);
        print(`The totals of ${organizations} organizations agree with their events.`);
      });
    },
  },
  metrics: {
    summary: 'Add a metric to the catalog of what is metered.',
    usage:
      'banyan metrics add --key <key> --name <name> --unit <unit> [--description <text>] [--late-days <days>] [--parts <key,key>] [--divided-by <key,key>]\n\n' +
      'Without --parts it is recorded itself; with them it is their sum, divided by another sum if --divided-by names one. ' +
      'Events may come 366 days late unless --late-days says otherwise. Running gateways know it at once.',
    options: {
      key: { type: 'string' },
      name: { type: 'string' },
      unit: { type: 'string' },
      description: { type: 'string' },
      parts: { type: 'string', default: '' },
      'divided-by': { type: 'string', default: '' },
      'late-days': { type: 'string', default: '366' },
    },
    positionals: true,
    async run(values, [what]) {
      if (what !== 'add') throw new StartError('banyan metrics knows one thing: add.');
      const keys = (name: string): string[] =>
        String(values[name])
          .split(',')
          .filter((key) => key !== '');
      const metric = {
        key: required(values, 'key'),
        name: required(values, 'name'),
        unit: required(values, 'unit'),
        description: typeof values['description'] === 'string' ? values['description'] : null,
        parts: keys('parts'),
        dividedBy: keys('divided-by'),
        lateDays: wholeNumber(values, 'late-days', 1, 3_660),
      };
      const { addMetric } = await import('./modules/usage/catalog.ts');
      await withDatabase(async ({ db }) => {
        await addMetric(db, metric);
        print(`Added ${metric.key} to the catalog.`);
      });
    },
  },
  documents: {
    summary: 'Register the documents that a client sends, so that it can name them by hash.',
    usage:
      'banyan documents add <manifest.json> [--client <name>]\n       npm run banyan -- documents list\n' +
      '       npm run banyan -- documents remove --client <name>\n\n' +
      'A manifest is a JSON object from the SHA-256 of each document to the document, as code generators write it. All of it is ' +
      'registered or nothing; documents of earlier manifests stay. Running gateways know it within seconds (TRUSTED_DOCUMENTS).',
    options: { client: { type: 'string' } },
    positionals: true,
    async run(values, [what, file]) {
      const { addDocuments, listDocuments, removeDocuments } = await import('./commands/documents.ts');
      if (what === 'add') {
        if (file === undefined) throw new StartError('banyan documents add needs a manifest.');
        const client = values['client'] === undefined ? 'default' : required(values, 'client');
        return addDocuments(withDatabase, client, file, print);
      }
      if (what === 'list') return listDocuments(withDatabase, print);
      if (what === 'remove') return removeDocuments(withDatabase, required(values, 'client'), print);
      throw new StartError('banyan documents knows three things: add, list and remove.');
    },
  },
  schema: {
    summary: 'Print the GraphQL schema.',
    usage: 'banyan schema',
    options: {},
    async run() {
      const { printedSchema } = await import('./schema.ts');
      process.stdout.write(printedSchema());
    },
  },
  check: {
    summary: 'Compare the derived columns of the tree with the recursive truth, and the audit log with its seals.',
    usage: 'banyan check\n\nExit code 1 when an organization differs, or an event of the audit log was changed or is missing.',
    options: {},
    async run() {
      const { checkTree } = await import('./modules/organization/verify.ts');
      const { checkTrail } = await import('./modules/audit/verify.ts');
      await withDatabase(async ({ db }) => {
        const { organizations, differing, examples } = await checkTree(db);
        if (differing > 0)
          throw new StartError(
            `${differing} of ${organizations} organizations differ from the recursive truth, among them ${examples.join(', ')}.`,
          );
        print(`All ${organizations} organizations agree with the recursive truth.`);
        const { events, broken, examples: places } = await checkTrail(db);
        if (broken > 0) throw new StartError(`The audit log is broken in ${broken} places, among them ${places.join(', ')}.`);
        print(`All ${events} events of the audit log follow from each other.`);
      });
    },
  },
};

async function withDatabase(work: (database: OpenDatabase) => Promise<void>): Promise<void> {
  const { openDatabase } = await import('./commands/database.ts');
  const config = readConfig();
  // Without a handler the process would end before it could stop the embedded database.
  onStopSignal(() => process.exit(INTERRUPTED));
  const database = await openDatabase(config, createLogger(config.logLevel), { shared: true, as: 'owner' });
  try {
    await work(database);
  } catch (error) {
    throw await database.explain(error);
  } finally {
    await database.close();
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return ['Usage: npm run banyan -- <command> [options]', '', ...lines, '', 'banyan <command> --help tells more.'].join('\n');
}

/** What went wrong, as one sentence for the operator where it is nobody's mistake in the code. */
function told(error: unknown): unknown {
  const state = sqlState(error);
  const said = (error instanceof Error && error.message.replace(/\.$/, '')) || 'it does not answer';
  if (state === '42501') {
    return new StartError('The role of DATABASE_URL may not do this: set DATABASE_MIGRATION_URL to the address for the owner.');
  }
  if (state === '53100') return new StartError(`There is no room left on the disk of the database: ${said}.`);
  if (!(error instanceof StartError) && isUnavailable(error)) return new StartError(`The database cannot be reached any more: ${said}.`);
  return error;
}

function fail(thrown: unknown): never {
  const error = told(thrown);
  // Anything but a StartError is a defect of ours and deserves its stack.
  process.stderr.write(
    error instanceof StartError
      ? `banyan: ${error.message}\n`
      : `banyan: unexpected failure\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
}

async function main([name, ...rest]: string[]): Promise<void> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return print(overview());
  const command = commands[name];
  if (!command) throw new StartError(`There is no command "${name}"; banyan --help lists them.`);
  let values: Values;
  let positionals: string[];
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
    ({ values, positionals } = parseArgs({ args: rest, options, strict: true, allowPositionals: command.positionals ?? false }));
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : 'The options cannot be read'} (banyan ${name} --help).`);
  }
  if (values['help']) return print(`${command.summary}\n\nUsage: npm run ${command.usage.replace('banyan', 'banyan --')}`);
  await command.run(values, positionals);
}

main(process.argv.slice(2)).catch(fail);
