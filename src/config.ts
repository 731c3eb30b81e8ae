/** The environment, read once and checked; nothing else in the product reads `process.env`. */
import { z } from 'zod';
import type { SessionSettings } from './authentication/session.ts';
import { commaSeparated, isDatabaseUrl, isDnsServer, isSafeUrl } from './config-forms.ts';
import { StartError } from './errors.ts';
import type { MailLimits } from './command/settings.ts';
import { limitSettings, requestLimits, type RequestLimits } from './limits/settings.ts';
import { budgetSettings, budgetVariables, type BudgetSettings } from './limits/budget-settings.ts';
import { EVENT_DAYS_MIN } from './modules/usage/retention.ts';
import type { ProvisioningSettings } from './modules/provisioning/providers.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Signatures with a key pair: a shared secret would let everybody who can verify sessions make them. */
const SIGNATURES = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+$/, 'must be a postgres:// address')
  .refine(isDatabaseUrl, 'must be an address that can be read: characters such as / : @ % in a password are written as %2F %3A %40 %25');

const settings = z.object({
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_MIGRATION_URL: databaseUrl.optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  DATABASE_POOL_WAIT_MS: z.coerce.number().int().min(100).max(60_000).default(2_000),
  STATEMENT_TIMEOUT_MS: z.coerce.number().int().min(100).max(3_600_000).default(30_000),
  DATA_DIR: z.string().min(1).default('.data'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(4000),
  ORGANIZATION_HEADER: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be a header name of letters, digits and hyphens')
    .default('X-Organization'),
  MAX_TREE_DEPTH: z.coerce.number().int().min(1).max(64).optional(),
  GRAPHIQL: flag.optional(),
  INTROSPECTION: z.enum(['public', 'authenticated', 'off']).optional(),
  TRUSTED_DOCUMENTS: z.enum(['off', 'allow', 'require']).default('off'),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform(commaSeparated)
    .refine(
      (list) => list.every((origin) => /^https?:\/\/[^/\s]+$/.test(origin)),
      'must be origins such as https://app.example.com, separated by commas',
    ),
  ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform(commaSeparated)
    .refine((list) => list.every((host) => /^[\w.:-]+$/.test(host)), 'must be host names without ports, separated by commas'),
  MAX_CONNECTIONS: z.coerce.number().int().min(1).max(1_000_000).default(2_000),
  ...limitSettings,
  JWT_JWKS_URL: z.string().refine(isSafeUrl, 'must be an https:// address (http:// on this machine only)').optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  JWT_ALGORITHMS: z
    .string()
    .transform(commaSeparated)
    .refine((list) => list.length > 0 && list.every((one) => SIGNATURES.includes(one)), `must be one or more of ${SIGNATURES.join(', ')}`)
    .optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'must be an smtp:// or smtps:// address')
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(/^([^<>\r\n]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, 'must be an address, or a name and an address in angle brackets')
    .default('Banyan <banyan@localhost>'),
  INVITATION_URL: z
    .string()
    .refine((text) => URL.canParse(text.replaceAll('{token}', 'token')), 'must be an address; {token} in it becomes the token')
    .optional(),
  INVITATION_MAILS_PER_DAY: z.coerce.number().int().min(0).max(10_000_000).default(10_000),
  INVITATION_MAILS_PER_SENDER: z.coerce.number().int().min(0).max(10_000_000).default(1_000),
  INVITATION_MAILS_PER_ADDRESS: z.coerce.number().int().min(0).max(1_000).default(5),
  INVITATION_DAYS: z.coerce.number().int().min(1).max(90).default(7),
  USAGE_EVENT_DAYS: z.coerce.number().int().min(EVENT_DAYS_MIN).max(36_500).default(400),
  SHUTDOWN_GRACE_MS: z.coerce.number().int().min(0).max(3_600_000).default(20_000),
  RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  WORKER: z.enum(['inline', 'separate']).default('inline'),
  DNS_SERVERS: z
    .string()
    .default('')
    .transform(commaSeparated)
    .refine((list) => list.every(isDnsServer), 'must be IP addresses, with :port where it is not 53, separated by commas'),
  DOMAIN_PENDING_HOURS: z.coerce.number().int().min(0).max(8_760).default(72),
  PROVISIONING: z.enum(['local', 'webhook']).default('local'),
  PROVISIONING_IDENTITY: z.enum(['local', 'webhook']).optional(),
  PROVISIONING_BILLING: z.enum(['local', 'webhook', 'stripe']).optional(),
  PROVISIONING_TELEPHONY: z.enum(['local', 'webhook']).optional(),
  PROVISIONING_PHONE_NUMBER: z.enum(['local', 'webhook']).optional(),
  PROVISIONING_KNOWLEDGE_BASE: z.enum(['local', 'webhook']).optional(),
  PROVISIONING_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
  PROVISIONING_WEBHOOK_URL: z.string().refine(isSafeUrl, 'must be an https:// address (http:// on this machine only)').optional(),
  PROVISIONING_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 bytes in base64')
    .optional(),
  STRIPE_API_KEY: z.string().optional(),
  STRIPE_PRICE_ID: z.string().optional(),
  STRIPE_API_URL: z.string().refine(isSafeUrl, 'must be an https:// address (http:// on this machine only)').optional(),
  ...budgetVariables,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
  NODE_ENV: z.string().optional(),
});

/** Whether the value of a setting may hold a password. */
function mayHoldSecret(name: string): boolean {
  return /URL|SECRET|KEY/.test(name);
}

/** The product's settings. README.md lists each with its default. */
export interface Config {
  databaseUrl: string | undefined;
  /** The same database for the role that owns it; undefined where `databaseUrl` is for everything. */
  databaseMigrationUrl: string | undefined;
  /** Whether NODE_ENV says so. */
  production: boolean;
  databasePoolSize: number;
  /** How long a statement waits for a free connection of the pool. */
  databasePoolWaitMs: number;
  statementTimeoutMs: number;
  dataDir: string;
  host: string;
  port: number;
  organizationHeader: string;
  maxTreeDepth: number | undefined;
  graphiql: boolean;
  introspection: 'public' | 'authenticated' | 'off';
  /** Whether registered documents are answered by their hash, and whether anything else is. */
  trustedDocuments: 'off' | 'allow' | 'require';
  corsOrigins: readonly string[];
  /** The only host names that are answered; empty for any. */
  allowedHosts: readonly string[];
  maxConnections: number;
  limits: RequestLimits;
  /** Whose sessions are accepted; undefined for none. */
  sessions: SessionSettings | undefined;
  smtpUrl: string | undefined;
  mailFrom: string;
  /** Link in the mail of an invitation; undefined for one to GraphiQL. */
  invitationUrl: string | undefined;
  invitationDays: number;
  mailLimits: MailLimits;
  retentionDays: number;
  /** How many days single events of usage are kept, unless a metric takes older ones. */
  usageEventDays: number;
  /** Whether jobs are done in the process of the gateway, or in one of their own (`banyan worker`). */
  worker: 'inline' | 'separate';
  /** DNS servers to ask; empty for those of the machine. */
  dnsServers: readonly string[];
  /** Hours after which a domain without proof is FAILED. */
  domainPendingHours: number;
  provisioning: ProvisioningSettings;
  /** Budgets and admission; undefined when they are off. */
  budgets: BudgetSettings | undefined;
  /** How long requests and jobs under way may take to end when the process is asked to stop. */
  shutdownGraceMs: number;
  /** On a terminal, where a line for each request would be in the way, `warn` unless another one is set. */
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** The settings that the environment has, by name, for the log; what may hold a password is `[set]`. */
  given: Readonly<Record<string, string>>;
}

/** Checks the environment. Throws a `StartError` that names the first variable that is wrong and why. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable means the same as an absent one: compose files and shells leave them behind.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    // What may hold a password is not repeated where it may be kept.
    const value = mayHoldSecret(name) ? '' : ` (it is "${given[name] ?? ''}")`;
    throw new StartError(`${name} is not valid: ${issue?.message ?? 'unknown reason'}${value}.`);
  }
  const value = parsed.data;
  const production = value.NODE_ENV === 'production';
  if (value.DATABASE_MIGRATION_URL !== undefined && value.DATABASE_URL === undefined)
    throw new StartError('DATABASE_MIGRATION_URL is set without DATABASE_URL, which gateways connect with.');
  if (production && value.DATABASE_URL === undefined)
    throw new StartError('DATABASE_URL is missing: in production there is no embedded database and no demonstration.');
  const trustedOnly = value.TRUSTED_DOCUMENTS === 'require';
  return {
    databaseUrl: value.DATABASE_URL,
    databaseMigrationUrl: value.DATABASE_MIGRATION_URL,
    production,
    databasePoolSize: value.DATABASE_POOL_SIZE,
    databasePoolWaitMs: value.DATABASE_POOL_WAIT_MS,
    statementTimeoutMs: value.STATEMENT_TIMEOUT_MS,
    dataDir: value.DATA_DIR,
    host: value.HOST,
    port: value.PORT,
    organizationHeader: value.ORGANIZATION_HEADER,
    maxTreeDepth: value.MAX_TREE_DEPTH,
    graphiql: value.GRAPHIQL ?? !(production || trustedOnly),
    introspection: value.INTROSPECTION ?? (trustedOnly ? 'off' : production ? 'authenticated' : 'public'),
    trustedDocuments: value.TRUSTED_DOCUMENTS,
    corsOrigins: value.CORS_ORIGINS,
    allowedHosts: value.ALLOWED_HOSTS,
    maxConnections: value.MAX_CONNECTIONS,
    limits: requestLimits(value),
    sessions: sessionSettings(value),
    smtpUrl: value.SMTP_URL,
    mailFrom: value.MAIL_FROM,
    invitationUrl: value.INVITATION_URL,
    invitationDays: value.INVITATION_DAYS,
    mailLimits: {
      perSender: value.INVITATION_MAILS_PER_SENDER,
      perTree: value.INVITATION_MAILS_PER_DAY,
      perAddress: value.INVITATION_MAILS_PER_ADDRESS,
    },
    retentionDays: value.RETENTION_DAYS,
    usageEventDays: value.USAGE_EVENT_DAYS,
    worker: value.WORKER,
    dnsServers: value.DNS_SERVERS,
    domainPendingHours: value.DOMAIN_PENDING_HOURS,
    provisioning: provisioningSettings(value),
    budgets: budgetSettings(value),
    shutdownGraceMs: value.SHUTDOWN_GRACE_MS,
    logLevel: value.LOG_LEVEL ?? (process.stderr.isTTY ? 'warn' : 'info'),
    given: Object.fromEntries(
      Object.keys(settings.shape).flatMap((name) => {
        const text = given[name];
        return text === undefined ? [] : [[name, mayHoldSecret(name) ? '[set]' : text]];
      }),
    ),
  };
}

/** In production, what sends invitations must know where their links lead: without a page of its own it would be GraphiQL, which is off. */
export function requireInvitationUrl({ production, invitationUrl, worker }: Config, sends = worker === 'inline'): void {
  if (production && sends && invitationUrl === undefined)
    throw new StartError('INVITATION_URL is missing: in production the links in invitations need a page to lead to.');
}

/** Sessions are configured in full or not at all: half of it would accept tokens that were meant for somebody else. */
function sessionSettings(value: z.infer<typeof settings>): SessionSettings | undefined {
  const { JWT_JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_ALGORITHMS: algorithms } = value;
  if (jwksUrl === undefined && issuer === undefined && audience === undefined && algorithms === undefined) return undefined;
  if (jwksUrl !== undefined && issuer !== undefined && audience !== undefined && algorithms !== undefined) {
    return { jwksUrl, issuer, audience, algorithms };
  }
  const missing = Object.entries({ JWT_JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_ALGORITHMS: algorithms })
    .filter(([, given]) => given === undefined)
    .map(([name]) => name);
  throw new StartError(`Sessions are half configured: ${missing.join(' and ')} missing beside the other JWT_ settings.`);
}

/** Every step has a provider, and every provider that is chosen what it needs. */
function provisioningSettings(value: z.infer<typeof settings>): ProvisioningSettings {
  const steps = {
    IDENTITY: value.PROVISIONING_IDENTITY ?? value.PROVISIONING,
    BILLING: value.PROVISIONING_BILLING ?? value.PROVISIONING,
    TELEPHONY: value.PROVISIONING_TELEPHONY ?? value.PROVISIONING,
    PHONE_NUMBER: value.PROVISIONING_PHONE_NUMBER ?? value.PROVISIONING,
    KNOWLEDGE_BASE: value.PROVISIONING_KNOWLEDGE_BASE ?? value.PROVISIONING,
  };
  const chosen = new Set<string>(Object.values(steps));
  const need = (provider: string, name: string, given: string | undefined): string => {
    if (given === undefined) throw new StartError(`${name} is missing: a step of provisioning is done by ${provider}.`);
    return given;
  };
  const timeoutMs = value.PROVISIONING_TIMEOUT_MS;
  return {
    steps,
    webhook: chosen.has('webhook')
      ? {
          url: need('webhook', 'PROVISIONING_WEBHOOK_URL', value.PROVISIONING_WEBHOOK_URL),
          secret: need('webhook', 'PROVISIONING_WEBHOOK_SECRET', value.PROVISIONING_WEBHOOK_SECRET),
          timeoutMs,
        }
      : undefined,
    stripe: chosen.has('stripe')
      ? {
          apiKey: need('stripe', 'STRIPE_API_KEY', value.STRIPE_API_KEY),
          priceId: need('stripe', 'STRIPE_PRICE_ID', value.STRIPE_PRICE_ID),
          apiUrl: value.STRIPE_API_URL,
          timeoutMs,
        }
      : undefined,
  };
}
