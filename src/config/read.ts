/** The environment, read once and checked; nothing else in the product reads `process.env`. */
import type { MailLimits } from '../command/settings.ts';
import { withPasswordFile } from '../database/address.ts';
import { ConfigurationError } from '../errors.ts';
import { budgetSettings } from '../limits/budget-settings.ts';
import { requestLimits } from '../limits/settings.ts';
import {
  consoleSignIn,
  metricsSettings,
  provisioningSettings,
  sessionSettings,
  traceSettings,
} from './groups.ts';
import { fileSettingOf, withSecretFiles } from './secret-files.ts';
import { secretSettings, settings, type Settings } from './settings.ts';
import { misspeltSettings } from './unknown-names.ts';

/** The product's settings, as its parts take them. `settings` says what each means. */
export type Config = ReturnType<typeof configOf>;

/** Whether the value of a setting may hold a password. */
function mayHoldSecret(name: string): boolean {
  return /URL|SECRET|KEY/.test(name);
}

/**
 * Checks the environment. Throws a `ConfigurationError` that names the first variable that is wrong
 * and why.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable means the same as an absent one: compose files and shells leave them behind.
  const filled = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== ''),
  );
  const given = withSecretFiles(filled, secretSettings);
  const parsed = settings.safeParse(given);
  if (parsed.success) return configOf(parsed.data, given);
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  // What may hold a password is not repeated where it may be kept.
  const value = mayHoldSecret(name) ? '' : ` (it is "${given[name] ?? ''}")`;
  const source = filled[name] === undefined && value === '' ? ` in ${fileSettingOf(name)}` : '';
  throw new ConfigurationError(
    `${name}${source} is not valid: ${issue?.message ?? 'unknown reason'}${value}.`,
  );
}

function configOf(value: Settings, given: NodeJS.ProcessEnv) {
  const production = value.NODE_ENV === 'production';
  for (const name of [
    'DATABASE_MIGRATION_URL',
    'DATABASE_DIRECT_URL',
    'DATABASE_READ_URL',
  ] as const)
    if (value.DATABASE_URL === undefined && (value[name]?.length ?? 0) > 0)
      throw new ConfigurationError(
        `${name} is set without DATABASE_URL, which gateways connect with.`,
      );
  const withPassword = (url: string | undefined): string | undefined =>
    url === undefined ? undefined : withPasswordFile(url, value.DATABASE_PASSWORD_FILE);
  if (production && value.DATABASE_URL === undefined)
    throw new ConfigurationError(
      'DATABASE_URL is missing: in production there is no embedded database and no demonstration.',
    );
  const trustedOnly = value.TRUSTED_DOCUMENTS === 'require';
  const sessions = sessionSettings(value);
  const names = Object.keys(settings.shape);
  const mailLimits: MailLimits = {
    perSender: value.INVITATION_MAILS_PER_SENDER,
    perTree: value.INVITATION_MAILS_PER_DAY,
    perAddress: value.INVITATION_MAILS_PER_ADDRESS,
  };
  return {
    databaseUrl: withPassword(value.DATABASE_URL),
    databaseReadUrls: value.DATABASE_READ_URL.map((url) =>
      withPasswordFile(url, value.DATABASE_PASSWORD_FILE),
    ),
    databaseReadWaitMs: value.DATABASE_READ_WAIT_MS,
    databaseDirectUrl: withPassword(value.DATABASE_DIRECT_URL),
    databaseMigrationUrl: value.DATABASE_MIGRATION_URL,
    production,
    migrate: value.MIGRATE,
    readOnlyDatabase: value.READ_ONLY_DATABASE,
    maxClockSkewMs: value.MAX_CLOCK_SKEW_MS,
    databasePoolSize: value.DATABASE_POOL_SIZE,
    databasePoolWaitMs: value.DATABASE_POOL_WAIT_MS,
    statementTimeoutMs: value.STATEMENT_TIMEOUT_MS,
    dataDir: value.DATA_DIR,
    host: value.HOST,
    port: value.PORT,
    organizationHeader: value.ORGANIZATION_HEADER,
    maxTreeDepth: value.MAX_TREE_DEPTH,
    graphiql: value.GRAPHIQL ?? !(production || trustedOnly),
    introspection:
      value.INTROSPECTION ?? (trustedOnly ? 'off' : production ? 'authenticated' : 'public'),
    trustedDocuments: value.TRUSTED_DOCUMENTS,
    compiled: value.COMPILED,
    corsOrigins: value.CORS_ORIGINS,
    allowedHosts: value.ALLOWED_HOSTS,
    maxConnections: value.MAX_CONNECTIONS,
    limits: requestLimits(value),
    sessions,
    console: value.CONSOLE && { signIn: consoleSignIn(value, sessions) },
    smtpUrl: value.SMTP_URL,
    mailFrom: value.MAIL_FROM,
    invitationUrl: value.INVITATION_URL,
    invitationDays: value.INVITATION_DAYS,
    mailLimits,
    retentionDays: value.RETENTION_DAYS,
    usageEventDays: value.USAGE_EVENT_DAYS,
    worker: value.WORKER,
    dnsServers: value.DNS_SERVERS,
    domainPendingHours: value.DOMAIN_PENDING_HOURS,
    provisioning: provisioningSettings(value),
    budgets: budgetSettings(value),
    metrics: metricsSettings(value),
    traces: traceSettings(value),
    errorWebhookUrl: value.ERROR_WEBHOOK_URL,
    shutdownDelayMs: value.SHUTDOWN_DELAY_MS,
    shutdownGraceMs: value.SHUTDOWN_GRACE_MS,
    logLevel: value.LOG_LEVEL ?? (process.stderr.isTTY ? 'warn' : 'info'),
    /** The settings that the environment has, by name, for the log; what may hold a password is `[set]`. */
    given: Object.fromEntries(
      names.flatMap((name) => {
        const text = given[name];
        return text === undefined ? [] : [[name, mayHoldSecret(name) ? '[set]' : text]];
      }),
    ),
    /** Names in the environment that are probably meant to be settings and are none. */
    misspelt: misspeltSettings(Object.keys(given), [
      ...names,
      ...secretSettings.map(fileSettingOf),
    ]),
  };
}

/**
 * In production, what sends invitations must know where their links lead: without a page of its own
 * it would be GraphiQL, which is off.
 */
export function requireInvitationUrl(
  { production, invitationUrl, worker }: Config,
  sends = worker === 'inline',
): void {
  if (production && sends && invitationUrl === undefined)
    throw new ConfigurationError(
      'INVITATION_URL is missing: in production the links in invitations need a page to lead to.',
    );
}
