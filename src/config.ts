/** The environment, read once and checked; nothing else in the product reads `process.env`. */
import { z } from 'zod';
import { StartError } from './errors.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const settings = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/, 'must be a postgres:// address')
    .optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
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
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    )
    .refine(
      (list) => list.every((origin) => /^https?:\/\/[^/\s]+$/.test(origin)),
      'must be origins such as https://app.example.com, separated by commas',
    ),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  NODE_ENV: z.string().optional(),
});

/** The product's settings. README.md lists each with its default. */
export interface Config {
  databaseUrl: string | undefined;
  databasePoolSize: number;
  statementTimeoutMs: number;
  dataDir: string;
  host: string;
  port: number;
  organizationHeader: string;
  maxTreeDepth: number | undefined;
  graphiql: boolean;
  introspection: 'public' | 'authenticated' | 'off';
  corsOrigins: readonly string[];
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Checks the environment. Throws a `StartError` that names the first variable that is wrong and why. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable means the same as an absent one: compose files and shells leave them behind.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    throw new StartError(`${name} is not valid: ${issue?.message ?? 'unknown reason'} (it is "${given[name] ?? ''}").`);
  }
  const value = parsed.data;
  const production = value.NODE_ENV === 'production';
  return {
    databaseUrl: value.DATABASE_URL,
    databasePoolSize: value.DATABASE_POOL_SIZE,
    statementTimeoutMs: value.STATEMENT_TIMEOUT_MS,
    dataDir: value.DATA_DIR,
    host: value.HOST,
    port: value.PORT,
    organizationHeader: value.ORGANIZATION_HEADER,
    maxTreeDepth: value.MAX_TREE_DEPTH,
    graphiql: value.GRAPHIQL ?? !production,
    introspection: value.INTROSPECTION ?? (production ? 'authenticated' : 'public'),
    corsOrigins: value.CORS_ORIGINS,
    logLevel: value.LOG_LEVEL,
  };
}
