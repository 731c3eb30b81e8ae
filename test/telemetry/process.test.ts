import { describe, expect } from 'vitest';
import { serve, startWorkerProcess } from '../cli/run.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { it } from '../setup/fixtures.ts';
import { insertPartner } from '../setup/partner.ts';

let token: string;
it.beforeAll(async ({ database }) => {
  token = (await insertPartner(database.db)).apiKey;
});

/** The lines at the level of information: the database of the tests is warned of. */
const parse = (stderr: string): object[] =>
  stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { level: number })
    .filter(({ level }) => level === 30);

describe('a gateway', () => {
  it('says in its log what it started with, each request, and how it ended, and nothing of it where people read', async ({
    database,
  }) => {
    const settings = {
      DATABASE_URL: database.url,
      WORKER: 'separate',
      ORGANIZATION_HEADER: 'X-Org',
      STRIPE_API_KEY: 'sk_hidden',
    };
    const gateway = await serve(settings);
    const ask = (): Promise<Response> =>
      fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{"query":"query Mine { viewer { scopes } }"}',
      });
    const answer = await ask();
    expect(answer.status).toBe(200);
    await answer.text();
    const { code, stdout, stderr } = await gateway.end('SIGTERM');
    expect(code).toBe(0);
    expect(stdout).not.toContain('{');
    for (const secret of [token, 'sk_hidden', new URL(database.url).password, database.url])
      expect(stderr).not.toContain(secret);
    const [started, ...rest] = parse(stderr);
    expect(started).toMatchObject({
      msg: 'started',
      version: packageJson.version,
      node: process.version,
      url: gateway.url,
      database: 'server',
      migrations: [],
      worker: 'separate',
      durationMs: expect.any(Number),
      settings: { ...settings, DATABASE_URL: '[set]', STRIPE_API_KEY: '[set]', PORT: '0' },
    });
    expect(rest).toMatchObject([
      {
        msg: 'request',
        operationName: 'Mine',
        status: 200,
        requestId: answer.headers.get('x-request-id'),
      },
      { msg: 'stopping', requestsUnderWay: 0 },
      { msg: 'stopped', requests: 1, cut: 0, durationMs: expect.any(Number) },
    ]);
  });
});

describe('a worker', () => {
  it('says in its log what it started with and how it ended', async ({ database }) => {
    const worker = await startWorkerProcess({
      DATABASE_URL: database.url,
      INVITATION_URL: 'https://app.example/{token}',
    });
    const { code, stderr } = await worker.end('SIGTERM');
    expect(code).toBe(0);
    expect(parse(stderr)).toMatchObject([
      { msg: 'started', settings: { DATABASE_URL: '[set]', INVITATION_URL: '[set]' } },
      { msg: 'stopping' },
      { msg: 'stopped', durationMs: expect.any(Number) },
    ]);
  });
});
