/** A gateway whose own clock is wrong goes by the database's. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { DatabaseClock } from '../../src/database/clock.ts';
import { Readiness, type ReadinessReport } from '../../src/database/readiness.ts';
import { rollUpUsage } from '../../src/modules/usage/roll-up.ts';
import { CreateApiKeyDocument, RecordUsageDocument, UsageDocument } from '../generated/graphql.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import { keepLines } from '../setup/log-lines.ts';
import { runJobs } from '../setup/outbox.ts';
import { createWorld, gatewayOver, type World } from '../setup/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Days after which totals of hours are gone, and days since the one event. */
const HOURS_KEPT_DAYS = 43;
const AGO_DAYS = 50;

let world: World;
let issuer: Issuer;
/** Midnight, so many days ago. */
const at = (today: number, hours: number): string =>
  new Date(today - AGO_DAYS * DAY_MS + hours * HOUR_MS).toISOString();
let today = 0;
beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld({ sessions: new Sessions(issuer.settings, keepLines('silent').log) });
  today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at)
    values (${world.uuid('kiosk')}, 'one', 'voice_calls', 7, ${at(today, 10.5)})`.execute(world.db);
  await sql`insert into usage_event_keys (organization_id, id, occurred_at) select organization_id, id, occurred_at from usage_events`.execute(
    world.db,
  );
  await rollUpUsage(world.gatewayDb);
  await sql`select graphile_worker.add_job('retain_usage', '{}')`.execute(world.db);
  await runJobs(world);
});
afterAll(async () => {
  await world.close();
  await issuer.close();
});

/** Runs `work` while `Date` says another time in this process; timers and the database go on as they are. */
async function shifted(byMs: number, work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + byMs });
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

const key = 'key@acme' as const;
const skews: [string, number][] = [
  ['twenty days behind', -20 * DAY_MS],
  ['twenty days ahead', 20 * DAY_MS],
];

describe.each(skews)('a gateway whose clock is %s', (_how, byMs) => {
  it('tells the usage of a window from what is still kept', async () => {
    expect(AGO_DAYS).toBeGreaterThan(HOURS_KEPT_DAYS);
    await shifted(byMs, async () => {
      const window = {
        id: world.org('acme'),
        scope: 'ALL',
        from: at(today, 9),
        to: at(today, 13),
      } as const;
      const { data } = await world.query(UsageDocument, window, { as: key });
      expect(
        data?.organization?.usage?.metrics?.find(({ metric }) => metric.key === 'voice_calls')
          ?.value,
      ).toBe('7');
    });
  });

  it('takes events of this moment, and refuses those of the future', async () => {
    const now = Date.now();
    await shifted(byMs, async () => {
      const events = [now - 1_000, now + DAY_MS].map((time, n) => ({
        organizationId: world.org('kiosk'),
        id: `${byMs} ${n}`,
        metric: 'chat_calls',
        quantity: '1',
        occurredAt: new Date(time).toISOString(),
      }));
      const { data } = await world.query(RecordUsageDocument, { input: { events } }, { as: key });
      expect(data?.recordUsage).toMatchObject({
        acceptedCount: 1,
        results: [{ status: 'ACCEPTED' }, { status: 'REJECTED' }],
      });
    });
  });

  it('lets keys expire in the future only', async () => {
    const now = Date.now();
    await shifted(byMs, async () => {
      const create = (expiresAt: number) =>
        world.query(
          CreateApiKeyDocument,
          {
            input: {
              organizationId: world.org('acme'),
              name: 'Clock',
              scopes: [],
              expiresAt: new Date(expiresAt).toISOString(),
            },
          },
          { as: key },
        );
      expect((await create(now - 60_000)).errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'expiresAt',
      });
      expect((await create(now + 60_000)).errors).toBeUndefined();
    });
  });

  it('takes a session that has not ended', async () => {
    const session = await issuer.session('clock', 'clock@x.example');
    await shifted(byMs, async () => {
      // What the database told with the request before.
      await world.ask('{ viewer { scopes } }', { as: key });
      expect((await world.ask('{ viewer { user { email } } }', { token: session })).data).toEqual({
        viewer: { user: { email: 'clock@x.example' } },
      });
    });
  });
});

describe('a difference between the clocks', () => {
  let server: Server | undefined;
  afterAll(() => server?.closeAllConnections());

  it('is logged once, told by /ready, which stays 200, and makes the gateway unready beyond its bound', async () => {
    const { log, lines } = keepLines();
    const clock = new DatabaseClock(log);
    const readiness = new Readiness({ url: world.gatewayUrl, clock, maxSkewMs: HOUR_MS });
    const gateway = gatewayOver(world.gatewayDb, { log, clock, ready: () => readiness.check() });
    server = createServer((request, response) => void gateway(request, response)).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => server?.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready`;
    const ready = async (): Promise<{ status: number; skewMs: number; problems: string[] }> => {
      const response = await fetch(url);
      const { clock: told, problems } = (await response.json()) as ReadinessReport;
      return { status: response.status, skewMs: told.skewMs ?? NaN, problems };
    };
    const near = (ms: number) => expect.closeTo(ms, -5) as number;
    const well = { status: 200, skewMs: near(0), problems: [] };
    expect(await ready()).toEqual(well);
    await shifted(-HOUR_MS / 2, async () => {
      for (let n = 0; n < 3; n++)
        expect(await ready()).toEqual({ ...well, skewMs: near(-HOUR_MS / 2) });
    });
    await shifted(-20 * DAY_MS, async () => {
      const problem = /^the clock of this process is 172\d{7} ms behind the database's$/;
      expect(await ready()).toEqual({
        status: 503,
        skewMs: near(-20 * DAY_MS),
        problems: [expect.stringMatching(problem)],
      });
    });
    expect(await ready()).toEqual(well);
    readiness.close();
    expect(lines().filter(({ skewSeconds }) => skewSeconds !== undefined)).toEqual([
      expect.objectContaining({ level: 40 }),
    ]);
  });
});
