/** Settings of the process itself: its database, its API, and who may sign in. */
import { z } from 'zod';
import {
  DATABASE_URL,
  SAFE_URL,
  databaseUrl,
  databaseUrls,
  flag,
  jwtAlgorithms,
  listOf,
  oneOf,
  onOff,
  safeUrl,
  wholeNumber,
} from './forms.ts';

/** The process and its database. */
export const processSettings = {
  NODE_ENV: z
    .string()
    .optional()
    .meta({
      description:
        '`production` changes the defaults of `GRAPHIQL` and `INTROSPECTION`, requires `DATABASE_URL` and, where jobs are done, ' +
        '`INVITATION_URL`, and refuses a database that may lose what it confirmed.',
    }),
  HOST: z.string().default('127.0.0.1').meta({ description: 'Address to listen on.' }),
  PORT: wholeNumber(0, 65_535)
    .default(4000)
    .meta({ description: 'Port to listen on; `0` takes any that is free.' }),
  LOG_LEVEL: oneOf('debug', 'info', 'warn', 'error', 'silent').optional().meta({
    description: 'Least level of the lines in the log.',
    unset: '`info`; `warn` where standard error is a terminal',
  }),
  SHUTDOWN_GRACE_MS: wholeNumber(0, 3_600_000)
    .default(20_000)
    .meta({
      description:
        'How long requests and jobs under way may take to end after `SIGTERM`. It should be longer than `OPERATION_DEADLINE_MS`, and shorter ' +
        'than the platform waits before it kills the process (Docker: 10 s, Kubernetes: 30 s).',
    }),
  SHUTDOWN_DELAY_MS: wholeNumber(0, 600_000)
    .default(0)
    .meta({
      description:
        'How long a gateway still takes requests after `SIGTERM` while `/ready` is 503, so that balancers stop sending any before the first is ' +
        'refused. `SHUTDOWN_GRACE_MS` begins after it.',
    }),
  DATA_DIR: z.string().default('.data').meta({
    description: 'Folder of the embedded database, of `demo.json` and of mail without a server.',
  }),
  DATABASE_URL: databaseUrl.optional().meta({
    secret: true,
    description: 'PostgreSQL 18 or newer, a database in UTF-8. Required in production.',
    form: DATABASE_URL,
    unset: 'the embedded PostgreSQL in `DATA_DIR`',
  }),
  DATABASE_MIGRATION_URL: databaseUrl.optional().meta({
    secret: true,
    description:
      'The same database for the role that owns it. Gateways and workers then connect with `DATABASE_URL`, as a role that owns nothing. ' +
      'Not accepted without `DATABASE_URL`.',
    form: DATABASE_URL,
    unset: '`DATABASE_URL` does everything',
  }),
  MIGRATE: oneOf('auto', 'check', 'off')
    .default('auto')
    .meta({
      description:
        'What a start does about missing migrations: `auto` applies them, where the role may; `check` refuses to start and names them; `off` does not look. ' +
        'Commands do the same, except for `banyan migrate`, which always applies them. A database of a newer version is accepted and left as it is.',
    }),
  READ_ONLY_DATABASE: oneOf('refuse', 'allow')
    .default('refuse')
    .meta({
      description:
        'Whether `/ready` is 200 on a database that takes no writes, such as a hot standby or one with `default_transaction_read_only`. ' +
        'With `allow`, reads are answered and changes get `UNAVAILABLE`; set `MIGRATE=check` and `WORKER=separate` too.',
    }),
  MAX_CLOCK_SKEW_MS: wholeNumber(1_000, 2_147_483_647)
    .default(60_000)
    .meta({
      description:
        "Greatest difference between the clocks of this machine and the database with which `/ready` is 200. The database's clock is the one " +
        'used; a machine whose own is wrong may fail at TLS and at the signatures of webhooks.',
    }),
  DATABASE_DIRECT_URL: databaseUrl.optional().meta({
    secret: true,
    description:
      'The same database for the same role, around a connection pooler in transaction mode: for workers, and for migrations where there is no ' +
      '`DATABASE_MIGRATION_URL`. Not accepted without `DATABASE_URL`.',
    form: DATABASE_URL,
    unset: '`DATABASE_URL` leads to the database itself',
  }),
  DATABASE_READ_URL: databaseUrls.meta({
    secret: true,
    description:
      'Standbys of the same database that answer queries. An answer is never older than what was acknowledged before its request; ' +
      'what a standby cannot answer, the primary does. Not accepted without `DATABASE_URL`.',
    form: `${DATABASE_URL}; several are separated by commas`,
    unset: 'the primary answers everything',
  }),
  DATABASE_READ_WAIT_MS: wholeNumber(0, 1_000).default(20).meta({
    description:
      'How long a query waits until a standby has replayed what was acknowledged; then the primary answers.',
  }),
  DATABASE_PASSWORD_FILE: z
    .string()
    .optional()
    .meta({
      description:
        'File with the password for `DATABASE_URL`, `DATABASE_DIRECT_URL` and `DATABASE_READ_URL` where they have none. ' +
        'It is read for each connection, so that the password can be replaced at any time.',
      form: 'path of a file',
    }),
  DATABASE_POOL_SIZE: wholeNumber(1, 200).default(10).meta({
    description:
      'Connections to the database, and to each standby. In addition the worker takes 7, `/ready` 1, `RATE_LIMITS=postgres` 4 and `DATABASE_READ_URL` 1.',
  }),
  DATABASE_POOL_WAIT_MS: wholeNumber(100, 60_000).default(2_000).meta({
    description:
      'How long a request waits for a connection, half of it to make one; then the answer is `UNAVAILABLE`.',
  }),
  STATEMENT_TIMEOUT_MS: wholeNumber(100, 3_600_000).default(30_000).meta({
    description:
      'Longest that one statement for a caller may run; then the answer is `LIMIT_EXCEEDED`.',
  }),
  MAX_TREE_DEPTH: wholeNumber(1, 64).optional().meta({
    description: 'Levels that may lie above an organization. Stored in the database on migration.',
    unset: '32, or what is stored',
  }),
  WORKER: oneOf('inline', 'separate').default('inline').meta({
    description: 'Whether the gateway does jobs itself, or leaves them to `banyan worker`.',
  }),
};

