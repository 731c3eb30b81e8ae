/**
 * The programs of the lab: packages of a suite of Debian that is new enough, in a folder of their
 * own. The machine's packages are neither used nor changed.
 */
import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { access, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const PACKAGES = [
  'postgresql-18',
  'patroni',
  'python3-etcd',
  'etcd-server',
  'pgbouncer',
  'haproxy',
] as const;

/** Why the lab cannot be had on this machine. */
export class Unavailable extends Error {}

/** The folder with the programs of a suite, which is made by the first run. */
export async function findSystem(folder: string, suite: string): Promise<string> {
  const system = path.join(folder, `system-${suite}`);
  const isComplete = await access(path.join(system, 'complete')).then(
    () => true,
    () => false,
  );
  if (!isComplete) await makeSystem(system, suite, path.join(folder, 'packages.log'));
  return system;
}

/** The account of PostgreSQL in the system. */
export async function serverAccount(system: string): Promise<{ uid: number; gid: number }> {
  const accounts = await readFile(path.join(system, 'etc/passwd'), 'utf8');
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

async function makeSystem(system: string, suite: string, log: string): Promise<void> {
  const mirror = await findMirror();
  const unfinished = `${system}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(path.dirname(system), { recursive: true });
  console.log(`Installing packages of ${suite} into ${system}: minutes, once. See ${log}.`);
  await toLog(log, 'debootstrap', ['--variant=minbase', suite, unfinished, mirror]);
  await prepare(unfinished);
  const install = `set -e
    mount --rbind /dev dev
    mount -t proc proc proc
    export DEBIAN_FRONTEND=noninteractive
    chroot . apt-get update
    chroot . apt-get install --yes ${PACKAGES.join(' ')}`;
  await toLog(log, 'unshare', ['--mount', 'sh', '-c', install], unfinished);
  await writeFile(path.join(unfinished, 'complete'), '');
  await rename(unfinished, system);
}

/** Nothing is started by being installed, and nothing is installed that was not asked for. */
async function prepare(system: string): Promise<void> {
  const put = (file: string, text: string, mode = 0o644): Promise<void> =>
    writeFile(path.join(system, file), text, { mode });
  await put('usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
  await put(
    'etc/apt/apt.conf.d/lab',
    `Acquire::Check-Valid-Until "false";\nAPT::Install-Recommends "false";\nAPT::Sandbox::User "root";\n`,
  );
  await mkdir(path.join(system, 'etc/postgresql-common'), { recursive: true });
  await put('etc/postgresql-common/createcluster.conf', 'create_main_cluster = false\n');
  await copyFile('/etc/resolv.conf', path.join(system, 'etc/resolv.conf'));
}

/** The mirror that the machine's own packages come from. */
async function findMirror(): Promise<string> {
  const { stdout } = await execute('apt-get', ['indextargets', '--format', '$(SITE)']).catch(() => {
    throw new Unavailable('no apt-get, whose mirror of Debian would be asked for packages');
  });
  const mirror = stdout.split('\n').find((site) => site.endsWith('/debian'));
  if (mirror === undefined)
    throw new Unavailable("no mirror of Debian among apt's sources (apt-get indextargets)");
  await execute('debootstrap', ['--version']).catch(() => {
    throw new Unavailable('no debootstrap (apt-get install debootstrap)');
  });
  return mirror;
}

async function toLog(
  log: string,
  command: string,
  args: readonly string[],
  cwd?: string,
): Promise<void> {
  const output = createWriteStream(log, { flags: 'a' });
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  output.end();
  if (code !== 0)
    throw new Unavailable(
      `the packages could not be installed: ${command} ended with ${code}, see ${log}`,
    );
}
