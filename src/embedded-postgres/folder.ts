/** The data folder of the embedded server: what it remembers, and how the server's files are made in it. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StartError } from '../errors.ts';
import { OWNER } from './running-server.ts';
import type { Account } from './account.ts';
import { run, startProblem } from './tools.ts';

/** What the data folder remembers of its server. */
export interface ServerRecord {
  /** Folder of the server's files. */
  folder: string;
  /** Of the owner. */
  password: string;
  /** Of the gateway's role; absent in folders from before there was one. */
  gatewayPassword?: string;
}

const RECORD = 'postgres.json';

export const newPassword = (): string => randomBytes(24).toString('base64url');

/** Makes the data folder, and makes sure that files can be written there; as root, permissions do not tell. `shown` is its name as it was given. */
export async function requireWritable(root: string, shown: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
    await access(root, constants.W_OK);
    const probe = path.join(root, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new StartError(`DATA_DIR cannot be written: ${shown} (${error instanceof Error ? error.message : 'unknown reason'}).`);
  }
}

/** What the data folder remembers; undefined before the first start is through. */
export async function readRecord(root: string): Promise<ServerRecord | undefined> {
  const file = path.join(root, RECORD);
  let record: ServerRecord;
  try {
    record = JSON.parse(await readFile(file, 'utf8')) as ServerRecord;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    // It names the database: without it a new one would be made in the place of the old one.
    throw new StartError(`DATA_DIR: ${file} cannot be read (${error instanceof Error ? error.message : 'unknown reason'}).`);
  }
  const folder = path.resolve(root, record.folder);
  try {
    await access(path.join(folder, 'PG_VERSION'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
      throw new StartError(`DATA_DIR: the embedded PostgreSQL belongs to another account: ${folder}.`);
    }
    throw new StartError(`DATA_DIR points to ${folder}, which holds no database any more: remove DATA_DIR to start anew.`);
  }
  return { ...record, folder };
}

/** Writes down what the data folder remembers, all or nothing. */
export async function writeRecord(root: string, { folder, ...record }: ServerRecord): Promise<void> {
  const draft = path.join(root, `.${RECORD}-${process.pid}`);
  // Relative where it can be, so that the data folder may be moved as a whole.
  const kept = folder.startsWith(root + path.sep) ? path.relative(root, folder) : folder;
  try {
    await writeFile(draft, JSON.stringify({ ...record, folder: kept }), { mode: 0o600 });
    await rename(draft, path.join(root, RECORD));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw await startProblem(folder, error instanceof Error ? error.message : undefined);
  }
}

/** Makes the files of a new server. Throws a `StartError` that tells the cause, and leaves nothing behind then. */
export async function initialize(
  { folder, password }: ServerRecord,
  binaries: string,
  account: Account | undefined,
  stop: AbortSignal | undefined,
): Promise<void> {
  const passwordFile = path.join(path.dirname(folder), `.postgres-password-${process.pid}`);
  try {
    // What an interrupted first start left behind has no record, so nobody has stored anything in it.
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
    await run(path.join(binaries, 'initdb'), [...place, ...text, '--no-instructions'], account, stop);
  } catch (error) {
    stop?.throwIfAborted();
    const problem = await startProblem(folder, error instanceof Error ? error.message : undefined);
    // Also for those who share the disk, when it is full.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw problem;
  } finally {
    await rm(passwordFile, { force: true }).catch(() => undefined);
  }
}
