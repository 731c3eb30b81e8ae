/** A gateway as a user starts it: `npm start` on an empty data folder. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../src/embedded-postgres/start.ts';

export interface RunningGateway {
  url: string;
  /** The gateway's own process, not npm's. */
  pid: number;
  apiKey: string;
  organizationId: string;
  /** Address of its database. */
  databaseUrl: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Starts it and resolves once it says that it is ready. */
export async function startGateway(): Promise<RunningGateway> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-bench-'));
  const child = spawn('npm', ['start'], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: '0',
      NODE_ENV: '',
      LOG_LEVEL: 'warn',
      RATE_LIMITS: 'off',
      INVITATION_MAILS_PER_SENDER: '1000000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const [, found] = /Banyan is ready: (\S+)/.exec(output) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(`npm start ended: ${output}`)));
  });
  const demo = JSON.parse(await readFile(path.join(dataDir, 'demo.json'), 'utf8')) as {
    apiKey: string;
    organizationId: string;
  };
  const pid = await gatewayPid(child.pid ?? 0);
  return {
    ...demo,
    url,
    databaseUrl: (await startEmbedded({ dataDir, shared: true })).ownerUrl,
    pid,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      process.kill(pid, 'SIGTERM');
      await ended;
      await (await startEmbedded({ dataDir })).discard();
    },
  };
}

/** Posts an operation and returns the body of the answer. */
export async function post<Data>(
  url: string,
  token: string,
  query: string,
  variables?: Record<string, unknown>,
): Promise<{ data?: Data; errors?: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data?: Data; errors?: unknown };
}

/** npm starts a shell that starts node: the process without children of its own that runs the command line. */
async function gatewayPid(root: number): Promise<number> {
  let pid = root;
  for (;;) {
    const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => ''))
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
    const [next] = children;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    if (command.includes('src/main.ts') && /^[^\0]*node\0/.test(command)) return pid;
    if (next === undefined) throw new Error('the gateway process was not found');
    pid = next;
  }
}
