/** Who may cause mail, and how much (docs/decisions/0021-sending-mail.md). */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import type { Principal } from '../../src/authorization/principal.ts';
import { forgetMails, mailsSent } from '../../src/modules/invitation/sending.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import { sentMail } from '../setup/outbox.ts';
import { MAIL_LIMITS, createWorld, type RequestOptions, type World } from '../setup/world.ts';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

const worldWith = (mailLimits = MAIL_LIMITS) =>
  createWorld(
    {
      sessions: new Sessions(issuer.settings, createLogger('silent')),
      settings: { invitationDays: 7, retentionDays: 30, mailLimits },
    },
    { poolSize: 16 },
  );

/** A statement whatever its layout and the numbers of its parameters. */
const withoutNumbers = (text: string): string =>
  text.replaceAll(/\$\d+/g, '$').replaceAll(/\s+/g, ' ').trim();

let made = 0;
const unique = (): string => `sends-${++made}`;

interface Outcome {
  __typename: string;
  code?: string;
  limit?: number;
  scope?: string;
  retryAt?: string;
  invitation?: { id: string };
  organization?: { id: string; slug: string };
  results?: { error: Omit<Outcome, 'results'> | null; invitation: { id: string } | null }[];
  invitationOutcomes?: { error: { code: string } | null }[];
  secret?: string;
}

const LIMIT =
  '__typename ... on UserError { code } ... on InvitationLimitError { scope limit retryAt }';
const SHOWN: Record<string, string> = {
  createOrganization:
    '__typename ... on UserError { code } ... on CreateOrganizationPayload { organization { id slug } invitationOutcomes { error { code } } }',
  createInvitation: `${LIMIT} ... on CreateInvitationPayload { invitation { id } }`,
  inviteUsers: `__typename ... on UserError { code } ... on InviteUsersPayload { results { invitation { id } error { ${LIMIT} } } }`,
  resendInvitation: `${LIMIT} ... on ResendInvitationPayload { invitation { id } }`,
  createApiKey: '__typename ... on UserError { code } ... on CreateApiKeyPayload { secret }',
};

