/** Starts PostGraphile, after installing it on first use: it needs another version of graphql than the gateway. */
import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { bodyOf, dataOf, headersOf, type Peer } from '../peer.ts';
import { POOL_SIZE, startServer } from '../process.ts';
import type { World } from '../world.ts';
import { translations } from './documents.ts';

const FOLDER = path.join('bench', 'peers', 'postgraphile');

/** Installs what the lock file of the folder says, unless it has been installed. */
async function install(): Promise<void> {
  const isInstalled = await access(path.join(FOLDER, 'node_modules', 'postgraphile')).then(
    () => true,
    () => false,
  );
  if (isInstalled) return;
  console.log('installing PostGraphile, once…');
  const child = spawn('npm', ['ci'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const code = await new Promise((resolve, reject) =>
    child.once('exit', resolve).once('error', reject),
  );
  if (code !== 0) throw new Error(`npm ci in ${FOLDER} ended with ${String(code)}`);
}

export async function startPostGraphile(
  { forest }: World,
  { logs }: { logs: string | undefined },
): Promise<Peer> {
  await install();
  const server = await startServer({
    name: 'postgraphile',
    args: [path.join(FOLDER, 'server.mjs')],
    env: { DATABASE_URL: forest.url, POOL_SIZE: String(POOL_SIZE), GRAPHILE_ENV: 'production' },
    logs,
  });
  return {
    ...server,
    name: 'postgraphile',
    label: 'PostGraphile',
    isGuarded: false,
    request({ key, variables }, world) {
      const { document, variables: translated } = translations[key];
      return {
        url: `${server.url}/graphql`,
        headers: headersOf(world),
        bodies: variables(world).map((each) => bodyOf(document, translated(each, world.keyId))),
      };
    },
    data: (key, answer) => translations[key].data(dataOf(answer)),
  };
}
