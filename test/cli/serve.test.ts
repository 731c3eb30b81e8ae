import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../setup/database.ts';
import { freePort } from '../setup/redis.ts';
import {
  isTold,
  postmasterOf,
  removeDataFolder,
  serverFolder,
  serversOver,
} from './data-folder.ts';
import { oldServer } from './old-server.ts';
import { run, runHere, serve, type RunningGateway } from './run.ts';

interface Demo {
  url: string;
  apiKey: string;
  personalAccessToken: string;
  organizationId: string;
  organizationSlug: string;
  rivalOrganizationId: string;
}

let dataDir: string;
let gateway: RunningGateway;
let demo: Demo;
let early: Awaited<ReturnType<typeof lookAt>>;

const readDemo = async (): Promise<Demo> =>
  JSON.parse(await readFile(path.join(dataDir, 'demo.json'), 'utf8')) as Demo;

async function ask<Data>(
  query: string,
  headers: Record<string, string> = { authorization: `Bearer ${demo.apiKey}` },
): Promise<{ data: Data; errors?: { extensions: { code: string } }[] }> {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data: Data };
}

/** Status and text of an answer; undefined while nobody listens. */
async function get(
  url: string,
  init?: RequestInit,
): Promise<{ status: number; text: string; retryAfter: string | null } | undefined> {
  const response = await fetch(url, init).catch(() => undefined);
  return (
    response && {
      status: response.status,
      text: await response.text(),
      retryAfter: response.headers.get('retry-after'),
    }
  );
}

/** Whether the database was made already, and how the first start is answered, as soon as somebody listens. */
async function lookAt(origin: string) {
  let health: Awaited<ReturnType<typeof get>>;
  while ((health = await get(`${origin}/health`)) === undefined)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const question = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  };
  const [ready, refused] = [await get(`${origin}/ready`), await get(`${origin}/graphql`, question)];
  return { health, ready, refused, folder: await serverFolder(dataDir) };
}

/** Lines of the log beyond information. */
function complaints(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '' && (JSON.parse(line) as { level: number }).level > 30);
}

beforeAll(async () => {
  // A fresh temporary folder is open to its owner only, which for root is the hard case.
  dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-serve-'));
  const port = await freePort();
  [gateway, early] = await Promise.all([
    serve({ DATA_DIR: dataDir, PORT: String(port) }),
    lookAt(`http://127.0.0.1:${port}`),
  ]);
  demo = await readDemo();
});
afterAll(async () => {
  await gateway.end('SIGTERM');
  await removeDataFolder(dataDir);
});