async function mutate(
  world: World,
  name: string,
  input: object,
  options: RequestOptions,
): Promise<Outcome> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const answer = await world.ask<Record<string, Outcome>>(
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { ${SHOWN[name]} } }`,
    options,
    { input },
  );
  const result = answer.data?.[name];
  if (!result) throw new Error(answer.text);
  return result;
}

const found = (world: World, options: RequestOptions, users: object[] = []) =>
  mutate(
    world,
    'createOrganization',
    { name: 'Mine', slug: unique(), users },
    { ...options, organization: null },
  );
const people = (count: number) =>
  Array.from({ length: count }, () => ({ email: `${unique()}@x.example` }));

describe('an account whose address is not verified', () => {
  let world: World;
  beforeAll(async () => {
    world = await worldWith();
  });
  afterAll(() => world.close());
  const newcomer = async (
    email = `${unique()}@new.example`,
    verified = false,
  ): Promise<RequestOptions> => ({
    token: await issuer.session(email, email, { claims: { email_verified: verified } }),
  });

  it('sends no mail through new organizations, in four times a hundred invitations', async () => {
    const options = await newcomer();
    const outcomes = [];
    for (let n = 0; n < 4; n++) outcomes.push(await found(world, options, people(100)));
    const codes = outcomes.map((one) => one.code ?? one.__typename);
    expect(codes).toEqual([
      'CreateOrganizationPayload',
      ...Array<string>(3).fill('EMAIL_NOT_VERIFIED'),
    ]);
    const errors = outcomes[0]?.invitationOutcomes?.map((one) => one.error?.code);
    expect(errors).toEqual(Array<string>(100).fill('EMAIL_NOT_VERIFIED'));
    expect(await sentMail(world)).toEqual([]);
  });

  it('creates one organization, however many are asked for at the same moment', async () => {
    const options = await newcomer();
    await world.ask('{ viewer { user { email } } }', options);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => found(world, options)));
    const codes = outcomes.map((one) => one.code ?? one.__typename);
    expect(codes.toSorted()).toEqual([
      'CreateOrganizationPayload',
      ...Array<string>(7).fill('EMAIL_NOT_VERIFIED'),
    ]);
  });

  it('invites nobody on any way, nor does a key or anybody else in the tree that it created', async () => {
    const options = await newcomer();
    const { organization } = await found(world, options);
    const organizationId = organization?.id ?? '';
    const inside = { ...options, organization: organization?.slug ?? '' };
    const key = await mutate(
      world,
      'createApiKey',
      { organizationId, name: 'K', scopes: ['members:manage', 'child_organizations:manage'] },
      inside,
    );
    const child = await mutate(
      world,
      'createOrganization',
      { name: 'C', slug: unique(), parentId: organizationId },
      inside,
    );
    for (const caller of [inside, { token: key.secret ?? '' }]) {
      for (const id of [organizationId, child.organization?.id ?? '']) {
        expect(
          await mutate(
            world,
            'createInvitation',
            { organizationId: id, email: `${unique()}@x.example`, roles: ['restricted_user'] },
            caller,
          ),
        ).toMatchObject({ code: 'EMAIL_NOT_VERIFIED' });
        const many = await mutate(
          world,
          'inviteUsers',
          {
            organizationId: id,
            users: [{ email: `${unique()}@x.example`, roles: ['restricted_user'] }],
          },
          caller,
        );
        expect(many.results).toMatchObject([
          { invitation: null, error: { code: 'EMAIL_NOT_VERIFIED' } },
        ]);
      }
    }
    // An invitation from before is not sent again either.
    const [open] = await world.rows(sql<{ id: string }>`
      insert into invitations (organization_id, email, canonical_email, inviter_kind, inviter_organization_id, expires_at)
      select id, 'old@x.example', 'old@x.example', 'SESSION', id, now() from organizations where slug = ${inside.organization} returning id`);
    const id = `inv_${(open?.id ?? '').replaceAll('-', '')}`;
    expect(await mutate(world, 'resendInvitation', { id }, inside)).toMatchObject({
      code: 'EMAIL_NOT_VERIFIED',
    });
    expect(await sentMail(world)).toEqual([]);
  });

  it('does all of it once its address is verified', async () => {
    const email = `${unique()}@new.example`;
    const { organization } = await found(world, await newcomer(email));
    const verified = await newcomer(email, true);
    const input = { organizationId: organization?.id ?? '', email: `${unique()}@x.example` };
    expect(
      await mutate(world, 'createInvitation', input, {
        ...verified,
        organization: organization?.slug ?? '',
      }),
    ).toMatchObject({
      __typename: 'CreateInvitationPayload',
    });
    expect(await found(world, verified, people(2))).toMatchObject({
      invitationOutcomes: [{ error: null }, { error: null }],
    });
    expect(await sentMail(world)).toHaveLength(3);
  });

  it('invites nobody in organizations that others created', async () => {
    const email = `${unique()}@new.example`;
    const verified = await newcomer(email, true);
    await found(world, verified);
    await sql`insert into memberships (organization_id, user_id) select ${world.uuid('rival')}, id from users where email = ${email}`.execute(
      world.db,
    );
    await sql`insert into membership_roles (membership_id, role_id)
      select m.id, r.id from memberships m join users u on u.id = m.user_id cross join roles r
      where u.email = ${email} and m.organization_id = ${world.uuid('rival')} and r.built_in and r.key = 'admin'`.execute(
      world.db,
    );
    const input = () => ({ organizationId: world.org('rival'), email: `${unique()}@x.example` });
    expect(
      await mutate(world, 'createInvitation', input(), { ...verified, organization: 'rival' }),
    ).toMatchObject({
      __typename: 'CreateInvitationPayload',
    });
    const unverified = await newcomer(email);
    expect(
      await mutate(world, 'createInvitation', input(), { ...unverified, organization: 'rival' }),
    ).toMatchObject({
      code: 'EMAIL_NOT_VERIFIED',
    });
  });
});

const deliveryOf = async (world: World, id: string | undefined, options: RequestOptions) =>
  (
    await world.ask<{
      node: {
        delivery: {
          status: string;
          attempts: number;
          lastError: string | null;
          sentAt: string | null;
        };
      };
    }>(
      `{ node(id: "${id ?? ''}") { ... on Invitation { delivery { status attempts lastError sentAt } } } }`,
      options,
    )
  ).data?.node.delivery;

describe('an address', () => {
  let world: World;
  beforeAll(async () => {
    world = await worldWith();
  });
  afterAll(() => world.close());

  it('is blocked for nobody by 21 organizations that somebody else throws away', async () => {
    const victim = 'victim@x.example';
    for (let n = 0; n < 21; n++) {
      const email = `${unique()}@attack.example`;
      const outcome = await found(world, { token: await issuer.session(email, email) }, [
        { email: victim },
      ]);
      expect(outcome.invitationOutcomes).toEqual([{ error: null }]);
    }
    expect(await sentMail(world)).toHaveLength(21);
    const input = { organizationId: world.org('north'), email: victim };
    const invited = await mutate(world, 'createInvitation', input, { as: 'key@north' });
    expect((await sentMail(world)).map((mail) => mail.to)).toEqual([victim]);
    expect(await deliveryOf(world, invited.invitation?.id, { as: 'key@north' })).toMatchObject({
      status: 'SENT',
      lastError: null,
    });
  });

  it('gets five mails out of one tree within 24 hours, and no inviter can tell that there was a sixth', async () => {
    const email = `${unique()}@x.example`;
    const invited = await mutate(
      world,
      'createInvitation',
      { organizationId: world.org('shop-1'), email },
      { as: 'key@acme' },
    );
    const id = invited.invitation?.id ?? '';
    const deliveries = [];
    const sent = [];
    for (let n = 1; n <= 7; n++) {
      if (n > 1) await mutate(world, 'resendInvitation', { id }, { as: 'key@acme' });
      sent.push((await sentMail(world)).length);
      deliveries.push(await deliveryOf(world, id, { as: 'key@acme' }));
    }
    expect(sent).toEqual([1, 1, 1, 1, 1, 0, 0]);
    for (const delivery of deliveries)
      expect(delivery).toEqual({
        status: 'SENT',
        attempts: 1,
        lastError: null,
        sentAt: expect.any(String),
      });
    // Another organization of the tree adds none, one of another tree is not concerned.
    await mutate(
      world,
      'createInvitation',
      { organizationId: world.org('depot'), email },
      { as: 'key@acme' },
    );
    expect(await sentMail(world)).toEqual([]);
    await mutate(
      world,
      'createInvitation',
      { organizationId: world.org('rival'), email },
      { as: 'key@rival' },
    );
    expect(await sentMail(world)).toHaveLength(1);
    await sql`update invitation_mails set asked_at = asked_at - interval '25 hours' where canonical_email = ${email}`.execute(
      world.db,
    );
    await mutate(world, 'resendInvitation', { id }, { as: 'key@acme' });
    expect(await sentMail(world)).toHaveLength(1);
  });
});

describe('the limits of sending', () => {
  let world: World;
  beforeAll(async () => {
    world = await worldWith({ perSender: 6, perTree: 10, perAddress: 5 });
  });
  afterAll(() => world.close());
  const invite = (
    count: number,
    options: RequestOptions = { as: 'key@north' },
    organizationId = world.org('north'),
  ) => mutate(world, 'inviteUsers', { organizationId, users: people(count) }, options);

  it('refuse what goes beyond them, each person in the order of the input, and queue nothing for it', async () => {
    const before = Date.now();
    const { results = [] } = await invite(8);
    expect(results.map((one) => one.error?.code ?? 'invited')).toEqual([
      ...Array<string>(6).fill('invited'),
      'INVITATION_LIMIT',
      'INVITATION_LIMIT',
    ]);
    expect(results[7]?.error).toMatchObject({ scope: 'SENDER', limit: 6 });
    const retryAt = Date.parse(results[7]?.error?.retryAt ?? '');
    expect(retryAt - before).toBeGreaterThan(86_399_000);
    expect(retryAt - Date.now()).toBeLessThanOrEqual(86_400_000);
    expect(await sentMail(world)).toHaveLength(6);
    const email = `${unique()}@x.example`;
    expect(
      await mutate(
        world,
        'createInvitation',
        { organizationId: world.org('north'), email },
        { as: 'key@north' },
      ),
    ).toMatchObject({
      code: 'INVITATION_LIMIT',
      limit: 6,
    });
    const id = results[0]?.invitation?.id;
    expect(await mutate(world, 'resendInvitation', { id }, { as: 'key@north' })).toMatchObject({
      code: 'INVITATION_LIMIT',
    });
  });

  it('count a whole tree, whoever sends in it, and no other one', async () => {
    const { results = [] } = await invite(6, { as: 'admin@acme' }, world.org('depot'));
    expect(results.map((one) => one.error?.scope ?? 'invited')).toEqual([
      ...Array<string>(4).fill('invited'),
      'TREE',
      'TREE',
    ]);
    expect(results[5]?.error?.limit).toBe(10);
    const id = results[0]?.invitation?.id;
    expect(await mutate(world, 'resendInvitation', { id }, { as: 'admin@acme' })).toMatchObject({
      code: 'INVITATION_LIMIT',
      scope: 'TREE',
    });
    const other = await invite(1, { as: 'key@rival' }, world.org('rival'));
    expect(other.results).toMatchObject([{ error: null }]);
    await sentMail(world);
  });

  it('count what is asked for at the same moment', async () => {
    const key = { token: await insertApiKey(world.db, world.uuid('rival'), 'racer') };
    // In organizations of their own, so that it is not their locks that keep them apart.
    const places = await world.rows(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id)
      select 'racer-' || n, 'Racer', ${world.uuid('rival')}::uuid from generate_series(1, 12) as n
      returning organization_public_id(id) as id`);
    const outcomes = await Promise.all(
      places.map(({ id }) =>
        mutate(
          world,
          'createInvitation',
          { organizationId: id, email: `${unique()}@x.example` },
          key,
        ),
      ),
    );
    expect(outcomes.filter((one) => one.invitation)).toHaveLength(6);
  });

  it('forget after 24 hours', async () => {
    await sql`update invitation_mails set asked_at = asked_at - interval '25 hours'`.execute(
      world.db,
    );
    expect((await invite(1)).results).toMatchObject([{ error: null }]);
    await forgetMails(world.db);
    expect(await world.rows(sql`select from invitation_mails`)).toHaveLength(1);
  });

  it('are counted in an index of the sender and of the tree, no further than the limit', async () => {
    await sql`insert into invitation_mails (invitation_id, round, tree_id, sender_id, canonical_email, withheld)
      select i.id, n, uuidv7(), uuidv7(), 'x@x.example', false from generate_series(2, 20000) n, (select id from invitations limit 1) i`.execute(
      world.db,
    );
    await sql`analyze invitation_mails`.execute(world.db);
    const sender: Principal = {
      credential: { kind: 'API_KEY', id: world.uuid('north'), name: 'k', expiresAt: null },
      user: null,
      organization: null,
    };
    const counting = mailsSent(sender, [world.uuid('acme')], {
      ...MAIL_LIMITS,
      perSender: 6,
      perTree: 10,
    });
    // It is a part of what invites, and stands alone where an invitation is sent again.
    world.statements.length = 0;
    await invite(1);
    const { sql: statement } = counting.compile(world.db);
    expect(withoutNumbers(world.statements.join('\n'))).toContain(withoutNumbers(statement));
    const plan = await world.rows(sql<{ 'QUERY PLAN': string }>`explain (costs off) ${counting}`);
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toContain('invitation_mails_by_sender');
    expect(text).toContain('invitation_mails_by_tree');
    expect(text).not.toContain('Seq Scan');
  });
});