/** What the API answers, and to whom. */
export const apiSettings = {
  ORGANIZATION_HEADER: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be a header name of letters, digits and hyphens')
    .default('X-Organization')
    .meta({
      description: 'Header that names the organization of a request.',
      form: 'up to 64 letters, digits and hyphens',
    }),
  ALLOWED_HOSTS: listOf((host) => /^[\w.:-]+$/.test(host), 'host names without ports').meta({
    description:
      'The only host names that are answered; others get 421, except for `/health` and `/ready`.',
    form: 'host names without ports, separated by commas',
    unset: 'any; GraphiQL only under those of this machine and `HOST`',
  }),
  CORS_ORIGINS: listOf(
    (origin) => /^https?:\/\/[^/\s]+$/.test(origin),
    'origins such as https://app.example.com',
  ).meta({
    description: 'Origins whose pages may call the API.',
    form: 'origins such as `https://app.example.com`, separated by commas',
  }),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000)
    .default(2_000)
    .meta({ description: 'Connections of clients at the same time; more are closed at once.' }),
  CONSOLE: onOff.default(true).meta({ description: 'Whether the console is served.' }),
  GRAPHIQL: flag.optional().meta({
    description: 'Whether GraphiQL is served.',
    unset: '`true`; `false` in production and with `TRUSTED_DOCUMENTS=require`',
  }),
  INTROSPECTION: oneOf('public', 'authenticated', 'off').optional().meta({
    description:
      'Who may read the schema through the API: everybody, callers with a credential, or nobody.',
    unset: '`public`; `authenticated` in production, `off` with `TRUSTED_DOCUMENTS=require`',
  }),
  COMPILED: onOff.default(true).meta({
    description:
      'Whether queries are executed as one statement where they can be. Without it they cost more and answer the same.',
  }),
  TRUSTED_DOCUMENTS: oneOf('off', 'allow', 'require').default('off').meta({
    description: '`allow` answers registered documents by their hash, `require` nothing else.',
  }),
};

/** Sessions of an identity provider. */
export const identitySettings = {
  JWT_JWKS_URL: safeUrl.optional().meta({
    description:
      'Where the identity provider publishes its keys. The four settings of sessions are set together or not at all.',
    form: SAFE_URL,
    unset: 'no sessions',
  }),
  JWT_ISSUER: z.string().optional().meta({ description: 'The `iss` of its tokens.' }),
  JWT_AUDIENCE: z.string().optional().meta({ description: 'The `aud` that names this service.' }),
  JWT_ALGORITHMS: jwtAlgorithms.optional().meta({
    description:
      'Signature algorithms that are accepted. Those with a shared secret are not among them.',
    form: 'such as `RS256,ES256`, of `RS…`, `PS…`, `ES…` with 256, 384 or 512, `EdDSA` and `Ed25519`',
  }),
  CONSOLE_OIDC_CLIENT_ID: z
    .string()
    .optional()
    .meta({
      description:
        'The public client at `JWT_ISSUER` that people sign in to the console with: authorization code with PKCE, `/console/_/callback` as its ' +
        'redirect, and endpoints at the address of the issuer. The session is the ID token if this is the `JWT_AUDIENCE`, else the access token.',
      unset: 'people sign in with tokens and keys',
    }),
  CONSOLE_OIDC_SCOPE: z
    .string()
    .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/, 'must be scopes separated by single spaces')
    .default('openid email profile')
    .meta({
      description: 'The scopes that the console asks the issuer for.',
      form: 'scopes separated by spaces',
    }),
};
