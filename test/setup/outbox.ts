/** Runs the jobs of a world, and keeps the mail that they send. */
import { makeTasks, type TaskOptions } from '../../src/commands/tasks.ts';
import { runDueJobs } from '../../src/jobs/worker.ts';
import type { Mailer, Message } from '../../src/mail/mailer.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { LOCAL_PROVISIONING, makeProviders } from '../../src/modules/provisioning/providers.ts';
import { sql } from 'kysely';
import { vi } from 'vitest';
import type { TestDatabase } from './database.ts';

export const LINK_TEMPLATE = 'https://front.example/join/{token}';

const discard: Mailer = () => Promise.resolve();

/** Does every job that waits, as if its time had come, with a mailer; once. */
export async function runJobs(
  { db, gatewayDb, gatewayUrl }: TestDatabase,
  mailer: Mailer = discard,
  overrides: Partial<TaskOptions> = {},
): Promise<void> {
  const log = createLogger('silent');
  const tasks = makeTasks({
    db: gatewayDb,
    mailer,
    log,
    linkTemplate: LINK_TEMPLATE,
    providers: makeProviders(gatewayDb, LOCAL_PROVISIONING),
    dnsServers: ['127.0.0.1:1'],
    pendingHours: 72,
    retentionDays: 30,
    usageEventDays: 400,
    ...overrides,
  });
  await sql`update graphile_worker._private_jobs set run_at = now() where locked_at is null`.execute(
    db,
  );
  await runDueJobs({ url: gatewayUrl, log, tasks });
  // The queue says that it has ended before it has written down which jobs failed, and those look busy until then.
  await vi.waitFor(
    async () => {
      const { rows } =
        await sql`select id from graphile_worker._private_jobs where locked_at is not null`.execute(
          db,
        );
      if (rows.length > 0) throw new Error(`${rows.length} jobs are still locked`);
    },
    { timeout: 10_000, interval: 5 },
  );
}

/** Does the jobs and returns the mail that they would have sent. */
export async function sentMail(database: TestDatabase): Promise<Message[]> {
  const messages: Message[] = [];
  await runJobs(database, (message) => Promise.resolve(void messages.push(message)));
  return messages;
}

/** The invitation token in a mail. */
export function tokenIn({ text }: Pick<Message, 'text'>): string {
  const [token] = /inv_[\w-]{48}/.exec(text) ?? [];
  if (!token) throw new RangeError('the mail holds no token');
  return token;
}
