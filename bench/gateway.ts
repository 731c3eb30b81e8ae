/** The gateway as a process: how soon it is ready, and what memory it holds after many queries. */
import { readFile } from 'node:fs/promises';
import { ms, summary, verdict } from './measure.ts';
import { post, startGateway } from './process.ts';

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
  const begin = performance.now();
  const { url, pid, apiKey, stop } = await startGateway();
  verdict(
    'npm start ready, first start with an empty data folder',
    (performance.now() - begin) / 1000,
    READY_TARGET_S,
    ' s',
  );

  const ask = (query: string) => post(url, apiKey, query);
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
        console.log(
          `        ${turn.toLocaleString('en')} queries: ${(await residentMiB(pid)).toFixed(0)} MiB resident`,
        );
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
  await stop();
}
