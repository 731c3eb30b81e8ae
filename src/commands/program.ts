/**
 * The commands with their options and help. Each command is loaded when it runs, so that help and
 * refusals come at once.
 */
import { Command, type CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { BootstrapOptions } from './bootstrap.ts';
import { addCatalogs } from './catalogs.ts';
import type { CheckOptions } from './check.ts';
import { nearest } from '../config/similar.ts';
import { filled, wholeNumber } from './option-values.ts';
import { runLong } from './run.ts';
import type { SeedOptions } from './seed.ts';
import type { Terminal } from './terminal.ts';
import { addTransfer } from './transfer.ts';

/** A command line that cannot be understood; the message is one sentence that says where help is. */
export class UsageError extends Error {}

/** How people who have the repository call the program. */
const NAME = 'npm run banyan --';

/**
 * Makes the program. It never ends the process: what it refuses it throws, as a `UsageError` or as
 * commands throw it.
 */
export function createProgram(terminal: Terminal): Command {
  const program = new Command(NAME)
    .description('Banyan serves a tree of organizations as a GraphQL API.')
    .version(packageJson.version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Explain the command.')
    .helpCommand('help [command]', 'Explain a command.')
    .addHelpText(
      'after',
      '\nSettings come from the environment: docs/reference/configuration.md lists them.',
    );

  program
    .command('serve')
    .summary('Run the gateway (the default of npm start).')
    .description(
      'Run the gateway. Settings come from the environment: DATABASE_URL, DATA_DIR, HOST, PORT and others.',
    )
    .action(() => runLong(terminal, async () => (await import('./serve.ts')).serve));

  program
    .command('worker')
    .summary('Do jobs (mail, provisioning, domains, purges) in a process of their own.')
    .description(
      'Do jobs in a process of their own, for gateways that run with WORKER=separate. Any number of workers may run.',
    )
    .action(() => runLong(terminal, async () => (await import('./worker.ts')).work));

  program
    .command('phone-numbers')
    .description('Fill the pool that phone numbers for new organizations come from.')
    .command('add')
    .description(
      'Add numbers to the pool, in the form of E.164, e.g. +12025550123. Without any they are read from standard input, one per line. ' +
        'Organizations whose provisioning waited for a number go on at once.',
    )
    .argument('[numbers...]', 'the numbers')
    .action(async (numbers: string[]) =>
      (await import('./phone-numbers.ts')).addToPool(terminal, numbers),
    );

  program
    .command('migrate')
    .summary('Bring the database to the newest schema.')
    .description(
      'Bring the database to the newest schema. MAX_TREE_DEPTH sets the depth limit of the tree (1 to 64, 32 at first).',
    )
    .action(async () => (await import('./migrate.ts')).migrate(terminal));

  program
    .command('bootstrap')
    .summary('Create the first organization, its admin, an API key and a personal token.')
    .description(
      'Create the first organization, its admin, an API key and a personal token. The secrets are shown once.',
    )
    .requiredOption('--slug <slug>', 'slug of the organization', filled)
    .requiredOption('--name <name>', 'name of the organization', filled)
    .requiredOption('--email <address>', 'e-mail address of the admin', filled)
    .option('--json', 'print one JSON object, for machines')
    .action(async (options: BootstrapOptions) =>
      (await import('./bootstrap.ts')).bootstrap(terminal, options),
    );

  program
    .command('seed')
    .summary('Fill an empty database with made-up trees, people, invitations and usage.')
    .description(
      'Fill an empty database with made-up trees, people, invitations and usage. One million organizations take some minutes.',
    )
    .requiredOption(
      '--organizations <number>',
      'how many organizations, 1 to 10000000',
      wholeNumber(1, 10_000_000),
    )
    .option(
      '--seed <number>',
      'the same seed gives the same data',
      wholeNumber(0, 4_294_967_295),
      1,
    )
    .action(async (options: SeedOptions) => (await import('./seed.ts')).seed(terminal, options));

  program
    .command('usage')
    .description(
      'Compare the totals of usage with each other and with the events that they were made of.',
    )
    .command('check')
    .description(
      'Compare the totals of usage with each other and with their events. Exit code 1 when a total differs. ' +
        'Running gateways check a few organizations every hour and log what differs.',
    )
    .action(async () => (await import('./usage.ts')).compareUsage(terminal));

  addCatalogs(program, terminal);
  addTransfer(program, terminal);

  const documents = program
    .command('documents')
    .description('Register the documents that a client sends, so that it can name them by hash.');
  documents
    .command('add')
    .description(
      'Register a manifest: a JSON object from the SHA-256 of each document to the document, as code generators write it. All of it is ' +
        'registered or nothing; documents of earlier manifests stay. Running gateways know it within seconds (TRUSTED_DOCUMENTS).',
    )
    .argument('<manifest>', 'file with the manifest')
    .option('--client <name>', 'client that sends the documents', filled, 'default')
    .action(async (file: string, { client }: { client: string }) =>
      (await import('./documents.ts')).addDocuments(terminal, client, file),
    );
  documents
    .command('list')
    .description('List clients with the number and size of their documents.')
    .action(async () => (await import('./documents.ts')).listDocuments(terminal));
  documents
    .command('remove')
    .description('Remove all documents of a client.')
    .requiredOption('--client <name>', 'client whose documents are removed', filled)
    .action(async ({ client }: { client: string }) =>
      (await import('./documents.ts')).removeDocuments(terminal, client),
    );

  program
    .command('schema')
    .description('Print the GraphQL schema.')
    .action(async () => (await import('./schema.ts')).printSchema(terminal));

  program
    .command('check')
    .summary(
      'Compare the derived columns of the tree with the recursive truth, and the audit log with its seals.',
    )
    .description(
      'Compare the derived columns of the tree with the recursive truth, and the audit log with its seals. ' +
        'Exit code 1 when an organization differs, or an event of the audit log was changed or is missing. ' +
        'The log is read in pieces; every 100000 events a line says from where an interrupted check can go on.',
    )
    .option(
      '--after <position>',
      'only verify the audit log after a position that an earlier check printed',
    )
    .action(async (options: CheckOptions) => (await import('./check.ts')).check(terminal, options));

  throwing(program, terminal);
  return program;
}

/** Has a command and those below it write help to the terminal and throw what they refuse. */
function throwing(command: Command, terminal: Terminal): void {
  command
    .configureOutput({ writeOut: terminal.write, writeErr: () => undefined })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : new UsageError(refusal(command, error));
    });
  for (const below of command.commands) throwing(below, terminal);
}

/** Why a command line was refused, in one sentence, with what was probably meant. */
function refusal(command: Command, { code, message }: CommanderError): string {
  const path = command.parent ? `${NAME} ${pathOf(command)}` : NAME;
  const help = `(${path} --help)`;
  // Help that nobody asked for: a command was named that needs another word.
  if (code === 'commander.help') {
    return `${pathOf(command)} needs a command: ${command.commands.map((below) => below.name()).join(', ')} ${help}`;
  }
  const unknown = command.args.find((word) => word.startsWith('--'));
  if (code === 'commander.missingMandatoryOptionValue' && unknown !== undefined) {
    // An option that is missing because it is misspelt.
    const meant = nearest(
      unknown,
      command.options.map(({ long }) => long ?? ''),
    );
    return `unknown option '${unknown}'${meant === undefined ? '' : `, did you mean ${meant}?`} ${help}`;
  }
  const [reason = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = suggestion?.replace(/^\(Did you mean (.*)\?\)$/, ', did you mean $1?') ?? '';
  return `${reason.replace(/\.$/, '').replace('. It must', ': it must')}${meant} ${help}`;
}

/** Names of a command and those above it, without the program's. */
function pathOf(command: Command): string {
  return command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
