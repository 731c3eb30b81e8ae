/** The worker of a process: what it needs of the configuration. */
import path from 'node:path';
import type { Config } from '../config/read.ts';
import { graphiqlInvitationTemplate } from '../modules/invitation/mail.ts';
import { SCHEDULE, makeTasks } from './tasks.ts';
import { startWorker } from '../jobs/worker.ts';
import { createMailer } from '../mail/mailer.ts';
import { makeProviders } from '../modules/provisioning/providers.ts';
import type { Logger } from '../telemetry/log.ts';
import { startWritingSortNames } from '../modules/membership/sort-names.ts';
import { startSettling } from '../modules/organization/search-index.ts';
import { startSealing } from '../modules/audit/seal.ts';
import { startRollUp } from '../modules/usage/roll-up.ts';
import type { OpenDatabase } from './database.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * Starts doing jobs, which are measured and traced. `gatewayUrl` is where people reach GraphiQL. The returned function lets
 * running jobs end and stops.
 */
export async function startJobs(
  config: Config,
  { db, directUrl }: Pick<OpenDatabase, 'db' | 'directUrl'>,
  gatewayUrl: string,
  log: Logger,
  { metrics, tracer }: Pick<Telemetry, 'metrics' | 'tracer'>,
): Promise<() => Promise<void>> {
  if (config.smtpUrl !== undefined && config.invitationUrl === undefined) {
    log.warn(
      'INVITATION_URL is not set: the links in invitations lead to GraphiQL on this address',
    );
  }
  const tasks = makeTasks({
    db,
    log,
    mailer: createMailer(
      { smtpUrl: config.smtpUrl, from: config.mailFrom, folder: path.join(config.dataDir, 'mail') },
      log,
    ),
    linkTemplate: config.invitationUrl ?? graphiqlInvitationTemplate(gatewayUrl),
    providers: makeProviders(db, config.provisioning),
    dnsServers: config.dnsServers,
    pendingHours: config.domainPendingHours,
    retentionDays: config.retentionDays,
    usageEventDays: config.usageEventDays,
  });
  let rolledUpAt = performance.now();
  metrics?.reads({ rollUpAge: () => (performance.now() - rolledUpAt) / 1_000 });
  // What has begun is stopped, also when the worker does not start: it would go on with a database
  // that is closed.
  await using begun = new AsyncDisposableStack();
  begun.defer(startRollUp(db, log, () => void (rolledUpAt = performance.now())));
  begun.defer(startSealing(db, log));
  begun.defer(startSettling(db, log));
  begun.defer(startWritingSortNames(db, log));
  begun.defer(
    await startWorker({
      url: directUrl,
      tasks,
      log,
      schedule: SCHEDULE,
      tracer,
      ended: (...job) => metrics?.jobEnded(...job),
    }),
  );
  const running = begun.move();
  return () => running.disposeAsync();
}
