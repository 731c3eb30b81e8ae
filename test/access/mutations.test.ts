/**
 * A walk through every mutation by six callers. Each cell is done on rows of its own, so that none depends on another.
 */
import { getNamedType, isInputObjectType, type GraphQLObjectType } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { createToken, tokenHash, tokenPreview } from '../../src/authentication/secret.ts';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import { encodeId, parseId, type IdType } from '../../src/values/ids.ts';
import { schema } from '../../src/schema.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import {
  createWorld,
  insertInvitation,
  insertKey,
  insertMembership,
  insertRole,
  insertUser,
  missingId,
  type RequestOptions,
  type World,
} from '../setup/world.ts';
import { insertNodes } from '../setup/nodes.ts';
import { atOnce } from './matrix.ts';

let world: World;
let issuer: Issuer;
let session = '';
beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld({ sessions: new Sessions(issuer.settings, createLogger('silent')) });
  session = await issuer.session('stranger', 'stranger@x.example');
});
afterAll(async () => {
  await world.close();
  await issuer.close();
});

type Who = 'ancestor' | 'nativeAdmin' | 'viewer' | 'rival' | 'stranger' | 'apiKey';

const callers: Record<Who, () => RequestOptions> = {
  ancestor: () => ({ as: 'admin@acme' }),
  nativeAdmin: () => ({ as: 'admin@north' }),
  viewer: () => ({ as: 'viewer@north' }),
  rival: () => ({ as: 'admin@rival' }),
  // A session of a person that belongs nowhere; it can name no organization.
  stranger: () => ({ token: session }),
  apiKey: () => ({ as: 'key@north' }),
};

let made = 0;
const unique = (): string => `walk${++made}`;

