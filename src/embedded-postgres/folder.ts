/** The data folder of the embedded server: its record, and the creation of the server's files. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { OWNER } from './running-server.ts';
import type { Account } from './account.ts';
import { run, startProblem } from './tools.ts';

/** The record of the server in the data folder. */
export interface ServerRecord {
  /** The folder with the server's files. */
  folder: string;
  /** The password of the owner. */
  password: string;
  /** The password of the gateway's role; absent in folders created before that role existed. */
  gatewayPassword?: string;
}

const RECORD = 'postgres.json';

export const newPassword = (): string => randomBytes(24).toString('base64url');

/**
 * Creates the data folder and checks that files can be written there. (As root, permissions do not
 * tell.) `shown` is its name as the operator gave it.
 */
export async function requireWritable(root: string, shown: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
    await access(root, constants.W_OK);
    const probe = path.join(root, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new ConfigurationError(
      `DATA_DIR cannot be written: ${shown} (${error instanceof Error ? error.message : 'unknown reason'}).`,
    );
  }
}

/** Reads the record; undefined before the first start has finished. */
export async function readRecord(root: string): Promise<ServerRecord | undefined> {
  const file = path.join(root, RECORD);
  let record: ServerRecord;
  try {
    record = JSON.parse(await readFile(file, 'utf8')) as ServerRecord;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    // The record identifies the database. Without it, a new database would replace the old one.
    throw new ConfigurationError(
      `DATA_DIR: ${file} cannot be read (${error instanceof Error ? error.message : 'unknown reason'}).`,
    );
  }
  const folder = path.resolve(root, record.folder);
  try {
    await access(path.join(folder, 'PG_VERSION'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
      throw new ConfigurationError(
        `DATA_DIR: the embedded PostgreSQL belongs to another account: ${folder}.`,
      );
    }
    throw new ConfigurationError(
      `DATA_DIR points to ${folder}, which no longer contains a database: remove DATA_DIR to start with a new one.`,
    );
  }
  return { ...record, folder };
}

/** Writes the record atomically. */
export async function writeRecord(
  root: string,
  { folder, ...record }: ServerRecord,
): Promise<void> {
  const draft = path.join(root, `.${RECORD}-${process.pid}`);
  // Relative if possible, so that the data folder can be moved as a whole.
  const kept = folder.startsWith(root + path.sep) ? path.relative(root, folder) : folder;
  try {
    await writeFile(draft, JSON.stringify({ ...record, folder: kept }), { mode: 0o600 });
    await rename(draft, path.join(root, RECORD));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw await startProblem(folder, error instanceof Error ? error.message : undefined);
  }
}

/**
 * Creates the files of a new server. Throws a `ConfigurationError` that tells the cause; in that case
 * nothing is left behind.
 */
export async function initialize(
  { folder, password }: ServerRecord,
  binaries: string,
  account: Account | undefined,
  stop: AbortSignal | undefined,
): Promise<void> {
  const passwordFile = path.join(path.dirname(folder), `.postgres-password-${process.pid}`);
  try {
    // An interrupted first start has left no record, so nobody has stored anything in the folder.
    await rm(folder, { recursive: true, force: true });
    await mkdir(path.dirname(folder), { recursive: true });
    await mkdir(folder, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account) {
      await chown(folder, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const place = ['-D', folder, '-U', OWNER, '--pwfile', passwordFile, '-A', 'scram-sha-256'];
    const text = ['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    await run(
      path.join(binaries, 'initdb'),
      [...place, ...text, '--no-instructions'],
      account,
      stop,
    );
  } catch (error) {
    stop?.throwIfAborted();
    const problem = await startProblem(folder, error instanceof Error ? error.message : undefined);
    // Frees the space for others too, if the disk is full.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw problem;
  } finally {
    await rm(passwordFile, { force: true }).catch(() => undefined);
  }
}
