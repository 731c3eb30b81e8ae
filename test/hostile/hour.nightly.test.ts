/** `banyan serve` in production mode, over a server with fsync and two roles, under the hostile corpus for an hour. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import {
  GATEWAY_ROLE,
  startEmbedded,
  type EmbeddedServer,
} from '../../src/embedded-postgres/start.ts';
import { grantGateway } from '../../src/database/grants.ts';
import { migrate } from '../../src/database/migrate.ts';
import { installQueue } from '../../src/jobs/worker.ts';
import { seedDemo, type DemoCredentials } from '../../src/seed/demo.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { makeDataFolder } from '../cli/data-folder.ts';
import { post, quantile, serveMeasured, type MeasuredGateway } from '../setup/process.ts';
import { answersLine, attackWithFamily, type FamilyFigures } from './attack.ts';
import { FAMILY_NAMES, SENDERS, STEPS } from './corpus.ts';

const HOUR_MS = 3_600_000;
const REPORT_MS = 300_000;
/** Everything is allocated and compiled once after this time. */
const WARM_UP_MS = HOUR_MS / 60;
const GROWTH_MAX_MIB = 64;
/** How often somebody asks who means no harm, and how long an answer may take. */
const PAUSE_MS = 250;
const LEGITIMATE_MS = 3_000;

let server: EmbeddedServer;
let demo: DemoCredentials;
let gateway: MeasuredGateway;
beforeAll(async () => {
  const dataDir = await makeDataFolder('hour');
  server = await startEmbedded({ dataDir });
  const log = createLogger('silent');
  const owner = connect({ url: server.ownerUrl, poolSize: 1, log });
  await migrate(owner);
  await installQueue(server.ownerUrl, log);
  await grantGateway(owner, GATEWAY_ROLE);
  await owner.destroy();
  await seedDemo(server.ownerUrl, new Date(), async (credentials) => {
    demo = credentials;
    await Promise.resolve();
  });
  gateway = await serveMeasured(server.url, {
    NODE_ENV: 'production',
    DATABASE_MIGRATION_URL: server.ownerUrl,
    INVITATION_URL: 'https://app.example/invitations',
  });
});
afterAll(async () => {
  await gateway.end('SIGTERM');
  await server.discard();
});

it('survives an hour of the hostile corpus with flat memory, and answers those who mean no harm all the time', async () => {
  const startedAt = performance.now();
  const isOver = (): boolean => performance.now() - startedAt > HOUR_MS;
  const times: number[] = [];
  const unanswered: string[] = [];
  const askAllTheTime = async (): Promise<void> => {
    while (!isOver()) {
      const at = performance.now();
      const { status, text } = await post(
        gateway.url,
        '{"query":"{ viewer { scopes } }"}',
        demo.personalAccessToken,
      );
      if (status !== 200) unanswered.push(`${status}: ${text.slice(0, 200)}`);
      times.push(performance.now() - at);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const asking = askAllTheTime();
  let figures: FamilyFigures[] = [];
  const wrong: string[] = [];
  let first: number | undefined;
  let most = 0;
  let reportedAt = startedAt;
  for (let round = 0; !isOver(); round++) {
    for (const family of FAMILY_NAMES) {
      const steps = Array.from({ length: 4 }, (_, n) => 1 + ((round * 7 + n * 5) % STEPS));
      const sent = await Promise.all(
        SENDERS.map((sender) =>
          attackWithFamily({ gateway, key: demo.apiKey }, family, sender, steps),
        ),
      );
      figures.push(...sent);
      wrong.push(...sent.flatMap((one) => one.wrong));
      const now = performance.now();
      if (now - startedAt < WARM_UP_MS) continue;
      const memory = await gateway.memory();
      first ??= memory;
      most = Math.max(most, memory);
      if (now - reportedAt < REPORT_MS && !isOver()) continue;
      reportedAt = now;
      const slow = `p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms of ${times.length}`;
      process.stdout.write(
        `${answersLine(figures, most - first)}legitimate answers: ${slow}, ${unanswered.length} refused\n`,
      );
      figures = [];
      if (isOver()) break;
    }
  }
  await asking;
  expect(gateway.runs()).toBe(true);
  expect(wrong).toEqual([]);
  expect(unanswered).toEqual([]);
  expect(quantile(times, 0.99)).toBeLessThan(LEGITIMATE_MS);
  expect(most - (first ?? 0)).toBeLessThanOrEqual(GROWTH_MAX_MIB);
});