/** A row that a mutation is about, in north; returns its public id. */
const fresh = {
  /** An organization below north; deleted if asked for. */
  async organization(deleted = false): Promise<string> {
    const [row] = await world.rows(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id, status, deleted_at, deleted_with)
      select ${unique()}, 'Walk', ${world.uuid('north')}::uuid, case when ${deleted} then 'DELETED' else 'ACTIVE' end,
        case when ${deleted} then now() end, null returning id`);
    await sql`update organizations set deleted_with = id where id = ${row?.id} and deleted_at is not null`.execute(
      world.db,
    );
    return encodeId('Organization', row?.id ?? '');
  },
  async member(): Promise<string> {
    const user = await insertUser(world, `${unique()}@x.example`);
    await insertMembership(world, world.uuid('north'), user, ['user']);
    return encodeId('User', user);
  },
  async role(): Promise<string> {
    return encodeId('Role', await insertRole(world, world.uuid('north'), unique()));
  },
  async invitation(): Promise<string> {
    const name = unique();
    return encodeId(
      'Invitation',
      await insertInvitation(world, world.uuid('north'), `${name}@x.example`, tokenHash(name)),
    );
  },
  /** The token of an invitation to the caller's own address, which whoever is above has sent. */
  async invitationToken(who: Who): Promise<string> {
    const token = createInvitationToken();
    const { as } = callers[who]();
    const email = as === undefined ? 'stranger@x.example' : `${as}.example`;
    await sql`delete from invitations where canonical_email = ${email}`.execute(world.db);
    const id = await insertInvitation(world, world.uuid('shop-2'), email, tokenHash(token));
    await sql`update invitations set inviter_kind = 'SESSION', inviter_organization_id = ${world.uuid('acme')},
      inviter_user_id = (select id from users where email = 'admin@acme.example') where id = ${id}`.execute(
      world.db,
    );
    return token;
  },
  async contact(): Promise<string> {
    const [row] = await world.rows(sql<{ id: string }>`
      insert into contacts (organization_id, kind, name, email)
      values (${world.uuid('north')}, 'GENERAL', 'Walk', ${`${unique()}@x.example`}) returning id`);
    return encodeId('Contact', row?.id ?? '');
  },
  async apiKey(): Promise<string> {
    const [row] = await world.rows(sql<{ id: string }>`
      insert into api_keys (organization_id, name, secret_hash, preview, scopes)
      values (${world.uuid('north')}, 'k', ${tokenHash(unique())}, 'ak_…', '{}') returning id`);
    return encodeId('ApiKey', row?.id ?? '');
  },
  /** A token of the caller's own, or of somebody else for a caller that is no person. */
  async ownToken(who: Who): Promise<string> {
    const { as } = callers[who]();
    const email =
      as === undefined
        ? 'stranger@x.example'
        : as.startsWith('key@')
          ? 'admin@north.example'
          : `${as}.example`;
    const [{ id } = { id: '' }] = await world.rows(sql<{ id: string }>`select uuidv7() as id`);
    const token = createToken('pat', id);
    await sql`insert into personal_access_tokens (id, user_id, name, secret_hash, preview)
      select ${id}, u.id, 'own', ${tokenHash(token)}, ${tokenPreview(token)} from users u where u.canonical_email = ${email}`.execute(
      world.db,
    );
    return encodeId('PersonalAccessToken', id);
  },
};

type Expected = Record<Who, string>;

/** For what takes a scope on an organization that the viewer can see. */
const byRight: Expected = {
  ancestor: 'done',
  nativeAdmin: 'done',
  viewer: 'FORBIDDEN',
  rival: 'NOT_FOUND',
  stranger: 'ORGANIZATION_REQUIRED',
  apiKey: 'done',
};
/** For what is done to an organization below, which exists only for those who manage what is below. */
const belowActing: Expected = { ...byRight, viewer: 'NOT_FOUND' };
/** For what a person does for itself. */
const byPerson: Expected = {
  ancestor: 'done',
  nativeAdmin: 'done',
  viewer: 'done',
  rival: 'done',
  stranger: 'done',
  apiKey: 'FORBIDDEN',
};

interface Row {
  expected: Expected;
  /** Whether attempts stand in the audit log. */
  logged?: boolean;
  input(who: Who): Promise<Record<string, unknown>>;
}

const inNorth =
  (more: () => Promise<Record<string, unknown>> | Record<string, unknown>) => async () => ({
    organizationId: world.org('north'),
    ...(await more()),
  });

/** Every mutation. One that is missing here fails the first test. */
const table: Record<string, Row> = {
  createOrganization: {
    expected: byRight,
    input: () => Promise.resolve({ name: 'Walk', slug: unique(), parentId: world.org('north') }),
  },
  moveOrganization: {
    expected: belowActing,
    input: async () => ({ id: await fresh.organization(), newParentId: world.org('shop-2') }),
  },
  deleteOrganization: {
    expected: belowActing,
    input: async () => ({ id: await fresh.organization() }),
  },
  restoreOrganization: {
    expected: belowActing,
    input: async () => ({ id: await fresh.organization(true) }),
  },
  retryProvisioning: { expected: byRight, input: inNorth(() => ({})) },
  changePlan: {
    expected: byRight,
    input: inNorth(async () => {
      await sql`insert into billing_accounts (organization_id, status) values (${world.uuid('north')}, 'active')
        on conflict (organization_id) do update set status = 'active'`.execute(world.db);
      return { plan: 'free' };
    }),
  },
  openBillingPortal: {
    expected: byRight,
    input: inNorth(async () => {
      await sql`insert into billing_accounts (organization_id, status, customer_id) values (${world.uuid('north')}, 'active', 'cus_1')
        on conflict (organization_id) do update set status = 'active', customer_id = 'cus_1'`.execute(
        world.db,
      );
      return {};
    }),
  },
  updateOrganization: {
    expected: byRight,
    input: () => Promise.resolve({ id: world.org('north'), name: unique() }),
  },
  suspendOrganization: {
    expected: belowActing,
    input: () => Promise.resolve({ id: world.org('kiosk') }),
  },
  resumeOrganization: {
    expected: belowActing,
    input: () => Promise.resolve({ id: world.org('kiosk') }),
  },
  updateMemberRoles: {
    expected: byRight,
    input: inNorth(async () => ({ userId: await fresh.member(), roles: ['viewer'] })),
  },
  removeMember: {
    expected: byRight,
    input: inNorth(async () => ({ userId: await fresh.member() })),
  },
  leaveOrganization: {
    expected: byPerson,
    async input(who) {
      const organizationId = await fresh.organization();
      const { as } = callers[who]();
      const email = as === undefined ? 'stranger@x.example' : `${as}.example`;
      await sql`insert into memberships (organization_id, user_id)
        select ${parseId(organizationId)?.uuid}::uuid, id from users where email = ${email}`.execute(
        world.db,
      );
      return { organizationId };
    },
  },
  addMember: {
    expected: byRight,
    input: inNorth(async () => {
      const email = `${unique()}@x.example`;
      await insertMembership(world, world.uuid('shop-2'), await insertUser(world, email), ['user']);
      return { email, roles: ['user'] };
    }),
  },
  createRole: {
    expected: byRight,
    input: inNorth(() => ({ key: unique(), name: 'Walk', scopes: ['usage:read'] })),
  },
  updateRole: {
    expected: byRight,
    input: async () => ({ id: await fresh.role(), name: 'Walked' }),
  },
  deleteRole: { expected: byRight, input: async () => ({ id: await fresh.role() }) },
  createInvitation: {
    expected: byRight,
    input: inNorth(() => ({ email: `${unique()}@x.example`, roles: ['viewer'] })),
  },
  inviteUsers: {
    expected: byRight,
    input: inNorth(() => ({ users: [{ email: `${unique()}@x.example` }] })),
  },
  resendInvitation: { expected: byRight, input: async () => ({ id: await fresh.invitation() }) },
  revokeInvitation: { expected: byRight, input: async () => ({ id: await fresh.invitation() }) },
  acceptInvitation: {
    expected: byPerson,
    input: async (who) => ({ token: await fresh.invitationToken(who) }),
  },
  declineInvitation: {
    expected: byPerson,
    input: async (who) => ({ token: await fresh.invitationToken(who) }),
  },
  createApiKey: {
    expected: byRight,
    input: inNorth(() => ({ name: 'walk', scopes: ['usage:read'] })),
  },
  // Whoever may not manage contacts or keys does not see them either.
  createContact: {
    expected: byRight,
    input: inNorth(() => ({ name: 'Walk', email: `${unique()}@x.example` })),
  },
  updateContact: {
    expected: { ...byRight, viewer: 'NOT_FOUND' },
    input: async () => ({ id: await fresh.contact(), name: 'Walked' }),
  },
  deleteContact: {
    expected: { ...byRight, viewer: 'NOT_FOUND' },
    input: async () => ({ id: await fresh.contact() }),
  },
  updateApiKey: {
    expected: { ...byRight, viewer: 'NOT_FOUND' },
    input: async () => ({ id: await fresh.apiKey(), name: unique() }),
  },
  revokeApiKey: {
    expected: { ...byRight, viewer: 'NOT_FOUND' },
    input: async () => ({ id: await fresh.apiKey() }),
  },
  // Each event has an outcome of its own, so nobody who acts in an organization is refused as a whole.
  recordUsage: {
    expected: { ...byRight, viewer: 'done', rival: 'done' },
    // Metered events are a record of their own.
    logged: false,
    input: () =>
      Promise.resolve({
        events: [
          {
            id: unique(),
            organizationId: world.org('north'),
            metric: 'voice_calls',
            quantity: '1',
            occurredAt: new Date().toISOString(),
          },
        ],
      }),
  },
  createPersonalAccessToken: {
    expected: byPerson,
    input: () => Promise.resolve({ name: unique() }),
  },
  revokePersonalAccessToken: {
    expected: byPerson,
    input: async (who) => ({ id: await fresh.ownToken(who) }),
  },
};

const mutations = Object.values((schema.getMutationType() as GraphQLObjectType).getFields());

async function attempt(name: string, input: unknown, options: RequestOptions): Promise<string> {
  const field = mutations.find((one) => one.name === name);
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const document = `mutation ($input: ${String(field?.args[0]?.type)}) { ${name}(input: $input) { __typename ... on UserError { code } } }`;
  const answer = await world.ask<Record<string, { __typename: string; code?: string }>>(
    document,
    options,
    { input },
  );
  const result = answer.data?.[name];
  if (result?.__typename === `${type}Payload`) return 'done';
  return result?.code ?? answer.errors?.[0]?.extensions.code ?? answer.text;
}

/** How many audit events there are, and how many of them refused. */
async function trail(): Promise<{ events: number; refused: number }> {
  const [row] = await world.rows(sql<{ events: number; refused: number }>`
    select count(*)::int as events, count(*) filter (where refusal is not null)::int as refused
    from (select refusal from audit_events union all select refusal from account_events) as e`);
  return row ?? { events: 0, refused: 0 };
}

describe('each mutation', () => {
  it('is in the table', () => {
    expect(Object.keys(table).toSorted()).toEqual(mutations.map((one) => one.name).toSorted());
  });

  for (const [name, { expected, input, logged: isLogged = true }] of Object.entries(table)) {
    it.each(Object.entries(expected) as [Who, string][])(
      `${name} by %s: %s, and the log tells of it`,
      async (who, outcome) => {
        const given = await input(who);
        const before = await trail();
        expect(await attempt(name, given, callers[who]())).toBe(outcome);
        const after = await trail();
        // Who belongs nowhere and names nothing has no log to stand in.
        const logged = outcome === 'ORGANIZATION_REQUIRED' || !isLogged ? 0 : 1;
        expect({
          events: after.events - before.events,
          refused: after.refused - before.refused,
        }).toEqual({
          events: logged,
          refused: outcome === 'done' ? 0 : logged,
        });
      },
    );

    it(`${name} without a credential: 401`, async () => {
      expect(await attempt(name, await input('nativeAdmin'), {})).toBe('UNAUTHENTICATED');
    });
  }
});

/** The names of the fields of a mutation's input that take an id. */
const idFields = (mutation: string): string[] => {
  const input = getNamedType(mutations.find((one) => one.name === mutation)?.args[0]?.type);
  if (!isInputObjectType(input)) return [];
  return Object.values(input.getFields()).flatMap(({ name, type }) =>
    getNamedType(type).name === 'ID' ? [name] : [],
  );
};

describe('each id in an input', () => {
  it('answers for what is elsewhere exactly as for what is missing, byte for byte', async () => {
    const foreign: Partial<Record<IdType, string[]>> = {};
    for (const slug of ['rival', 'south', 'acme', 'shop-1'] as const) {
      for (const [type, id] of Object.entries(await insertNodes(world, world.uuid(slug), slug)))
        (foreign[type as IdType] ??= []).push(encodeId(type as IdType, id));
    }
    // The last of each type lies below the acting organization.
    const allButReach = [
      'organizations:manage',
      'members:manage',
      'roles:manage',
      'api_keys:manage',
      'usage:write',
      'billing:manage',
      'audit:read',
    ];
    const askers: { name: string; reaches: boolean; options: RequestOptions }[] = [
      { name: 'admin@north', reaches: true, options: { as: 'admin@north' } },
      { name: 'key@north', reaches: true, options: { as: 'key@north' } },
      { name: 'viewer@north', reaches: false, options: { as: 'viewer@north' } },
      // To such a key, what is below is as good as missing.
      {
        name: 'a key without reach',
        reaches: false,
        options: { token: await insertKey(world, 'north', allButReach) },
      },
    ];
    const count = async () =>
      await world.rows(
        sql`select (select count(*) from organizations) as organizations, (select count(*) from roles) as roles`,
      );
    let probed = 0;
    for (const [mutation, { input }] of Object.entries(table)) {
      const fields = idFields(mutation);
      const given = fields.length > 0 ? await input('nativeAdmin') : {};
      const before = await count();
      const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
      const ask = async (options: RequestOptions, field: string, id: string) => {
        const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`;
        // A field that the row does not give stands in the place of what it gives.
        const probe = field in given ? { ...given, [field]: id } : { [field]: id };
        return (await world.ask(document, { ...options, withoutSocket: true }, { input: probe }))
          .text;
      };
      for (const field of fields) {
        // The answer to nonsense names the form that it takes, and so the type.
        const malformed = await ask({ as: 'admin@north' }, field, 'nonsense');
        expect({ mutation, field, malformed }).toMatchObject({
          malformed: expect.stringMatching(/BAD_USER_INPUT/),
        });
        const prefix = /id of the form (\w+_)/.exec(malformed)?.[1] ?? '';
        const foreignIds = Object.values(foreign).find(([one]) => one?.startsWith(prefix)) ?? [];
        const kind = parseId(foreignIds[0] ?? '')?.type;
        if (!kind)
          throw new Error(
            `no foreign rows are known for ${mutation}.${field}, which takes ${prefix}`,
          );
        await atOnce(askers, async ({ name, reaches, options }) => {
          const missing = await ask(options, field, missingId(kind));
          for (const id of foreignIds.slice(0, reaches ? -1 : undefined))
            expect({ mutation, field, name, text: await ask(options, field, id) }).toEqual({
              mutation,
              field,
              name,
              text: missing,
            });
          expect(missing).toMatch(/NOT_FOUND|FORBIDDEN/);
        });
        probed++;
      }
      expect(await count()).toEqual(before);
    }
    expect(probed).toBeGreaterThan(25);
    expect(parseId(foreign.Role?.[0] ?? '')).toBeDefined();
  });
});

