import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { encodeId } from '../../src/values/ids.ts';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import {
  AcceptInvitationDocument,
  CreateInvitationDocument,
  DeclineInvitationDocument,
  InvitationPreviewDocument,
  InviteUsersDocument,
  RemoveMemberDocument,
  ResendInvitationDocument,
  RevokeApiKeyDocument,
  RevokeInvitationDocument,
  CreateApiKeyDocument,
  type CreateInvitationInput,
} from '../generated/graphql.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import { LINK_TEMPLATE, sentMail, tokenIn } from '../setup/outbox.ts';
import {
  code,
  createWorld,
  insertInvitation,
  insertMembership,
  insertRole,
  insertUser,
  missingId,
  payload,
  type Caller,
  type RequestOptions,
  type World,
} from '../setup/world.ts';

let world: World;
let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld({ sessions: new Sessions(issuer.settings, createLogger('silent')) });
});
afterAll(async () => {
  await world.close();
  await issuer.close();
});

let made = 0;
const newAddress = (): string => `invited${++made}@x.example`;

const create = async (
  input: Partial<CreateInvitationInput> = {},
  options: RequestOptions = { as: 'key@north' },
) => {
  const answer = await world.query(
    CreateInvitationDocument,
    { input: { organizationId: world.org('shop-1'), email: newAddress(), ...input } },
    options,
  );
  return answer.data?.createInvitation ?? { error: answer.errors?.[0]?.extensions };
};

/** Invites and reads the mail: the invitation's id and the token. */
async function invite(
  input: Partial<CreateInvitationInput> & { email: string },
  options?: RequestOptions,
) {
  const outcome = await create(input, options);
  if (!('invitation' in outcome)) throw new Error(JSON.stringify(outcome));
  const mail = (await sentMail(world)).find((message) => message.to === input.email);
  if (!mail) throw new Error('no mail came');
  return { id: outcome.invitation.id, token: tokenIn(mail) };
}

/** A person with a verified address and a personal token. */
async function person(email: string): Promise<RequestOptions> {
  const id = await insertUser(world, email);
  return { token: await insertPersonalAccessToken(world.db, id, 'test') };
}

const accept = async (token: string, options: RequestOptions) => {
  const answer = await world.query(AcceptInvitationDocument, { input: { token } }, options);
  return answer.data?.acceptInvitation ?? { error: answer.errors?.[0]?.extensions };
};

