/**
 * One memorable forest and the people in it:
 *
 *   acme ─┬─ north ─┬─ shop-1 ── kiosk
 *         │         └─ shop-2
 *         └─ south ── depot
 *   rival ── rival-shop
 *
 * People are named `<role>@<organization>`; each has a token. Keys are named `key@<organization>` and hold all scopes.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { createToken, tokenHash, tokenPreview } from '../../src/authentication/secret.ts';
import type { Database } from '../../src/database/connect.ts';
import {
  createGateway,
  GRAPHQL_PATH,
  type Gateway,
  type GatewayOptions,
} from '../../src/http/gateway.ts';
import { encodeId, type IdType } from '../../src/values/ids.ts';
import { insertApiKey, insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import type { TypedDocumentString } from '../generated/graphql.ts';
import { createDatabase, type TestDatabase } from './database.ts';

const TREE = {
  acme: null,
  north: 'acme',
  south: 'acme',
  'shop-1': 'north',
  'shop-2': 'north',
  kiosk: 'shop-1',
  depot: 'south',
  rival: null,
  'rival-shop': 'rival',
} as const;
const PEOPLE = [
  'admin@acme',
  'viewer@acme',
  'user@acme',
  'support@acme',
  'cloud_rep@acme',
  'restricted_user@acme',
  'admin@north',
  'viewer@north',
  'cloud_rep@north',
  'admin@south',
  'admin@shop-1',
  'user@shop-1',
  'admin@kiosk',
  'admin@rival',
  'viewer@rival-shop',
] as const;
const KEYS = ['key@acme', 'key@north', 'key@shop-1', 'key@rival'] as const;

/** What each error tells of its own request; test/http/errors.test.ts looks at it. */
const ERROR_FACTS = /,"type":"[A-Z_]+","timestamp":"[^"]+","requestId":"[^"]+"/g;

export type Slug = keyof typeof TREE;
/** All organizations of the world. */
export const SLUGS = Object.keys(TREE) as Slug[];
export type Caller = (typeof PEOPLE)[number] | (typeof KEYS)[number];

export interface GraphQLAnswer<Data = Record<string, unknown>> {
  status: number;
  headers: Headers;
  /** The body, byte for byte but for class, time and request id of errors, so that answers can be compared. */
  text: string;
  data: Data | null | undefined;
  errors:
    | {
        message: string;
        path?: (string | number)[];
        extensions: { code: string } & Record<string, unknown>;
      }[]
    | undefined;
}

export interface RequestOptions {
  /** Who calls; nobody when absent. */
  as?: Caller | undefined;
  /** Instead of `as`: the bearer token itself. */
  token?: string;
  /** The organization header; the caller's own organization when absent, none when null. */
  organization?: string | null;
  headers?: Record<string, string>;
  /** Hands the request to the gateway without a socket between, for tests that count in tens of thousands. */
  withoutSocket?: boolean;
}

export interface World extends TestDatabase {
  endpoint: string;
  /** Public id of an organization. */
  org(slug: Slug): string;
  /** Public id of a person. */
  person(name: Caller): string;
  uuid(slug: Slug): string;
  token(caller: Caller): string;
  /** Runs a typed document, or a text, over HTTP. */
  query<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    options?: RequestOptions,
  ): Promise<GraphQLAnswer<Result>>;
  ask<Data = Record<string, never>>(
    document: string,
    options?: RequestOptions,
    variables?: Record<string, unknown>,
  ): Promise<GraphQLAnswer<Data>>;
  /** Runs SQL and returns the rows. */
  rows<Row>(statement: ReturnType<typeof sql<Row>>): Promise<Row[]>;
}

