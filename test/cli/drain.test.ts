/** A gateway that is asked to stop while requests are under way: each of them gets its whole answer, and the process ends. */
import { Agent, request, type IncomingMessage } from 'node:http';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { insertPartner, type Partner } from '../setup/partner.ts';
import { sized } from '../setup/size.ts';
import { serve, type RunningGateway } from './run.ts';

const CONNECTIONS = 16;
const DRAINS = sized(2, 50);
const LOAD_MS = 1_000;
const GRACE_MS = 10_000;

let database: TestDatabase;
let environment: Record<string, string>;
let partner: Partner;

beforeAll(async () => {
  database = await createDatabase();
  environment = {
    DATABASE_URL: database.url,
    RATE_LIMITS: 'off',
    WORKER: 'separate',
    SHUTDOWN_GRACE_MS: String(GRACE_MS),
  };
  partner = await insertPartner(database.db);
});
afterAll(() => database.close());

interface Answer {
  status: number;
  connection: string | undefined;
  retryAfter: string | undefined;
  text: string;
}

/** One request on the agent's connection; rejects when its answer does not come whole. */
function ask(url: string, agent: Agent | undefined, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${partner.apiKey}`,
    };
    const asked = request(
      url,
      { agent, method: body ? 'POST' : 'GET', headers: body ? headers : {} },
      (response: IncomingMessage) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            connection: response.headers.connection,
            retryAfter: response.headers['retry-after'],
            text,
          }),
        );
      },
    );
    asked.once('error', reject).end(body && JSON.stringify(body));
  });
}

const oneConnection = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 });

const create = (gateway: RunningGateway, agent: Agent, slug: string): Promise<Answer> =>
  ask(gateway.url, agent, {
    query: `mutation ($input: CreateOrganizationInput!) {
      createOrganization(input: $input) { __typename ... on CreateOrganizationPayload { organization { slug } } ... on UserError { message } } }`,
    variables: { input: { name: 'Drained', slug, parentId: partner.organizationId } },
  });

const slugs = async (): Promise<string[]> =>
  (
    await database.db
      .selectFrom('organizations')
      .select('slug')
      .where('slug', '!=', 'partner')
      .execute()
  ).map(({ slug }) => slug);

/** Resolves once this many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  const activity = sql<{ count: number }>`
    select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while (((await activity.execute(database.db)).rows[0]?.count ?? 0) < count);
}