describe('inviting a person', () => {
  it('to a child makes a pending invitation with a role, and no membership yet', async () => {
    const outcome = await create({ email: 'New.Person@X.example', roles: ['viewer', 'nope'] });
    expect(outcome).toMatchObject({
      invitation: {
        email: 'New.Person@X.example',
        status: 'PENDING',
        roles: [{ key: 'viewer' }],
        invitedBy: {
          kind: 'API_KEY',
          apiKeyName: 'key@north',
          user: null,
          organization: { slug: 'north' },
        },
        delivery: { status: 'QUEUED', attempts: 0, lastError: null, sentAt: null },
      },
      ignoredRoles: ['nope'],
    });
    expect(await create({})).toMatchObject({
      invitation: { roles: [{ key: 'user' }] },
      ignoredRoles: [],
    });
    const [viewer] = await world.rows(
      sql<{ id: string }>`select id from roles where built_in and key = 'viewer'`,
    );
    expect(
      await create({ roles: [encodeId('Role', viewer?.id ?? ''), missingId('Role')] }),
    ).toMatchObject({
      invitation: { roles: [{ key: 'viewer' }] },
      ignoredRoles: [missingId('Role')],
    });
    const [{ days } = { days: 0 }] = await world.rows(
      sql<{
        days: number;
      }>`select round(extract(epoch from expires_at - created_at) / 86400)::int as days from invitations limit 1`,
    );
    expect(days).toBe(7);
  });

  it('takes one pending invitation for an address, however it is written', async () => {
    const email = newAddress();
    const first = await create({ email });
    expect(await create({ email: email.toUpperCase() })).toMatchObject({
      code: 'INVITATION_EXISTS',
      pendingInvitation: { id: 'invitation' in first ? first.invitation.id : '' },
    });
    expect(await create({ email, organizationId: world.org('shop-2') })).toMatchObject({
      __typename: 'CreateInvitationPayload',
    });
    expect(await create({ email: 'ADMIN@shop-1.example' })).toMatchObject({
      code: 'ALREADY_MEMBER',
    });
  });

  it('is one in the database too, whatever the application does', async () => {
    await insertInvitation(world, world.uuid('kiosk'), 'once@x.example', Buffer.alloc(32, 91));
    await expect(
      insertInvitation(world, world.uuid('kiosk'), 'once@x.example', Buffer.alloc(32, 92)),
    ).rejects.toMatchObject({
      constraint: 'invitations_one_pending',
    });
  });

  it('takes the place of one that ran out, which stays listed', async () => {
    const email = newAddress();
    await create({ email });
    await sql`update invitations set expires_at = now() - interval '1 hour' where email = ${email}`.execute(
      world.db,
    );
    expect(await create({ email })).toMatchObject({ __typename: 'CreateInvitationPayload' });
    const rows = await world.rows(
      sql<{ status: string }>`select status from invitations where email = ${email} order by id`,
    );
    expect(rows.map(({ status }) => status)).toEqual(['EXPIRED', 'PENDING']);
  });

  it('gives no role beyond what the inviter holds there', async () => {
    expect(await create({ organizationId: world.org('acme') }, { as: 'admin@acme' })).toMatchObject(
      {
        __typename: 'CreateInvitationPayload',
      },
    );
    const lead = await insertUser(world, 'inviter@x.example');
    const role = await insertRole(world, world.uuid('north'), 'inviter', ['members:manage']);
    await insertMembership(world, world.uuid('north'), lead, [role]);
    const options = {
      token: await insertPersonalAccessToken(world.db, lead, 'x'),
      organization: 'north',
    };
    const organizationId = world.org('north');
    expect(await create({ organizationId, roles: ['inviter'] }, options)).toMatchObject({
      __typename: 'CreateInvitationPayload',
    });
    expect(await create({ organizationId, roles: ['user', 'support'] }, options)).toMatchObject({
      code: 'ROLE_ESCALATION',
      missingScopes: ['usage:read', 'audit:read'],
    });
    expect(await create({ organizationId: world.org('shop-1') }, options)).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  });

  it('names what is wrong with the input, and does nothing', async () => {
    const count = async () =>
      (await world.rows(sql<{ n: number }>`select count(*)::int as n from invitations`))[0]?.n;
    const before = await count();
    const long = `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(61)}.example`;
    expect(long.length).toBeGreaterThan(255);
    for (const [input, argument] of [
      [{ email: long }, 'email'],
      [{ email: 'two..dots@x.example' }, 'email'],
      [{ email: 'nobody@localhost' }, 'email'],
      [{ roles: [] }, 'roles'],
      [{ roles: Array.from({ length: 51 }, (_, n) => `r${n}`) }, 'roles'],
      [{ organizationId: 'org_x' }, 'organizationId'],
      [{ idempotencyKey: '' }, 'idempotencyKey'],
      [{ idempotencyKey: 'k'.repeat(256) }, 'idempotencyKey'],
    ] as [Partial<CreateInvitationInput>, string][]) {
      expect(await create(input)).toMatchObject({ error: { code: 'BAD_USER_INPUT', argument } });
    }
    for (const email of ['nonsense', 'a@b', 'ünicode@x.example', 'a b@x.example', ''])
      expect(await create({ email })).toMatchObject({ error: { code: 'BAD_USER_INPUT' } });
    expect(await create({ roles: ['nope'] })).toMatchObject({
      code: 'NO_VALID_ROLE',
      ignoredRoles: ['nope'],
    });
    expect(await count()).toBe(before);
  });

  it('answers for an organization elsewhere exactly as for a missing one', async () => {
    const ask = (organizationId: string) =>
      world.query(
        CreateInvitationDocument,
        { input: { organizationId, email: 'x@x.example' } },
        { as: 'key@north' },
      );
    const missing = await ask(missingId('Organization'));
    expect(code(missing)).toBe('NOT_FOUND');
    for (const slug of ['rival', 'south', 'acme', 'depot'] as const)
      expect((await ask(world.org(slug))).text).toBe(missing.text);
  });

  it('with a key of the caller has one effect, however often it is sent', async () => {
    const input = { email: newAddress(), idempotencyKey: 'once' };
    const first = await create(input);
    expect(first).toMatchObject({ __typename: 'CreateInvitationPayload' });
    expect(await create(input)).toEqual(first);
    expect(await create({ ...input, email: newAddress() })).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
    // Somebody else's key of the same name is another key.
    expect(await create({ ...input, email: newAddress() }, { as: 'key@acme' })).toMatchObject({
      __typename: 'CreateInvitationPayload',
    });
  });
});