describe('odd text in an input', () => {
  const odd = [
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\u202e',
    "';--",
    '%',
    '9'.repeat(400),
    '\u{1f468}\u200d\u{1f469}',
    '__proto__',
  ];

  it.each(Object.keys(table))(
    'of %s never ends in an internal error or tells of the database',
    async (name) => {
      const given = await table[name]?.input('nativeAdmin');
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      for (const field of Object.keys(given ?? {})) {
        for (const text of odd) {
          const value = Array.isArray(given?.[field])
            ? [field === 'users' ? { email: text } : text]
            : text;
          const answer = await world.ask(
            `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename } }`,
            { as: 'admin@north' },
            { input: { ...given, [field]: value } },
          );
          expect(answer.status).toBeLessThan(500);
          expect(answer.text).not.toMatch(
            /INTERNAL_SERVER_ERROR|postgres|constraint|relation|syntax|node_modules/i,
          );
        }
      }
    },
  );
});

describe('a mutation', () => {
  it('is refused as a GET, so that no link can make somebody do it', async () => {
    const url = new URL(world.endpoint);
    url.searchParams.set(
      'query',
      'mutation { createPersonalAccessToken(input: { name: "x" }) { __typename } }',
    );
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${world.token('admin@north')}` },
    });
    expect(answer.status).toBe(405);
  });

  it('has no input that names the actor, and no secret in anything but its own answer', async () => {
    const names = Object.values(schema.getTypeMap()).flatMap((type) =>
      type.name.endsWith('Input') && 'getFields' in type ? Object.keys(type.getFields()) : [],
    );
    expect(
      names.filter((name) =>
        /^(actor|owner|creator|createdBy|inviter|user$)|(actor|owner|creator)Id$|verified/i.test(
          name,
        ),
      ),
    ).toEqual([]);
    const document = `mutation { createApiKey(input: { organizationId: "${world.org('north')}", name: "shown once", scopes: [] }) { ... on CreateApiKeyPayload { secret apiKey { preview } } } }`;
    const answer = await world.ask<{
      createApiKey: { secret: string; apiKey: { preview: string } };
    }>(document, { as: 'admin@north' });
    const { secret = '' } = answer.data?.createApiKey ?? {};
    const tail = secret.slice(secret.indexOf('.') + 1, -5);
    expect(tail).toHaveLength(43);
    for (const table_ of ['api_keys', 'audit_events', 'idempotency_keys'])
      expect(
        await world.rows(
          sql`select from ${sql.table(table_)} as t where strpos(t::text, ${tail}) > 0`,
        ),
      ).toEqual([]);
  });
});