describe('the first start', () => {
  it('says at once what it does, lives, is not ready and refuses in words until it is, and then is', async () => {
    expect(gateway.printed).toMatch(
      /^\n {2}First start: making a database .* takes less than a minute, once\.\n/,
    );
    expect(early).toMatchObject({
      folder: undefined,
      health: { status: 200, text: 'ok\n' },
      ready: { status: 503, text: '{"status":"starting"}\n', retryAfter: '1' },
      refused: { status: 503, retryAfter: '1' },
    });
    expect(JSON.parse(early.refused?.text ?? '')).toMatchObject({
      errors: [{ extensions: { code: 'UNAVAILABLE' } }],
    });
    expect(await get(new URL('/ready', gateway.url).href)).toMatchObject({ status: 200 });
  });

  it('prints and writes credentials that work at once', async () => {
    for (const text of [
      demo.apiKey,
      demo.personalAccessToken,
      demo.organizationSlug,
      demo.organizationId,
    ])
      expect(gateway.printed).toContain(text);
    expect(demo.url).toBe(gateway.url);
    expect(gateway.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
    const token = {
      authorization: `Bearer ${demo.personalAccessToken}`,
      'x-organization': demo.organizationSlug,
    };
    for (const headers of [{ authorization: `Bearer ${demo.apiKey}` }, token]) {
      expect(await ask('{ viewer { organization { id slug } } }', headers)).toMatchObject({
        data: {
          viewer: { organization: { id: demo.organizationId, slug: demo.organizationSlug } },
        },
      });
    }
  });

  it('plants a forest of about 100 organizations, five levels deep, with everything in it and a rival out of sight', async () => {
    const { data } = await ask<{
      organization: {
        descendantCount: number;
        descendants: { edges: { depth: number }[] };
        people: { nodes: { memberships: { roles: { key: string }[] }[] }[] };
      };
    }>(
      '{ organization { descendantCount descendants(first: 100) { edges { depth } } people(first: 100) { nodes { memberships(first: 5) { roles { key } } } } } }',
    );
    expect(data.organization.descendantCount).toBeGreaterThan(50);
    expect(
      Math.max(...data.organization.descendants.edges.map((edge) => edge.depth)),
    ).toBeGreaterThanOrEqual(5);
    const roles = new Set(
      data.organization.people.nodes.flatMap((person) =>
        person.memberships.flatMap((membership) => membership.roles.map((role) => role.key)),
      ),
    );
    expect([...roles].toSorted()).toEqual(
      expect.arrayContaining([
        'admin',
        'cloud_rep',
        'restricted_user',
        'support',
        'user',
        'viewer',
      ]),
    );
    const rival = await ask(`{ organization(id: "${demo.rivalOrganizationId}") { id } }`);
    expect(rival).toMatchObject({
      data: { organization: null },
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    const rows = await ask<{
      organization: { descendants: { nodes: { invitations: { nodes: { status: string }[] } }[] } };
    }>(
      '{ organization { descendants(first: 100) { nodes { invitations(status: [PENDING, EXPIRED]) { nodes { status } } } } } }',
    );
    expect(
      new Set(
        rows.data.organization.descendants.nodes.flatMap((node) =>
          node.invitations.nodes.map((invitation) => invitation.status),
        ),
      ),
    ).toEqual(new Set(['PENDING', 'EXPIRED']));
    const to = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
    const usage = await ask<{
      organization: { usage: { buckets: { metrics: { value: string }[] }[] } };
    }>(
      `{ organization { usage(from: "${new Date(to.getTime() - 184 * 86_400_000).toISOString()}", to: "${to.toISOString()}") { buckets(size: MONTH, keys: ["voice_calls"]) { metrics { value } } } } }`,
    );
    expect(
      usage.data.organization.usage.buckets.every((bucket) => Number(bucket.metrics[0]?.value) > 0),
    ).toBe(true);
  });

  it('serves GraphiQL with example queries and the credential, all from its own address', async () => {
    const page = await (await fetch(gateway.url, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain(demo.apiKey);
    for (const name of ['WhoAmI', 'Tree', 'Search', 'People', 'Usage'])
      expect(page).toContain(`query ${name}`);
    expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="https?:/);
  });

  it('has example queries that all succeed', async () => {
    const page = await (await fetch(gateway.url, { headers: { accept: 'text/html' } })).text();
    const [, options] = /id="options">(.*?)<\/script>/s.exec(page) ?? [];
    const { defaultTabs } = JSON.parse(options ?? '{}') as {
      defaultTabs: { query: string; headers: string }[];
    };
    expect(defaultTabs.length).toBeGreaterThanOrEqual(5);
    for (const { query, headers } of defaultTabs)
      expect(
        (await ask(query, JSON.parse(headers) as Record<string, string>)).errors,
      ).toBeUndefined();
  });

  it('refuses a second gateway over the same data, and lets a command share it', async () => {
    const second = await run(['serve'], { DATA_DIR: dataDir, PORT: '0' });
    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^banyan: DATA_DIR is in use by another running process: .*\n$/,
      ),
    });
    expect(await runHere(['check'], { DATA_DIR: dataDir })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('agree with the recursive truth'),
    });
    expect(await ask('{ viewer { organization { slug } } }')).toMatchObject({
      data: { viewer: { organization: { slug: demo.organizationSlug } } },
    });
  });
});

describe('a later start', () => {
  it('finds data and credentials again after an orderly stop, after kill -9, and writes the new address', async () => {
    for (const signal of ['SIGINT', 'SIGKILL', 'SIGTERM'] as const) {
      const before = demo;
      const ended = await gateway.end(signal);
      if (signal !== 'SIGKILL') {
        expect({ code: ended.code, complaints: complaints(ended.stderr) }).toEqual({
          code: 0,
          complaints: [],
        });
        expect(await serversOver(dataDir)).toEqual([]);
      }
      await expect(fetch(before.url)).rejects.toThrow();
      gateway = await serve({ DATA_DIR: dataDir });
      demo = await readDemo();
      expect({ ...demo, url: '' }).toEqual({ ...before, url: '' });
      expect(demo.url).toBe(gateway.url);
      expect(
        (await ask<{ organization: { slug: string } }>('{ organization { slug } }')).data
          .organization.slug,
      ).toBe(demo.organizationSlug);
    }
  });

  it('ends all that it began, and with 0, when it is asked to stop while its lost database is being started again', async () => {
    const before = await postmasterOf(dataDir);
    process.kill(before, 'SIGKILL');
    const next = async (): Promise<number> => {
      const pid = await postmasterOf(dataDir);
      return Number.isNaN(pid) || pid === before ? await next() : pid;
    };
    const starting = await next();
    // It starts for as long as the stop takes, and hears of it only once it is told to go on.
    process.kill(starting, 'SIGSTOP');
    const ended = gateway.end('SIGTERM');
    await expect.poll(() => isTold(starting, 'SIGQUIT'), { timeout: 10_000 }).toBe(true);
    process.kill(starting, 'SIGCONT');
    const { code, stderr } = await ended;
    expect({
      code,
      lines: stderr.split('\n').filter((line) => line.includes('"msg":"stopped"')).length,
    }).toEqual({ code: 0, lines: 1 });
    expect(await serversOver(dataDir)).toEqual([]);
  });
});

/** A start that is refused ends before the process would, so that it can be tried in this one. */
const fails = async (
  environment: Record<string, string>,
  sentence: RegExp,
  start = runHere,
): Promise<void> => {
  const { code, stdout, stderr } = await start(['serve'], { PORT: '0', ...environment });
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(sentence),
  });
  expect(stderr.trim().split('\n')).toHaveLength(1);
};