describe('A gateway that is asked to stop', () => {
  it('answers what is under way, refuses what is new in words, is not ready, and then ends with 0', async () => {
    const gateway = await serve(environment);
    const agents = Array.from({ length: 4 }, oneConnection);
    const [idle, fresh] = [oneConnection(), oneConnection()];
    expect(await ask(new URL('/ready', gateway.url).href, idle)).toMatchObject({
      status: 200,
      connection: 'keep-alive',
    });
    const { answers, late, ready, health, ended } = await database.db
      .transaction()
      .execute(async (tx) => {
        // Creations wait until this transaction is over.
        await sql`lock table organizations in share mode`.execute(tx);
        const asked = agents.map((agent, index) => create(gateway, agent, `under-way-${index}`));
        await waiting(agents.length);
        const end = gateway.end('SIGTERM');
        const readyUrl = new URL('/ready', gateway.url).href;
        let first = await ask(readyUrl, undefined);
        while (first.status !== 503) first = await ask(readyUrl, undefined);
        return {
          answers: asked,
          ready: first,
          late: [await create(gateway, idle, 'too-late'), await create(gateway, fresh, 'too-late')],
          health: await ask(new URL('/health', gateway.url).href, undefined),
          ended: end,
        };
      });
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({
        status: 200,
        connection: 'close',
        text: expect.stringContaining('"CreateOrganizationPayload"'),
      });
    }
    expect(ready).toMatchObject({
      status: 503,
      connection: 'close',
      text: '{"status":"stopping"}\n',
    });
    expect(health).toMatchObject({ status: 200, text: 'ok\n' });
    for (const refused of late) {
      expect(refused).toMatchObject({ status: 503, connection: 'close', retryAfter: '1' });
      expect(JSON.parse(refused.text)).toMatchObject({
        errors: [{ extensions: { code: 'UNAVAILABLE' } }],
      });
    }
    expect((await slugs()).toSorted()).toEqual(agents.map((_, index) => `under-way-${index}`));
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    const refusals = stderr.split('\n').filter((line) => line.includes('"stage":"stopping"'));
    expect(refusals.map((line) => JSON.parse(line) as object)).toMatchObject(
      late.map(() => ({ msg: 'request', method: 'POST', status: 503, code: 'UNAVAILABLE' })),
    );
    await expect(ask(gateway.url, undefined)).rejects.toThrow();
  });

  it(`loses no request of ${CONNECTIONS} connections under load, and does none that it refused`, async () => {
    const took: number[] = [];
    const sum = { done: 0, refused: 0, unreached: 0, reset: 0, lost: 0 };
    for (let round = 0; round < DRAINS; round++) {
      const gateway = await serve(environment);
      const done: string[] = [];
      const notDone: string[] = [];
      const reset: string[] = [];
      const lane = async (name: string): Promise<void> => {
        const agent = oneConnection();
        for (let step = 0; ; step++) {
          const slug = `drain-${round}-${name}-${step}`;
          let answer: Answer;
          try {
            answer = await create(gateway, agent, slug);
          } catch (error) {
            const code = error instanceof Error && 'code' in error ? error.code : undefined;
            // Nobody listens any more, or the connection was closed in the moment in which the request was sent.
            if (code === 'ECONNREFUSED') sum.unreached++;
            else if (code === 'ECONNRESET') reset.push(slug);
            else throw error;
            return;
          }
          if (answer.status !== 200 || !answer.text.includes('"CreateOrganizationPayload"')) {
            expect(answer).toMatchObject({ status: 503, connection: 'close', retryAfter: '1' });
            notDone.push(slug);
            return;
          }
          done.push(slug);
        }
      };
      const lanes = Array.from({ length: CONNECTIONS }, (_, index) => lane(String(index)));
      await new Promise((resolve) => setTimeout(resolve, LOAD_MS * (0.5 + Math.random())));
      const at = performance.now();
      const { code, stderr } = await gateway.end('SIGTERM');
      took.push(performance.now() - at);
      await Promise.all(lanes);
      expect({ code, cut: stderr.includes('cut off') }).toEqual({ code: 0, cut: false });
      const stored = new Set(await slugs());
      expect(done.filter((slug) => !stored.has(slug))).toEqual([]);
      expect(notDone.filter((slug) => stored.has(slug))).toEqual([]);
      sum.done += done.length;
      sum.refused += notDone.length;
      sum.reset += reset.length;
      sum.lost += reset.filter((slug) => stored.has(slug)).length;
    }
    expect(sum.lost).toBe(0);
    expect(Math.max(...took)).toBeLessThan(GRACE_MS);
    process.stdout.write(
      `${DRAINS} drains: ${JSON.stringify(sum)}, the longest took ${Math.round(Math.max(...took))} ms\n`,
    );
  });

  it('still serves for SHUTDOWN_DELAY_MS while it is not ready, on the same connection, and ends at once when it is asked twice', async () => {
    const gateway = await serve({ ...environment, SHUTDOWN_DELAY_MS: '600000' });
    const readyUrl = new URL('/ready', gateway.url).href;
    const agent = oneConnection();
    expect(await ask(readyUrl, agent)).toMatchObject({ status: 200 });
    const end = gateway.end('SIGTERM');
    let ready: Answer;
    do ready = await ask(readyUrl, agent);
    while (ready.status === 200);
    expect(ready).toMatchObject({
      status: 503,
      connection: 'keep-alive',
      text: '{"status":"stopping"}\n',
    });
    expect(await create(gateway, agent, 'in-the-delay')).toMatchObject({
      status: 200,
      connection: 'keep-alive',
      text: expect.stringContaining('"CreateOrganizationPayload"'),
    });
    process.kill(gateway.pid, 'SIGTERM');
    expect((await end).code).toBe(130);
  });

  it('cuts off what outlasts the grace time, says so, and ends with 0', async () => {
    const gateway = await serve({
      ...environment,
      SHUTDOWN_DELAY_MS: '100',
      SHUTDOWN_GRACE_MS: '300',
    });
    const end = await database.db.transaction().execute(async (tx) => {
      await sql`lock table organizations in share mode`.execute(tx);
      const cut = expect(create(gateway, oneConnection(), 'never')).rejects.toThrow(
        'socket hang up',
      );
      await waiting(1);
      const ended = await gateway.end('SIGTERM');
      await cut;
      return ended;
    });
    expect(end).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('requests were cut off'),
    });
    expect(await slugs()).not.toContain('never');
  });

  it('ends at once when it is asked twice', async () => {
    const gateway = await serve(environment);
    const end = await database.db.transaction().execute(async (tx) => {
      await sql`lock table organizations in share mode`.execute(tx);
      const cut = expect(create(gateway, oneConnection(), 'impatient')).rejects.toThrow();
      await waiting(1);
      const first = gateway.end('SIGTERM');
      const readyUrl = new URL('/ready', gateway.url).href;
      while ((await ask(readyUrl, undefined)).status !== 503);
      process.kill(gateway.pid, 'SIGTERM');
      await cut;
      return first;
    });
    expect(end.code).toBe(130);
  });
});
