/**
 * How commands run: with the settings of the terminal, until they are asked to stop or with a
 * database for as long as they need it.
 */
import type { Config } from '../config/read.ts';
import type { Logger } from '../telemetry/log.ts';
import type { OpenDatabase, OpenOptions } from './database.ts';
import { INTERRUPTED, onStopSignal, untilStopped } from './signals.ts';
import type { Terminal } from './terminal.ts';

/** A command that runs until `stop` is aborted. */
export type LongCommand = (
  config: Config,
  log: Logger,
  print: (line: string) => void,
  stop: AbortSignal,
) => Promise<void>;

// What commands need is loaded when they run, so that help and refusals come at once.

/** Reads the settings and opens the log. */
async function prepare({ environment }: Terminal): Promise<{ config: Config; log: Logger }> {
  const { readConfig } = await import('../config/read.ts');
  const config = readConfig(environment);
  const { createLogger } = await import('../telemetry/log.ts');
  const log = createLogger(config.logLevel);
  if (config.misspelt.length > 0) {
    const names = config.misspelt.map(({ name, meant }) => `${name} (did you mean ${meant}?)`);
    log.warn(
      { names: config.misspelt.map(({ name }) => name) },
      `the environment has what is no setting: ${names.join(', ')}`,
    );
  }
  return { config, log };
}

/**
 * Runs a command until the process is asked to stop; the command is loaded once the settings are
 * known to be right.
 */
export function runLong(terminal: Terminal, load: () => Promise<LongCommand>): Promise<never> {
  return untilStopped(async (stop) => {
    const { config, log } = await prepare(terminal);
    const { logConsole } = await import('../telemetry/console.ts');
    logConsole(log);
    const command = await load();
    await command(config, log, terminal.print, stop);
  });
}

/**
 * Opens the database as its owner, migrated or compared as `MIGRATE` or `options` say, and closes it
 * after `work`.
 */
export async function withDatabase(
  terminal: Terminal,
  work: (database: OpenDatabase) => Promise<void>,
  options: Pick<OpenOptions, 'migrations'> = {},
): Promise<void> {
  const { config, log } = await prepare(terminal);
  await using opened = new AsyncDisposableStack();
  // Without a handler the process would end before it could stop the embedded database.
  opened.defer(onStopSignal(() => process.exit(INTERRUPTED)));
  const { openDatabase } = await import('./database.ts');
  const database = await openDatabase(config, log, { shared: true, as: 'owner', ...options });
  opened.defer(() => database.close());
  if (database.newer.length > 0 && options.migrations === undefined)
    log.warn({ unknown: database.newer }, 'a newer version has migrated the database');
  try {
    await work(database);
  } catch (error) {
    throw await database.explain(error);
  }
}