describe('inviting many', () => {
  it('gives each an outcome of its own, in the order of the input', async () => {
    await create({ email: 'pending@many.example' });
    const users = [
      { email: 'one@many.example', roles: ['viewer'] },
      { email: 'pending@many.example' },
      { email: 'admin@shop-1.example' },
      { email: 'two@many.example', roles: ['nope'] },
      { email: 'ONE@many.example' },
      { email: 'three@many.example', roles: ['admin', 'nope'] },
    ];
    const answer = await world.query(
      InviteUsersDocument,
      { input: { organizationId: world.org('shop-1'), users } },
      { as: 'admin@north' },
    );
    expect(payload(answer.data?.inviteUsers, 'InviteUsersPayload').results).toMatchObject([
      {
        email: 'one@many.example',
        invitation: { status: 'PENDING', roles: [{ key: 'viewer' }] },
        error: null,
      },
      { email: 'pending@many.example', invitation: null, error: { code: 'INVITATION_EXISTS' } },
      { email: 'admin@shop-1.example', invitation: null, error: { code: 'ALREADY_MEMBER' } },
      { email: 'two@many.example', invitation: null, error: { code: 'NO_VALID_ROLE' } },
      { email: 'ONE@many.example', invitation: null, error: { code: 'INVITATION_EXISTS' } },
      {
        email: 'three@many.example',
        invitation: { roles: [{ key: 'admin' }] },
        ignoredRoles: ['nope'],
      },
    ]);
  });

  it('takes 1 to 100 people, and refuses the whole of it for a malformed address', async () => {
    const ask = async (users: { email: string; roles?: string[] }[]) => {
      const answer = await world.query(
        InviteUsersDocument,
        { input: { organizationId: world.org('shop-1'), users } },
        { as: 'key@north' },
      );
      return answer.errors?.[0]?.extensions ?? answer.data;
    };
    expect(await ask([])).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'users' });
    expect(
      await ask(Array.from({ length: 101 }, (_, n) => ({ email: `p${n}@x.example` }))),
    ).toMatchObject({ argument: 'users' });
    expect(await ask([{ email: 'fine@whole.example' }, { email: 'a..b@x.example' }])).toMatchObject(
      { argument: 'users.1.email' },
    );
    expect(
      await ask([{ email: 'fine@whole.example' }, { email: 'b@x.example', roles: [] }]),
    ).toMatchObject({ argument: 'users.1.roles' });
    expect(
      await world.rows(sql`select from invitations where email = 'fine@whole.example'`),
    ).toEqual([]);
  });

  it('takes the same number of statements for 100 people as for 2', async () => {
    const count = async (people: number) => {
      const users = Array.from({ length: people }, () => ({
        email: newAddress(),
        roles: ['viewer', 'user'],
      }));
      const before = world.statements.length;
      const answer = await world.query(
        InviteUsersDocument,
        { input: { organizationId: world.org('shop-2'), users } },
        { as: 'key@north' },
      );
      expect(
        payload(answer.data?.inviteUsers, 'InviteUsersPayload').results.every(
          (one) => one.error === null,
        ),
      ).toBe(true);
      return world.statements.length - before;
    };
    const few = await count(2);
    expect(await count(100)).toBe(few);
    expect(few).toBeLessThanOrEqual(22);
  });
});