describe('a start that cannot succeed says in one sentence which variable to mend', () => {
  it('when the port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await fails(
      { PORT: String(port), DATA_DIR: dataDir },
      new RegExp(`^banyan: PORT is taken: something already listens on 127.0.0.1:${port}`),
    );
    server.close();
  });

  it('when the data folder cannot be written', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'banyan-file-')), 'file');
    await writeFile(file, '');
    await fails({ DATA_DIR: path.join(file, 'data') }, /^banyan: DATA_DIR cannot be written: /);
    await rm(path.dirname(file), { recursive: true });
  });

  it('when the server of DATABASE_URL is away, refuses, or lacks the database', async () => {
    const { url, close } = await createDatabase();
    const address = (change: (address: URL) => void): string => {
      const changed = new URL(url);
      change(changed);
      return changed.href;
    };
    await fails(
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
      /^banyan: DATABASE_URL cannot be used: .*ECONNREFUSED/,
    );
    await fails(
      { DATABASE_URL: address((a) => (a.password = 'wrong')) },
      /^banyan: DATABASE_URL cannot be used: the server refuses the user name or the password/,
    );
    await fails(
      { DATABASE_URL: address((a) => (a.pathname = '/nowhere')) },
      /^banyan: DATABASE_URL cannot be used: the database does not exist/,
    );
    await close();
  });

  it('when the server of DATABASE_URL is too old or keeps its text in another encoding', async () => {
    for (const [row, sentence] of [
      [
        { version: 170_002, shown: '17.2', encoding: 'UTF8' },
        /^banyan: DATABASE_URL points to PostgreSQL 17\.2; version 18 or newer is required\.\n$/,
      ],
      [
        { version: 180_004, shown: '18.4', encoding: 'LATIN1' },
        /^banyan: DATABASE_URL points to a database in LATIN1; UTF8 is required\.\n$/,
      ],
    ] as const) {
      const { server, port } = await oldServer(row);
      await fails({ DATABASE_URL: `postgres://somebody@127.0.0.1:${port}/old` }, sentence);
      server.close();
    }
  });

  // Every other setting is tried in configuration.test.ts.
  it('when a setting is not valid, and its process ends with that sentence alone', () =>
    fails(
      { DATA_DIR: dataDir, PORT: 'abc' },
      /^banyan: PORT is not valid: must be a whole number from 0 to 65535 \(it is "abc"\)\.\n$/,
      run,
    ));
});

describe('with DATABASE_URL', () => {
  it('the gateway uses that server, brings it to the newest schema and plants nothing', async () => {
    const { url, db, close } = await createDatabase({ empty: true });
    const own = await serve({ DATABASE_URL: url });
    expect(own.printed).not.toContain('credentials');
    expect(await db.selectFrom('organizations').select('id').execute()).toEqual([]);
    expect((await own.end('SIGTERM')).code).toBe(0);
    await close();
  });
});
