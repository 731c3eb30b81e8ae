/** Every setting: its name in the environment, its values, its default and its meaning. */
import { z } from 'zod';
import {
  DATABASE_URL,
  SAFE_URL,
  databaseUrl,
  flag,
  isDnsServer,
  jwtAlgorithms,
  listOf,
  oneOf,
  onOff,
  safeUrl,
  wholeNumber,
} from './forms.ts';
import { budgetVariables } from '../limits/budget-settings.ts';
import { limitSettings } from '../limits/settings.ts';
import { EVENT_DAYS_MIN } from '../modules/usage/retention.ts';

const localOrWebhook = oneOf('local', 'webhook');
const LIKE_ALL = 'as `PROVISIONING`';

/** Every setting, in the sections of docs/reference/configuration.md, which is made from this. */
export const sections = {
  'Process and database': {
    NODE_ENV: z
      .string()
      .optional()
      .meta({
        description:
          '`production` changes the defaults of `GRAPHIQL` and `INTROSPECTION`, requires `DATABASE_URL` and, where jobs are done, ' +
          '`INVITATION_URL`, and refuses a database that may lose what it confirmed.',
      }),
    HOST: z.string().default('127.0.0.1').meta({ description: 'Address to listen on.' }),
    PORT: wholeNumber(0, 65_535).default(4000).meta({ description: 'Port to listen on; `0` takes any that is free.' }),
    LOG_LEVEL: oneOf('debug', 'info', 'warn', 'error', 'silent')
      .optional()
      .meta({ description: 'Least level of the lines in the log.', unset: '`info`; `warn` where standard error is a terminal' }),
    SHUTDOWN_GRACE_MS: wholeNumber(0, 3_600_000)
      .default(20_000)
      .meta({
        description:
          'How long requests and jobs under way may take to end after `SIGTERM`. It should be longer than `OPERATION_DEADLINE_MS`, and shorter ' +
          'than the platform waits before it kills the process (Docker: 10 s, Kubernetes: 30 s).',
      }),
    DATA_DIR: z
      .string()
      .default('.data')
      .meta({ description: 'Folder of the embedded database, of `demo.json` and of mail without a server.' }),
    DATABASE_URL: databaseUrl.optional().meta({
      description: 'PostgreSQL 18 or newer, a database in UTF-8. Required in production.',
      form: DATABASE_URL,
      unset: 'the embedded PostgreSQL in `DATA_DIR`',
    }),
    DATABASE_MIGRATION_URL: databaseUrl.optional().meta({
      description:
        'The same database for the role that owns it. Gateways and workers then connect with `DATABASE_URL`, as a role that owns nothing. ' +
        'Not accepted without `DATABASE_URL`.',
      form: DATABASE_URL,
      unset: '`DATABASE_URL` does everything',
    }),
    DATABASE_POOL_SIZE: wholeNumber(1, 200).default(10).meta({
      description: 'Connections to the database. In addition the worker takes 7, `/ready` 1 and `RATE_LIMITS=postgres` 4.',
    }),
    DATABASE_POOL_WAIT_MS: wholeNumber(100, 60_000).default(2_000).meta({
      description: 'How long a request waits for a connection, half of it to make one; then the answer is `UNAVAILABLE`.',
    }),
    STATEMENT_TIMEOUT_MS: wholeNumber(100, 3_600_000)
      .default(30_000)
      .meta({ description: 'Longest that one statement for a caller may run; then the answer is `LIMIT_EXCEEDED`.' }),
    MAX_TREE_DEPTH: wholeNumber(1, 64).optional().meta({
      description: 'Levels that may lie above an organization. Stored in the database on migration.',
      unset: '32, or what is stored',
    }),
    WORKER: oneOf('inline', 'separate')
      .default('inline')
      .meta({ description: 'Whether the gateway does jobs itself, or leaves them to `banyan worker`.' }),
  },
  API: {
    ORGANIZATION_HEADER: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be a header name of letters, digits and hyphens')
      .default('X-Organization')
      .meta({ description: 'Header that names the organization of a request.', form: 'up to 64 letters, digits and hyphens' }),
    ALLOWED_HOSTS: listOf((host) => /^[\w.:-]+$/.test(host), 'host names without ports').meta({
      description: 'The only host names that are answered; others get 421, except for `/health` and `/ready`.',
      form: 'host names without ports, separated by commas',
      unset: 'any; GraphiQL only under those of this machine and `HOST`',
    }),
    CORS_ORIGINS: listOf((origin) => /^https?:\/\/[^/\s]+$/.test(origin), 'origins such as https://app.example.com').meta({
      description: 'Origins whose pages may call the API.',
      form: 'origins such as `https://app.example.com`, separated by commas',
    }),
    MAX_CONNECTIONS: wholeNumber(1, 1_000_000)
      .default(2_000)
      .meta({ description: 'Connections of clients at the same time; more are closed at once.' }),
    GRAPHIQL: flag.optional().meta({
      description: 'Whether GraphiQL is served.',
      unset: '`true`; `false` in production and with `TRUSTED_DOCUMENTS=require`',
    }),
    INTROSPECTION: oneOf('public', 'authenticated', 'off').optional().meta({
      description: 'Who may read the schema through the API: everybody, callers with a credential, or nobody.',
      unset: '`public`; `authenticated` in production, `off` with `TRUSTED_DOCUMENTS=require`',
    }),
    COMPILED: onOff.default(true).meta({
      description: 'Whether queries are executed as one statement where they can be. Without it they cost more and answer the same.',
    }),
    TRUSTED_DOCUMENTS: oneOf('off', 'allow', 'require')
      .default('off')
      .meta({ description: '`allow` answers registered documents by their hash, `require` nothing else.' }),
  },
  Sessions: {
    JWT_JWKS_URL: safeUrl.optional().meta({
      description: 'Where the identity provider publishes its keys. The four settings of sessions are set together or not at all.',
      form: SAFE_URL,
      unset: 'no sessions',
    }),
    JWT_ISSUER: z.string().optional().meta({ description: 'The `iss` of its tokens.' }),
    JWT_AUDIENCE: z.string().optional().meta({ description: 'The `aud` that names this service.' }),
    JWT_ALGORITHMS: jwtAlgorithms.optional().meta({
      description: 'Signature algorithms that are accepted. Those with a shared secret are not among them.',
      form: 'such as `RS256,ES256`, of `RS…`, `PS…`, `ES…` with 256, 384 or 512, `EdDSA` and `Ed25519`',
    }),
  },
  'Limits of one request': limitSettings,
  'Budgets and concurrency': budgetVariables,
  'Mail and invitations': {
    SMTP_URL: z
      .string()
      .regex(/^smtps?:\/\/\S+$/, 'must be an smtp:// or smtps:// address')
      .optional()
      .meta({
        description: 'Mail server, with account and password if needed.',
        form: '`smtp://` or `smtps://` address',
        unset: 'mail is written to files in `DATA_DIR/mail`',
      }),
    MAIL_FROM: z
      .string()
      .regex(/^([^<>\r\n]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, 'must be an address, or a name and an address in angle brackets')
      .default('Banyan <banyan@localhost>')
      .meta({ description: 'Sender of mail.', form: 'an address, or a name and an address in angle brackets' }),
    INVITATION_URL: z
      .string()
      .refine((text) => URL.canParse(text.replaceAll('{token}', 'token')), 'must be an address; {token} in it becomes the token')
      .optional()
      .meta({
        description:
          'Link in invitations: `{token}` in it becomes the token, else `?token=…` is added. Required in production where jobs are done.',
        form: 'an address',
        unset: 'GraphiQL of this gateway',
      }),
    INVITATION_DAYS: wholeNumber(1, 90).default(7).meta({ description: 'Days for which an invitation can be accepted.' }),
    INVITATION_MAILS_PER_DAY: wholeNumber(0, 10_000_000)
      .default(10_000)
      .meta({ description: 'Mails with invitations that are requested in one tree of organizations within 24 hours.' }),
    INVITATION_MAILS_PER_SENDER: wholeNumber(0, 10_000_000)
      .default(1_000)
      .meta({ description: 'Mails with invitations that one user or API key requests within 24 hours.' }),
    INVITATION_MAILS_PER_ADDRESS: wholeNumber(0, 1_000)
      .default(5)
      .meta({ description: 'Mails to one address from one tree within 24 hours; more are withheld, and nobody is told.' }),
  },
  Provisioning: {
    PROVISIONING: localOrWebhook.default('local').meta({ description: 'Who does the steps of provisioning: this process, or a webhook.' }),
    PROVISIONING_IDENTITY: localOrWebhook.optional().meta({ description: 'Who does the step `IDENTITY`.', unset: LIKE_ALL }),
    PROVISIONING_BILLING: oneOf('local', 'webhook', 'stripe')
      .optional()
      .meta({ description: 'Who does the step `BILLING`.', unset: LIKE_ALL }),
    PROVISIONING_TELEPHONY: localOrWebhook.optional().meta({ description: 'Who does the step `TELEPHONY`.', unset: LIKE_ALL }),
    PROVISIONING_PHONE_NUMBER: localOrWebhook.optional().meta({ description: 'Who does the step `PHONE_NUMBER`.', unset: LIKE_ALL }),
    PROVISIONING_KNOWLEDGE_BASE: localOrWebhook.optional().meta({ description: 'Who does the step `KNOWLEDGE_BASE`.', unset: LIKE_ALL }),
    PROVISIONING_TIMEOUT_MS: wholeNumber(100, 60_000).default(10_000).meta({ description: 'How long a provider may take to answer.' }),
    PROVISIONING_WEBHOOK_URL: safeUrl
      .optional()
      .meta({ description: 'Where webhooks go. Required where a step is done by `webhook`.', form: SAFE_URL }),
    PROVISIONING_WEBHOOK_SECRET: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 bytes in base64')
      .optional()
      .meta({
        description: 'Key that signs webhooks. Required where a step is done by `webhook`.',
        form: '`whsec_` and at least 24 bytes in base64',
      }),
    STRIPE_API_KEY: z.string().optional().meta({ description: 'Account at Stripe. Required where billing is done by `stripe`.' }),
    STRIPE_PRICE_ID: z
      .string()
      .optional()
      .meta({ description: 'Price of the free plan at Stripe. Required where billing is done by `stripe`.' }),
    STRIPE_API_URL: safeUrl.optional().meta({ description: 'Where the API of Stripe is.', form: SAFE_URL, unset: "Stripe's own address" }),
  },
  'Domains and retention': {
    DNS_SERVERS: listOf(isDnsServer, 'IP addresses, with :port where it is not 53').meta({
      description: 'Servers that are asked for the records of domains.',
      form: 'IP addresses, with `:port` where it is not 53, separated by commas',
      unset: 'those of the machine',
    }),
    DOMAIN_PENDING_HOURS: wholeNumber(0, 8_760).default(72).meta({ description: 'Hours after which a domain without proof is `FAILED`.' }),
    USAGE_EVENT_DAYS: wholeNumber(EVENT_DAYS_MIN, 36_500).default(400).meta({
      description: 'Days for which single events of usage are kept, in whole months; longer while a metric takes older ones.',
    }),
    RETENTION_DAYS: wholeNumber(1, 3_650).default(30).meta({ description: 'Days for which a deleted organization can be restored.' }),
  },
};

/** What the environment may hold. */
export const settings = z.object({
  ...sections['Process and database'],
  ...sections.API,
  ...sections.Sessions,
  ...sections['Limits of one request'],
  ...sections['Budgets and concurrency'],
  ...sections['Mail and invitations'],
  ...sections.Provisioning,
  ...sections['Domains and retention'],
});

/** The settings by their names in the environment, checked. */
export type Settings = z.infer<typeof settings>;