describe('accepting', () => {
  it('makes the person a member with the roles, once its verified address is the invited one', async () => {
    const email = newAddress();
    const { token } = await invite({ email, roles: ['viewer'] });
    const options = await person(email);
    expect(await accept(token, options)).toMatchObject({
      membership: {
        organization: { slug: 'shop-1' },
        roles: [{ key: 'viewer' }],
        scopes: ['members:read', 'usage:read', 'audit:read'],
      },
    });
    const inside = await world.ask('{ organization { slug members { totalCount } } }', {
      ...options,
      organization: 'shop-1',
    });
    expect(inside.data).toMatchObject({ organization: { slug: 'shop-1' } });
  });

  it('works for a session, also the first of a person that nobody knew', async () => {
    const email = newAddress();
    const { token } = await invite({ email });
    expect(
      await accept(token, {
        token: await issuer.session('unverified', email, { claims: { email_verified: false } }),
      }),
    ).toMatchObject({
      code: 'INVITATION_INVALID',
    });
    expect(
      await accept(token, { token: await issuer.session(`subject of ${email}`, email) }),
    ).toMatchObject({
      membership: { organization: { slug: 'shop-1' } },
    });
  });

  it('has one answer for whatever is wrong', async () => {
    const texts = new Set<string>();
    const refused = async (token: string, options: RequestOptions): Promise<void> => {
      texts.add((await world.query(AcceptInvitationDocument, { input: { token } }, options)).text);
      texts.add(
        (await world.query(DeclineInvitationDocument, { input: { token } }, options)).text.replace(
          'declineInvitation',
          'acceptInvitation',
        ),
      );
    };
    const email = newAddress();
    const own = await person(email);
    const other = await person(newAddress());
    const { id, token } = await invite({ email });
    await refused(createInvitationToken(), own);
    await refused('inv_short', own);
    await refused(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, own);
    await refused(token.toLowerCase(), own);
    await refused(token, other);
    await refused(token, { as: 'admin@shop-1' });
    await sql`update users set canonical_email = null where email = ${email}`.execute(world.db);
    await refused(token, own);
    await sql`update users set canonical_email = email where email = ${email}`.execute(world.db);
    await sql`update invitations set expires_at = now() where email = ${email}`.execute(world.db);
    await refused(token, own);
    await world.query(ResendInvitationDocument, { input: { id } }, { as: 'key@north' });
    // The earlier mail's token died when it was sent again.
    await refused(token, own);
    const [mail] = await sentMail(world);
    const renewed = tokenIn(mail ?? { text: '' });
    await world.query(RevokeInvitationDocument, { input: { id } }, { as: 'key@north' });
    await refused(renewed, own);
    const used = await invite({ email });
    expect(await accept(used.token, own)).toMatchObject({ __typename: 'AcceptInvitationPayload' });
    await refused(used.token, own);
    // What each mutation costs is no answer to what was asked.
    expect(new Set([...texts].map((text) => text.replace(/,"extensions":.*/, '')))).toEqual(
      new Set([expect.stringContaining('INVITATION_INVALID')]),
    );
  });

  it('works by the id that the invited person sees, also before any mail came, and for nobody else', async () => {
    const email = newAddress();
    const outcome = await create({ email, roles: ['viewer'] });
    const id = 'invitation' in outcome ? outcome.invitation.id : '';
    const options = await person(email);
    const answered = async (
      name: 'acceptInvitation' | 'declineInvitation',
      input: object,
      as: RequestOptions,
    ) =>
      world.ask<Record<string, { __typename: string; code?: string } | null>>(
        `mutation ($input: ${name === 'acceptInvitation' ? 'AcceptInvitationInput' : 'DeclineInvitationInput'}!) { ${name}(input: $input) { __typename ... on UserError { code } } }`,
        as,
        { input },
      );
    const missing = await answered(
      'acceptInvitation',
      { id: missingId('Invitation') },
      await person(newAddress()),
    );
    expect(code(missing)).toBe('NOT_FOUND');
    // Whoever manages the invitation cannot answer it, nor can somebody whose same address is not verified.
    for (const as of [
      { as: 'admin@shop-1' },
      { as: 'admin@north' },
      await person(newAddress()),
    ] as const)
      expect((await answered('acceptInvitation', { id }, as)).text).toBe(missing.text);
    await sql`update users set canonical_email = null where email = ${email}`.execute(world.db);
    expect((await answered('acceptInvitation', { id }, options)).text).toBe(missing.text);
    await sql`update users set canonical_email = email where email = ${email}`.execute(world.db);
    for (const input of [{}, { id, token: 'x' }, { token: '' }])
      expect(code(await answered('acceptInvitation', input, options))).toBe('BAD_USER_INPUT');
    const shown = await world.ask<{ viewer: { invitations: { nodes: { id: string }[] } } }>(
      '{ viewer { invitations { nodes { id } } } }',
      options,
    );
    expect(shown.data?.viewer.invitations.nodes).toEqual([{ id }]);
    const twice = await Promise.all(
      [1, 2].map(() => answered('acceptInvitation', { id }, options)),
    );
    expect(new Set(twice.map(({ data }) => data?.['acceptInvitation']?.__typename))).toEqual(
      new Set(['AcceptInvitationPayload', 'InvitationInvalidError']),
    );
    expect(
      (await world.ask('{ viewer { scopes } }', { ...options, organization: 'shop-1' })).data,
    ).toEqual({
      viewer: { scopes: ['members:read', 'usage:read', 'audit:read'] },
    });
    const second = await create({ email, organizationId: world.org('kiosk') });
    const declined = await answered(
      'declineInvitation',
      { id: 'invitation' in second ? second.invitation.id : '' },
      options,
    );
    expect(declined.data?.['declineInvitation']?.__typename).toBe('DeclineInvitationPayload');
  });

  it('needs a person: an API key is refused', async () => {
    for (const token of [createInvitationToken(), 'nonsense'])
      expect(await accept(token, { as: 'key@acme' })).toMatchObject({
        error: { code: 'FORBIDDEN' },
      });
    const { token } = await invite({ email: newAddress() });
    expect(await accept(token, { as: 'key@north' })).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
  });

  it('is refused when the inviter could not invite with these roles any more', async () => {
    const inviter = await insertUser(world, 'leaver@x.example');
    await insertMembership(world, world.uuid('north'), inviter, ['admin']);
    const options = {
      token: await insertPersonalAccessToken(world.db, inviter, 'x'),
      organization: 'north',
    };
    const email = newAddress();
    const { id, token } = await invite({ email, roles: ['admin'] }, options);
    const own = await person(email);
    const demoted = sql`update membership_roles mr set role_id = (select id from roles where key = 'cloud_rep' and built_in)
      from memberships m where m.id = mr.membership_id and m.user_id = ${inviter}`;
    await demoted.execute(world.db);
    // Still allowed: below the acting organization, whoever manages children has every right.
    expect(await accept(token, own)).toMatchObject({ __typename: 'AcceptInvitationPayload' });
    const next = newAddress();
    const second = await invite({ email: next, roles: ['admin'] }, options);
    const nextPerson = await person(next);
    await sql`delete from memberships where user_id = ${inviter}`.execute(world.db);
    expect(await accept(second.token, nextPerson)).toMatchObject({ code: 'INVITATION_INVALID' });
    // Somebody who can vouches for it by sending it again.
    await world.query(ResendInvitationDocument, { input: { id: second.id } }, { as: 'key@north' });
    const [mail] = await sentMail(world);
    expect(await accept(tokenIn(mail ?? { text: '' }), nextPerson)).toMatchObject({
      __typename: 'AcceptInvitationPayload',
    });
    expect(id).not.toBe(second.id);
  });

  it('is refused when the inviter may not invite any more, though they hold all that it offers', async () => {
    const inviter = await insertUser(world, 'demoted@x.example');
    await insertMembership(world, world.uuid('shop-2'), inviter, ['admin']);
    // The database keeps the last admin of an organization.
    await insertMembership(
      world,
      world.uuid('shop-2'),
      await insertUser(world, 'stays@x.example'),
      ['admin'],
    );
    const options = {
      token: await insertPersonalAccessToken(world.db, inviter, 'x'),
      organization: 'shop-2',
    };
    const email = newAddress();
    const { token } = await invite(
      { organizationId: world.org('shop-2'), email, roles: ['restricted_user'] },
      options,
    );
    await sql`update membership_roles mr set role_id = (select id from roles where key = 'viewer' and built_in)
      from memberships m where m.id = mr.membership_id and m.user_id = ${inviter}`.execute(
      world.db,
    );
    expect(await accept(token, await person(email))).toMatchObject({ code: 'INVITATION_INVALID' });
  });

  it('is refused while the organization, or one above it, is suspended', async () => {
    const email = newAddress();
    const { token } = await invite({ email, organizationId: world.org('kiosk') });
    const own = await person(email);
    for (const slug of ['kiosk', 'shop-1']) {
      await sql`update organizations set status = 'SUSPENDED' where slug = ${slug}`.execute(
        world.db,
      );
      expect(await accept(token, own)).toMatchObject({ code: 'INVITATION_INVALID' });
      await sql`update organizations set status = 'ACTIVE' where slug = ${slug}`.execute(world.db);
    }
    expect(await accept(token, own)).toMatchObject({ __typename: 'AcceptInvitationPayload' });
  });

  it('is refused when the inviting API key was revoked', async () => {
    const input = {
      organizationId: world.org('north'),
      name: 'inviter',
      scopes: ['child_organizations:manage'],
    };
    const key = (await world.query(CreateApiKeyDocument, { input }, { as: 'admin@north' })).data
      ?.createApiKey;
    if (!key || !('secret' in key)) throw new Error('no key');
    const email = newAddress();
    const { token } = await invite({ email }, { token: key.secret });
    await world.query(
      RevokeApiKeyDocument,
      { input: { id: key.apiKey.id } },
      { as: 'admin@north' },
    );
    expect(await accept(token, await person(email))).toMatchObject({ code: 'INVITATION_INVALID' });
  });

  it('lists it for the invited person before, and nowhere after', async () => {
    const email = newAddress();
    const own = await person(email);
    const { token } = await invite({ email });
    const waiting = () =>
      world.ask<{ viewer: { invitations: { nodes: { organization: { slug: string } }[] } } }>(
        '{ viewer { invitations { nodes { email organization { slug } } } } }',
        own,
      );
    expect((await waiting()).data?.viewer.invitations.nodes).toEqual([
      { email, organization: { slug: 'shop-1' } },
    ]);
    await accept(token, own);
    expect((await waiting()).data?.viewer.invitations.nodes).toEqual([]);
  });
});

