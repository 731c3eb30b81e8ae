/** Runs the jobs of a world, and keeps the mail that they send. */
import { makeTasks } from '../../src/jobs/tasks.ts';
import { runDueJobs } from '../../src/jobs/worker.ts';
import type { Mailer, Message } from '../../src/mail/mailer.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { sql } from 'kysely';
import type { TestDatabase } from './database.ts';

export const LINK_TEMPLATE = 'https://front.example/join/{token}';

/** Does every job that waits, as if its time had come, with a mailer; once. */
export async function runJobs({ db, url }: TestDatabase, mailer: Mailer, mailsPerDay = 10_000): Promise<void> {
  const log = createLogger('silent');
  await sql`update graphile_worker._private_jobs set run_at = now() where locked_at is null`.execute(db);
  await runDueJobs({ url, log, tasks: makeTasks({ db, mailer, log, linkTemplate: LINK_TEMPLATE, mailsPerDay }) });
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
