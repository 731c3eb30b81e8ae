/** Far more requests at once than the gateway can do: memory stays bounded, everybody is answered, and a stranger hardly notices. */
import { Agent } from 'node:http';
import { afterAll, describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { quantile, serveMeasured, type MeasuredGateway } from '../setup/process.ts';
import { sized } from '../setup/size.ts';
import { contention } from './control.ts';
import { startProxy } from './proxy.ts';
import { ask, volley, type Answer } from './volley.ts';
import { HEAVY, PAGE, plantCrowd } from '../limits/crowd.ts';

const REQUESTS = 800;
const KEYS = 40;
const ORGANIZATIONS = 500;
/** How many times all of them ask at once. */
const WAVES = sized(1, 10);
const MEMORY_MAX_MIB = 350;
/** On idle cores; on busy ones twice as many times more as work takes there. */
const STRANGER_P99_MS = 1_000;
/** How much longer each statement takes where the database is slow. */
const DELAY_MS = 200;

const TRIVIAL = '{ organization { slug } }';

const CASES = [
  ['the heaviest document', 'many keys', HEAVY],
  ['an ordinary document', 'many keys', PAGE],
  ['the heaviest document', 'one key', HEAVY],
  ['an ordinary document', 'one key', PAGE],
].slice(0, sized(2, 4)) as [string, string, string][];

let gateway: MeasuredGateway;
let keys: string[];
let stranger: string;

it.beforeAll(async ({ database }) => {
  ({ greedy: keys, modest: stranger } = await plantCrowd(database, {
    organizations: ORGANIZATIONS,
    keys: KEYS,
  }));
  gateway = await start(database.url);
});
afterAll(async () => {
  await gateway.end('SIGTERM');
});

/** A gateway that has seen all credentials; those that it has not seen lately are bounded by themselves. */
async function start(databaseUrl: string): Promise<MeasuredGateway> {
  // Requests that wait for their turn are answered before the test is over.
  const started = await serveMeasured(databaseUrl, {
    QUEUE_TIMEOUT_MS: String(sized(1_500, 10_000)),
  });
  for (const token of [...keys, stranger])
    expect(await ask(started.url, token, TRIVIAL)).toMatchObject({ status: 200 });
  return started;
}

/** A stranger's trivial query, again and again during the flood, and how busy the machine is with other things before and after. */
async function strangerDuring(
  flood: () => Promise<Answer[]>,
  { url } = gateway,
): Promise<{ attack: Answer[]; others: Answer[]; times: number }> {
  const before = contention();
  const agent = new Agent({ keepAlive: true });
  const others: Answer[] = [];
  const over = new AbortController();
  const done = flood().finally(() => over.abort());
  while (!over.signal.aborted) others.push(await ask(url, stranger, TRIVIAL, agent));
  agent.destroy();
  const attack = await done;
  return { attack, others, times: Math.max(before, contention()) };
}

/** Figures of the run, for whoever reads its output. */
async function report(
  what: string,
  attack: readonly Answer[],
  others: readonly Answer[],
  times = 1,
): Promise<void> {
  const counts = Object.entries(Object.groupBy(attack, ({ status }) => String(status))).map(
    ([status, list]) => `${list?.length} × ${status}`,
  );
  const took = others.map(({ tookMs }) => tookMs);
  const slowest = Math.max(...attack.map(({ tookMs }) => tookMs));
  process.stdout.write(
    `${what}: ${counts.join(', ')}, the last after ${slowest.toFixed(0)} ms; a stranger p50 ${quantile(took, 0.5).toFixed(0)} ms, ` +
      `p99 ${quantile(took, 0.99).toFixed(0)} ms (${others.length} queries), the machine ` +
      `${times.toFixed(1)} times as slow as an idle one; memory ${(await gateway.peakMemory()).toFixed(0)} MiB at most\n`,
  );
}

function expectAnswered(answers: readonly Answer[], times: number): void {
  for (const answer of answers) {
    // On a busy machine a part of an answer may have waited in vain for a connection, and says so.
    if (answer.status === 200)
      expect(answer.failed && (times === 1 || !answer.unavailable)).toBe(false);
    else {
      expect([429, 503]).toContain(answer.status);
      expect(Number(answer.retryAfter)).toBeGreaterThan(0);
    }
  }
}

/** `times` is how busy the machine is with other things: on a busy one a stranger may also be told to come back. */
function expectLeftAlone(answers: readonly Answer[], times: number): void {
  const refused = answers.filter(({ failed }) => failed);
  if (times === 1) expect(refused).toEqual([]);
  for (const { status } of refused) expect(status).toBe(503);
  const took = answers.map(({ tookMs }) => tookMs);
  expect(quantile(took, 0.99)).toBeLessThanOrEqual(STRANGER_P99_MS * (times === 1 ? 1 : 2 * times));
}

describe(`${REQUESTS} requests at once from one organization`, () => {
  it.each(CASES)(
    'are all answered and leave a stranger alone (%s, %s)',
    async (what, kind, query) => {
      const tokens = kind === 'one key' ? keys.slice(0, 1) : keys;
      const { attack, others, times } = await strangerDuring(() =>
        volley({ url: gateway.url, tokens, query, requests: REQUESTS, waves: WAVES }),
      );
      await report(`${what}, ${kind}`, attack, others, times);
      expectAnswered(attack, times);
      expect(attack.some(({ status }) => status === 200)).toBe(true);
      expectLeftAlone(others, times);
      expect(await gateway.peakMemory()).toBeLessThanOrEqual(MEMORY_MAX_MIB);
    },
  );

  it('are all answered and leave a stranger alone when the database is slow', async ({
    database,
  }) => {
    const proxy = await startProxy(database.url);
    const slow = await start(proxy.through(database.url));
    try {
      proxy.delay(DELAY_MS / 2);
      const quiet: Answer[] = [];
      for (let n = 0; n < 3; n++) quiet.push(await ask(slow.url, stranger, TRIVIAL));
      await report('slow database, quiet', quiet, quiet);
      const { attack, others, times } = await strangerDuring(
        () =>
          volley({ url: slow.url, tokens: keys, query: PAGE, requests: REQUESTS, waves: WAVES }),
        slow,
      );
      await report('slow database', attack, others, times);
      expectAnswered(attack, times);
      expectLeftAlone(others, times);
    } finally {
      proxy.delay(0);
      await slow.end('SIGTERM');
      await proxy.close();
    }
  });
});