describe('declining, sending again, taking back', () => {
  it('declines by the invited person alone, who still sees what it declined', async () => {
    const email = newAddress();
    const { id, token } = await invite({ email });
    const own = await person(email);
    expect(
      (await world.query(DeclineInvitationDocument, { input: { token } }, own)).data
        ?.declineInvitation,
    ).toEqual({
      __typename: 'DeclineInvitationPayload',
      invitation: {
        id,
        status: 'DECLINED',
        organization: { slug: 'shop-1' },
        roles: [{ key: 'user' }],
      },
    });
    expect(await accept(token, own)).toMatchObject({ code: 'INVITATION_INVALID' });
    const again = await world.query(
      ResendInvitationDocument,
      { input: { id } },
      { as: 'key@north' },
    );
    expect(again.data?.resendInvitation).toMatchObject({ code: 'INVITATION_CLOSED' });
  });

  it('sends an expired one again with a new term and a new token', async () => {
    const email = newAddress();
    const { id, token } = await invite({ email });
    await sql`update invitations set expires_at = now() - interval '1 day' where email = ${email}`.execute(
      world.db,
    );
    const answer = await world.query(
      ResendInvitationDocument,
      { input: { id } },
      { as: 'admin@acme' },
    );
    expect(answer.data?.resendInvitation).toMatchObject({
      invitation: {
        status: 'PENDING',
        invitedBy: { user: { email: 'admin@acme.example' } },
        delivery: { status: 'QUEUED', attempts: 0 },
      },
    });
    const [mail] = await sentMail(world);
    expect(tokenIn(mail ?? { text: '' })).not.toBe(token);
    expect(await accept(tokenIn(mail ?? { text: '' }), await person(email))).toMatchObject({
      __typename: 'AcceptInvitationPayload',
    });
  });

  it('takes back a pending one once', async () => {
    const outcome = await create();
    const id = 'invitation' in outcome ? outcome.invitation.id : '';
    const revoke = async (as: Caller) => {
      const answer = await world.query(RevokeInvitationDocument, { input: { id } }, { as });
      return answer.data?.revokeInvitation ?? code(answer);
    };
    expect(await revoke('viewer@north')).toBe('NOT_FOUND');
    expect(await revoke('admin@rival')).toBe('NOT_FOUND');
    expect(await revoke('key@north')).toMatchObject({ invitation: { id, status: 'REVOKED' } });
    expect(await revoke('key@north')).toMatchObject({ code: 'INVITATION_CLOSED' });
  });

  it('sends again only for a caller that could give the roles itself', async () => {
    const outcome = await create({ organizationId: world.org('north'), roles: ['admin'] });
    const id = 'invitation' in outcome ? outcome.invitation.id : '';
    const [inviter] = await world.rows(
      sql<{ id: string }>`select id from users where email = 'inviter@x.example'`,
    );
    const options = {
      token: await insertPersonalAccessToken(world.db, inviter?.id ?? '', 'x'),
      organization: 'north',
    };
    const answer = await world.query(ResendInvitationDocument, { input: { id } }, options);
    expect(answer.data?.resendInvitation).toMatchObject({
      __typename: 'RoleEscalationError',
      code: 'ROLE_ESCALATION',
    });
  });
});

