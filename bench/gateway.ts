/** The gateway as a process: how soon it is ready, and what memory it holds after many queries. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded } from '../src/database/embedded.ts';
import { ms, summary, verdict } from './measure.ts';

const READY_TARGET_S = 10;
const MEMORY_TARGET_MIB = 250;
const CALLERS = 16;

const documents = [
  '{ viewer { organization { slug } scopes } }',
  '{ organization { name descendantCount children { totalCount nodes { slug name childCount } } } }',
  '{ organization { descendants(search: "dental", first: 10) { totalCount edges { depth path matchedOn node { id slug } } } } }',
  '{ organization { children(first: 4) { nodes { slug members(first: 5) { nodes { user { email } roles { key } } } } } } }',
  '{ organization { people(first: 10) { nodes { user { email } memberships { organization { slug } } } } } }',
];

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

export async function benchGateway(queries: number): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-bench-'));
  const begin = performance.now();
  const child = spawn('npm', ['start'], {
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', NODE_ENV: '' },
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
  verdict('npm start ready, first start with an empty data folder', (performance.now() - begin) / 1000, READY_TARGET_S, ' s');

  const { apiKey } = JSON.parse(await readFile(path.join(dataDir, 'demo.json'), 'utf8')) as { apiKey: string };
  const ask = async (query: string): Promise<{ extensions?: unknown; errors?: unknown }> =>
    (await (
      await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ query }),
      })
    ).json()) as { errors?: unknown };
  const pid = await gatewayPid(child.pid ?? 0);
  const times: number[] = [];
  let asked = 0;
  let failed = 0;
  const caller = async (): Promise<void> => {
    while (asked < queries) {
      const turn = ++asked;
      const query = documents[turn % documents.length] ?? '';
      const start = performance.now();
      if ((await ask(query)).errors) failed++;
      times.push(performance.now() - start);
      if (turn % Math.ceil(queries / 5) === 0)
        console.log(`        ${turn.toLocaleString('en')} queries: ${(await residentMiB(pid)).toFixed(0)} MiB resident`);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const { p50, p95 } = summary(times);
  console.log(
    `        ${Math.round(queries / ((performance.now() - started) / 1000))} queries a second by ${CALLERS} callers, p50 ${ms(p50)} ms, p95 ${ms(p95)} ms, ${failed} failed`,
  );
  verdict(
    `resident memory of the gateway after ${queries.toLocaleString('en')} queries`,
    await residentMiB(pid),
    MEMORY_TARGET_MIB,
    ' MiB',
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(pid, 'SIGTERM');
  await ended;
  await (await startEmbedded({ dataDir })).discard();
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
    if (command.includes('src/cli.ts') && /^[^\0]*node\0/.test(command)) return pid;
    if (next === undefined) throw new Error('the gateway process was not found');
    pid = next;
  }
}
