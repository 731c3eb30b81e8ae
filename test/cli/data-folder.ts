/** What a data folder tells of its embedded server, seen from outside. */
import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';

/** Makes an empty data folder that an ordinary account can enter when the tests run as root. */
export async function makeDataFolder(name: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `banyan-${name}-`));
  await chmod(folder, 0o755);
  return folder;
}

/** Where the embedded server keeps its files; undefined before its first start is through. */
export async function serverFolder(dataDir: string): Promise<string | undefined> {
  const text = await readFile(path.join(dataDir, 'postgres.json'), 'utf8').catch(() => undefined);
  return text === undefined
    ? undefined
    : path.resolve(dataDir, (JSON.parse(text) as { folder: string }).folder);
}

/** Number of the main process, as PostgreSQL wrote it down; NaN when there is none. */
export async function postmasterOf(dataDir: string): Promise<number> {
  const file = path.join((await serverFolder(dataDir)) ?? '', 'postmaster.pid');
  // While the file is being written it is empty. Nobody is 0, which as a process means all of a group.
  return Number((await readFile(file, 'utf8').catch(() => '')).split('\n', 1)[0] || 'none');
}

/** All processes by their numbers, with their command lines. */
async function commandLines(): Promise<{ pid: number; commandLine: string }[]> {
  const numbers = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  return Promise.all(
    numbers.map(async (pid) => ({
      pid: Number(pid),
      commandLine: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    })),
  );
}

/** Numbers of all main processes that were started over the data folder, by their command lines. */
export async function serversOver(dataDir: string): Promise<number[]> {
  const folder = (await serverFolder(dataDir)) ?? dataDir;
  return (await commandLines())
    .filter(
      ({ commandLine }) => commandLine.includes('postgres') && commandLine.includes(`${folder}\0`),
    )
    .map(({ pid }) => pid);
}

/** Numbers of the processes that serve connections of a role to the database of the data folder. */
export async function backendsOf(dataDir: string, role: string): Promise<number[]> {
  const all = await commandLines();
  const postmaster = await postmasterOf(dataDir);
  const [, mark] =
    /cluster_name=(\S+?)\0/.exec(all.find(({ pid }) => pid === postmaster)?.commandLine ?? '') ??
    [];
  return all
    .filter(({ commandLine }) => commandLine.startsWith(`postgres: ${mark}: ${role} `))
    .map(({ pid }) => pid);
}

/** Whether a signal waits for a process that is stopped. */
export async function isTold(pid: number, signal: NodeJS.Signals): Promise<boolean> {
  const [, pending = ''] =
    /^ShdPnd:\s+([0-9a-f]+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (BigInt(`0x${pending || 0}`) & (1n << BigInt(constants.signals[signal] - 1))) !== 0n;
}

/** Deletes a data folder, also what its server keeps outside of it. */
export async function removeDataFolder(dataDir: string): Promise<void> {
  const folder = await serverFolder(dataDir);
  if (folder !== undefined && !folder.startsWith(dataDir))
    await rm(path.dirname(folder), { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}