describe('the mail', () => {
  it('holds the link, the organization and the roles, and what it offers can be looked at', async () => {
    const email = newAddress();
    await create({ email, roles: ['viewer'] });
    const mail = (await sentMail(world)).find((message) => message.to === email);
    const token = tokenIn(mail ?? { text: '' });
    expect(mail).toMatchObject({ to: email, subject: 'Invitation to The shop-1' });
    expect(mail?.text).toContain(LINK_TEMPLATE.replace('{token}', token));
    expect(mail?.html).toContain(`href="${LINK_TEMPLATE.replace('{token}', token)}"`);
    const preview = await world.query(
      InvitationPreviewDocument,
      { token },
      { as: 'admin@rival', organization: null },
    );
    expect(preview.data?.invitationPreview).toMatchObject({
      organizationName: 'The shop-1',
      email,
      roles: ['viewer'],
      status: 'PENDING',
    });
    const nothing = await world.query(
      InvitationPreviewDocument,
      { token: createInvitationToken() },
      { as: 'admin@rival', organization: null },
    );
    expect(nothing.data).toEqual({ invitationPreview: null });
  });

  it('is sent once, and to nobody who was removed meanwhile', async () => {
    expect(await sentMail(world)).toEqual([]);
    await create({ email: 'quick@x.example' });
    await sql`update invitations set status = 'REVOKED' where email = 'quick@x.example'`.execute(
      world.db,
    );
    expect(await sentMail(world)).toEqual([]);
    const [delivery] = await world.rows(
      sql<{
        status: string;
        last_error: string;
      }>`select d.status, d.last_error from invitation_deliveries d
        join invitations i on i.id = d.invitation_id where i.email = 'quick@x.example'`,
    );
    expect(delivery).toEqual({ status: 'FAILED', last_error: expect.stringContaining('closed') });
  });

  it('leaves no token in the database or the queue', async () => {
    const email = newAddress();
    const { token } = await invite({ email });
    const tables = await world.rows(
      sql<{
        name: string;
      }>`select format('%I.%I', table_schema, table_name) as name from information_schema.tables
        where table_schema in ('public', 'graphile_worker') and table_type = 'BASE TABLE'`,
    );
    expect(tables.length).toBeGreaterThan(30);
    for (const { name } of tables) {
      const found = await world.rows(
        sql`select from ${sql.raw(name)} as t where strpos(t::text, ${token.slice(4)}) > 0`,
      );
      expect({ name, found: found.length }).toEqual({ name, found: 0 });
    }
  });

  it('does not keep a member from being removed who invited others', async () => {
    const inviter = await insertUser(world, 'busy@x.example');
    await insertMembership(world, world.uuid('shop-1'), inviter, ['admin']);
    const options = {
      token: await insertPersonalAccessToken(world.db, inviter, 'x'),
      organization: 'shop-1',
    };
    await create({}, options);
    const [row] = await world.rows(
      sql<{
        id: string;
      }>`select 'usr_' || replace(id::text, '-', '') as id from users where id = ${inviter}`,
    );
    const answer = await world.query(
      RemoveMemberDocument,
      { input: { organizationId: world.org('shop-1'), userId: row?.id ?? '' } },
      { as: 'key@north' },
    );
    expect(answer.data?.removeMember).toMatchObject({ __typename: 'RemoveMemberPayload' });
  });
});