/** Builds the world in a database of its own and serves it on a free port. */
export async function createWorld(
  overrides: Partial<GatewayOptions> = {},
  { poolSize = 8, database: given }: { poolSize?: number; database?: TestDatabase } = {},
): Promise<World> {
  const database = given ?? (await createDatabase({ poolSize }));
  const { db } = database;
  const ids = new Map<string, string>();
  const tokens = new Map<string, string>();
  for (const [slug, parent] of Object.entries(TREE)) {
    const { id } = await db
      .insertInto('organizations')
      .values({ slug, name: `The ${slug}`, parent_id: parent && (ids.get(parent) ?? null) })
      .returning('id')
      .executeTakeFirstOrThrow();
    ids.set(slug, id);
  }
  for (const name of PEOPLE) {
    const [role = '', slug = ''] = name.split('@');
    const user = await insertUser(database, `${name}.example`, `${role} of ${slug}`);
    await insertMembership(database, ids.get(slug) ?? '', user, [role]);
    ids.set(name, user);
    tokens.set(name, await insertPersonalAccessToken(db, user, 'test'));
  }
  for (const name of KEYS)
    tokens.set(name, await insertApiKey(db, ids.get(name.slice('key@'.length)) ?? '', name));

  const gateway = gatewayOver(database.gatewayDb, overrides);
  const server = createServer((request, response) => void gateway(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}${GRAPHQL_PATH}`;
  const known = (name: string): string => {
    const id = ids.get(name);
    if (!id) throw new RangeError(`nobody and nothing is called ${name}`);
    return id;
  };
  const token = (caller: Caller): string => tokens.get(caller) ?? '';
  const ask = async <Data>(
    query: string,
    {
      as,
      token: given = as && token(as),
      organization,
      headers = {},
      withoutSocket = false,
    }: RequestOptions = {},
    variables?: Record<string, unknown>,
  ): Promise<GraphQLAnswer<Data>> => {
    const named =
      organization === undefined
        ? as && !as.startsWith('key@')
          ? as.split('@')[1]
          : null
        : organization;
    const response = await (withoutSocket ? gateway.fetch.bind(gateway) : fetch)(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(given && { authorization: `Bearer ${given}` }),
        ...(named && { 'x-organization': named }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const text = (await response.text()).replaceAll(ERROR_FACTS, '');
    const body = JSON.parse(text) as Pick<GraphQLAnswer<Data>, 'data' | 'errors'>;
    return {
      status: response.status,
      headers: response.headers,
      text,
      data: body.data,
      errors: body.errors,
    };
  };
  return {
    ...database,
    endpoint,
    org: (slug) => encodeId('Organization', known(slug)),
    person: (name) => encodeId('User', known(name)),
    uuid: known,
    token,
    ask,
    query: (document, variables, options) =>
      ask(document.toString(), options, variables as Record<string, unknown>),
    rows: async (statement) => (await statement.execute(db)).rows,
    async close() {
      await closeServer(server);
      await database.close();
    },
  };
}

/** Limits of sending as they are by default; tests that count in thousands bring their own. */
export const MAIL_LIMITS = { perSender: 1_000, perTree: 10_000, perAddress: 5 };

/** The gateway over a database, with the settings of the tests. */
export function gatewayOver(db: Database, overrides: Partial<GatewayOptions> = {}): Gateway {
  return createGateway({
    db,
    log: createLogger('silent'),
    organizationHeader: 'X-Organization',
    settings: {
      invitationDays: 7,
      retentionDays: 30,
      mailLimits: MAIL_LIMITS,
      // Tests of the portal ask a service of their own.
      billingPortal: () => Promise.resolve('https://portal.example/session'),
    },
    introspection: 'public',
    graphiql: false,
    // Most tests ask once.
    compiled: 'at once',
    corsOrigins: [],
    credentialUsed: () => undefined,
    ...overrides,
  });
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Adds a person with a verified address and returns its UUID. */
export async function insertUser(
  { db }: TestDatabase,
  email: string,
  name: string | null = null,
): Promise<string> {
  const row = await db
    .insertInto('users')
    .values({ email, canonical_email: email, name })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Adds a membership, with built-in roles by key and others by UUID, and returns its UUID. */
export async function insertMembership(
  { db }: TestDatabase,
  organizationId: string,
  userId: string,
  roles: readonly string[],
): Promise<string> {
  const { id } = await db
    .insertInto('memberships')
    .values({ organization_id: organizationId, user_id: userId })
    .returning('id')
    .executeTakeFirstOrThrow();
  await sql`insert into membership_roles (membership_id, role_id)
    select ${id}, id from roles where (built_in and key = any (${roles})) or id::text = any (${roles})`.execute(
    db,
  );
  return id;
}

/** Adds a role that the organization defines and returns its UUID. */
export async function insertRole(
  { db }: TestDatabase,
  organizationId: string,
  key: string,
  scopes: readonly string[] = [],
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with made as (insert into roles (key, name, scopes) values (${key}, ${key}, ${scopes}::text[]) returning id, key)
    insert into organization_roles (role_id, key, organization_id)
      select id, key, ${organizationId}::uuid from made returning role_id as id`.execute(db);
  const [row] = rows;
  if (!row) throw new RangeError('no role was added');
  return row.id;
}

/** Adds an API key with these scopes and returns its token. */
export async function insertKey(
  world: Pick<World, 'db' | 'uuid'>,
  slug: Slug,
  scopes: readonly string[],
): Promise<string> {
  const { rows } = await sql<{ id: string }>`select uuidv7() as id`.execute(world.db);
  const id = rows[0]?.id ?? '';
  const token = createToken('ak', id);
  await sql`insert into api_keys (id, organization_id, name, secret_hash, preview, scopes)
    values (${id}, ${world.uuid(slug)}, 'key', ${tokenHash(token)}, ${tokenPreview(token)}, ${scopes}::text[])`.execute(
    world.db,
  );
  return token;
}

/** Adds a pending invitation that ends at `expiresAt` and returns its UUID. */
export async function insertInvitation(
  { db }: TestDatabase,
  organizationId: string,
  email: string,
  hash: Buffer,
  expiresAt = new Date(Date.now() + 86_400_000),
): Promise<string> {
  const { id } = await db
    .insertInto('invitations')
    .values({
      organization_id: organizationId,
      email,
      canonical_email: email,
      inviter_kind: 'API_KEY',
      inviter_api_key_name: 'key',
      inviter_organization_id: organizationId,
      expires_at: expiresAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await sql`insert into invitation_roles (invitation_id, role_id) select ${id}, id from roles where built_in and key = 'user'`.execute(
    db,
  );
  await sql`insert into invitation_tokens (token_hash, invitation_id, organization_id) values (${hash}, ${id}, ${organizationId})`.execute(
    db,
  );
  return id;
}

/** The code of the first error of an answer. */
export function code(answer: GraphQLAnswer<unknown>): string | undefined {
  return answer.errors?.[0]?.extensions.code;
}

/** A public id of the type that nothing has. */
export function missingId(type: IdType): string {
  return encodeId(type, '01900000-0000-7000-8000-00000000dead');
}

/** The result of a mutation as the type that it has to be; anything else fails the test with what it is. */
export function payload<Result extends { __typename: string }, Name extends Result['__typename']>(
  result: Result | null | undefined,
  name: Name,
): Extract<Result, { __typename: Name }> {
  if (result?.__typename !== name)
    throw new Error(`expected ${name}, got ${JSON.stringify(result)}`);
  return result as Extract<Result, { __typename: Name }>;
}
