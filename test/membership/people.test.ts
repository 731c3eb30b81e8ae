import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenHash } from '../../src/authentication/secret.ts';
import { canonicalEmail } from '../../src/values/email.ts';
import {
  InvitationsDocument,
  MembersDocument,
  OwnMembershipsDocument,
  PeopleDocument,
} from '../generated/graphql.ts';
import { backward, forward, type WalkArguments } from '../setup/pages.ts';
import {
  code,
  createWorld,
  insertInvitation,
  insertMembership,
  insertRole,
  insertUser,
  type World,
} from '../setup/world.ts';

let world: World;
const as = 'key@acme' as const;
beforeAll(async () => {
  world = await createWorld();
  for (let n = 0; n < 40; n++) {
    const user = await insertUser(
      world,
      `crowd${String(n).padStart(2, '0')}@shop-2.example`,
      n % 2 ? `Crowd Ödön ${n}` : null,
    );
    await insertMembership(
      world,
      world.uuid('shop-2'),
      user,
      n % 3 ? ['user'] : ['support', 'cloud_rep'],
    );
    if (n < 5) await insertMembership(world, world.uuid('depot'), user, ['viewer']);
  }
});
afterAll(() => world.close());

describe('members (A24, A36, B29, C23, C26, D38)', () => {
  const members = async (variables: object) =>
    (await world.query(MembersDocument, { id: world.org('shop-2'), ...variables }, { as })).data
      ?.organization?.members;

  it('are those of the organization alone, with roles and scopes, oldest first', async () => {
    const page = await members({ first: 3 });
    expect(page).toMatchObject({ totalCount: 40, pageInfo: { hasNextPage: true } });
    expect(page?.nodes[0]).toEqual({
      user: { email: 'crowd00@shop-2.example', name: null },
      roles: [{ key: 'cloud_rep' }, { key: 'support' }],
      scopes: ['child_organizations:manage', 'members:read', 'usage:read', 'audit:read'],
      organization: { slug: 'shop-2' },
    });
    expect(page?.nodes.map((node) => node.user.email)).toEqual([
      'crowd00@shop-2.example',
      'crowd01@shop-2.example',
      'crowd02@shop-2.example',
    ]);
  });

  it('are found by part of address or name and by role', async () => {
    expect((await members({ search: 'CROWD3' }))?.totalCount).toBe(10);
    expect((await members({ search: 'ödön' }))?.totalCount).toBe(20);
    expect((await members({ search: '%' }))?.totalCount).toBe(0);
    expect((await members({ search: ' ' }))?.totalCount).toBe((await members({}))?.totalCount);
    expect((await members({ roles: ['support'] }))?.totalCount).toBe(14);
    expect((await members({ roles: ['support', 'user'] }))?.totalCount).toBe(40);
    expect((await members({ roles: ['no_such_role'] }))?.totalCount).toBe(0);
    for (const variables of [
      { search: 'x'.repeat(65) },
      { roles: [] },
      { roles: ['a\u0000'] },
      { roles: Array(51).fill('user') },
      { first: 0 },
    ]) {
      expect(
        code(await world.query(MembersDocument, { id: world.org('shop-2'), ...variables }, { as })),
      ).toBe('BAD_USER_INPUT');
    }
  });

  it('page in both directions', async () => {
    const whole = (await members({ first: 100 }))?.nodes.map((node) => node.user.email);
    const rows = await forward(7, async (walk) => {
      const page = await members(walk);
      return {
        rows: page?.nodes.map((node) => node.user.email) ?? [],
        pageInfo: page?.pageInfo ?? { hasNextPage: false },
      };
    });
    expect(rows).toEqual(whole);
    const last = await members({ last: 5 });
    expect(last?.nodes.map((node) => node.user.email)).toEqual(whole?.slice(-5));
    expect(last?.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
  });
});

describe('people (D28–D30)', () => {
  const people = async (variables: object, slug = 'acme') =>
    (await world.query(PeopleDocument, { id: world.org(slug as 'acme'), ...variables }, { as }))
      .data?.organization?.people;

  it('are distinct over the subtree, each with all memberships in there', async () => {
    const page = await people({ first: 100 });
    const emails = page?.nodes.map((node) => node.user.email) ?? [];
    expect(new Set(emails).size).toBe(emails.length);
    expect(page?.totalCount).toBe(emails.length);
    expect(emails.some((email) => email.includes('rival'))).toBe(false);
    const twice = page?.nodes.find((node) => node.user.email === 'crowd01@shop-2.example');
    expect(twice?.memberships).toEqual([
      { organization: { slug: 'shop-2' }, roles: [{ key: 'user' }] },
      { organization: { slug: 'depot' }, roles: [{ key: 'viewer' }] },
    ]);
    const narrower = await people({ first: 100 }, 'south');
    expect(
      narrower?.nodes.find((node) => node.user.email === 'crowd01@shop-2.example')?.memberships,
    ).toEqual([{ organization: { slug: 'depot' }, roles: [{ key: 'viewer' }] }]);
  });

  it('are the same whether they are found in the first phase or the second, on pages in both directions', async () => {
    // Hundreds of people elsewhere, older and younger, so that the first phase cannot fill the pages of a small subtree.
    await sql`insert into users (email, canonical_email) select 'far' || n || '@x.example', 'far' || n || '@x.example' from generate_series(1, 700) as n`.execute(
      world.db,
    );
    const [late] = [await insertUser(world, 'late@kiosk.example')];
    await insertMembership(world, world.uuid('kiosk'), late, ['user']);
    for (const [slug, search] of [
      ['acme', null],
      ['north', null],
      ['kiosk', null],
      ['acme', 'late'],
      ['north', 'crowd1'],
      ['acme', 'far'],
    ] as const) {
      const whole = (
        await world.rows(sql<{ email: string }>`
        select u.email from users u join memberships m on m.user_id = u.id join organizations o on o.id = m.organization_id
        where ${world.uuid(slug)} = any (o.lineage) and u.search_text like '%' || ${search ?? ''} || '%' group by u.id order by min(o.path), u.id`)
      ).map((row) => row.email);
      const page = async (walk: WalkArguments) => {
        const found = await people({ ...walk, search }, slug);
        return {
          rows: found?.nodes.map((node) => node.user.email) ?? [],
          pageInfo: found?.pageInfo ?? { hasNextPage: false },
        };
      };
      expect({ slug, search, rows: await forward(whole.length > 500 ? 100 : 9, page) }).toEqual({
        slug,
        search,
        rows: whole,
      });
      expect({ slug, search, rows: await backward(whole.length > 500 ? 100 : 9, page) }).toEqual({
        slug,
        search,
        rows: whole,
      });
      expect((await people({ first: 1, search }, slug))?.totalCount).toBe(whole.length);
    }
  });
});

describe('invitations (A27, A39, B34)', () => {
  it('are those in the states asked for, pending ones unless said otherwise; one past its time is expired', async () => {
    const organization = world.uuid('north');
    await insertInvitation(world, organization, 'soon@x.example', tokenHash('soon'));
    await insertInvitation(
      world,
      organization,
      'late@x.example',
      tokenHash('late'),
      new Date(Date.now() - 1_000),
    );
    const declined = await insertInvitation(world, organization, 'no@x.example', tokenHash('no'));
    await sql`update invitations set status = 'DECLINED' where id = ${declined}`.execute(world.db);
    const listed = async (status?: ('PENDING' | 'EXPIRED' | 'DECLINED')[]) =>
      (
        await world.query(
          InvitationsDocument,
          { id: world.org('north'), ...(status && { status }) },
          { as },
        )
      ).data?.organization?.invitations;
    expect(await listed()).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          email: 'soon@x.example',
          status: 'PENDING',
          roles: [{ key: 'user' }],
          invitedBy: {
            kind: 'API_KEY',
            user: null,
            apiKeyName: 'key',
            organization: { slug: 'north' },
          },
          delivery: { status: 'QUEUED', attempts: 0 },
        },
      ],
    });
    expect((await listed(['EXPIRED']))?.nodes.map((node) => node.email)).toEqual([
      'late@x.example',
    ]);
    expect(
      (await listed(['DECLINED', 'EXPIRED', 'PENDING']))?.nodes.map((node) => node.status),
    ).toEqual(['DECLINED', 'EXPIRED', 'PENDING']);
    expect(
      code(await world.query(InvitationsDocument, { id: world.org('north'), status: [] }, { as })),
    ).toBe('BAD_USER_INPUT');
  });

  it('never show their token or its hash', async () => {
    const { text } = await world.ask('{ __type(name: "Invitation") { fields { name } } }', { as });
    expect(text).not.toMatch(/token|hash|secret/i);
  });

  it('show to the invited person, under a verified address only, and what they offer to whoever holds the token', async () => {
    await insertInvitation(
      world,
      world.uuid('rival-shop'),
      'admin@kiosk.example',
      tokenHash('kiosk-token'),
    );
    const own = await world.query(OwnMembershipsDocument, {}, { as: 'admin@kiosk' });
    expect(own.errors).toBeUndefined();
    expect(own.data?.viewer.invitations).toEqual({
      totalCount: 1,
      nodes: [
        {
          email: 'admin@kiosk.example',
          organization: { slug: 'rival-shop', name: 'The rival-shop' },
          roles: [{ key: 'user' }],
        },
      ],
    });
    const preview = (token: string) =>
      world.ask(
        'query ($token: String!) { invitationPreview(token: $token) { organizationName email roles status expiresAt } }',
        { as: 'user@shop-1' },
        { token },
      );
    expect((await preview('kiosk-token')).data).toEqual({
      invitationPreview: {
        organizationName: 'The rival-shop',
        email: 'admin@kiosk.example',
        roles: ['user'],
        status: 'PENDING',
        expiresAt: expect.any(String),
      },
    });
    expect((await preview('another')).data).toEqual({ invitationPreview: null });
    expect(code(await preview(''))).toBe('BAD_USER_INPUT');
    await sql`update users set canonical_email = null where email = 'admin@kiosk.example'`.execute(
      world.db,
    );
    expect(
      (await world.query(OwnMembershipsDocument, {}, { as: 'admin@kiosk' })).data?.viewer
        .invitations?.totalCount,
    ).toBe(0);
    await sql`update users set canonical_email = email where email = 'admin@kiosk.example'`.execute(
      world.db,
    );
  });

  it('tell the invited person nothing of the people in the organization', async () => {
    const user = await world.rows(
      sql<{ id: string }>`select id from users where email = 'admin@rival.example'`,
    );
    await sql`update invitations set inviter_kind = 'PERSONAL_ACCESS_TOKEN', inviter_user_id = ${user[0]?.id}, inviter_api_key_name = null where email = 'admin@kiosk.example'`.execute(
      world.db,
    );
    const answer = await world.ask(
      '{ viewer { invitations { nodes { invitedBy { kind user { email } apiKeyName organization { slug } } } } } }',
      { as: 'admin@kiosk' },
    );
    expect(answer.data).toEqual({
      viewer: {
        invitations: {
          nodes: [
            {
              invitedBy: {
                kind: 'PERSONAL_ACCESS_TOKEN',
                user: null,
                apiKeyName: null,
                organization: null,
              },
            },
          ],
        },
      },
    });
    const inside = await world.ask(
      '{ organization(slug: "rival-shop") { invitations { nodes { invitedBy { user { email } } } } } }',
      {
        as: 'key@rival',
      },
    );
    expect(inside.data).toEqual({
      organization: {
        invitations: { nodes: [{ invitedBy: { user: { email: 'admin@rival.example' } } }] },
      },
    });
  });
});

describe('roles (B30, B35)', () => {
  it('usable in an organization are the built-in ones, its own and those of organizations above, but not those below', async () => {
    for (const [slug, key] of [
      ['acme', 'lead'],
      ['north', 'keeper'],
      ['kiosk', 'vendor'],
    ] as const)
      await insertRole(world, world.uuid(slug), key, ['members:manage']);
    const keys = async (slug: string) =>
      (
        await world.ask<{
          organization: { roles: { key: string; builtIn: boolean; scopes: string[] }[] };
        }>(`{ organization(slug: "${slug}") { roles { key builtIn scopes } } }`, { as })
      ).data?.organization.roles;
    expect((await keys('shop-1'))?.map((role) => role.key)).toEqual([
      'admin',
      'cloud_rep',
      'restricted_user',
      'support',
      'user',
      'viewer',
      'keeper',
      'lead',
    ]);
    expect((await keys('acme'))?.at(-1)).toEqual({
      key: 'lead',
      builtIn: false,
      scopes: ['members:read', 'members:manage'],
    });
  });
});

describe('the canonical form of an address', () => {
  it('lowers ASCII letters, makes domains ASCII and refuses what has more than one form', () => {
    expect(canonicalEmail('Ada.Lovelace+x@EXAMPLE.org')).toBe('ada.lovelace+x@example.org');
    expect(canonicalEmail('a@bücher.example')).toBe('a@xn--bcher-kva.example');
    for (const bad of [
      'ädä@x.example',
      'a@localhost',
      'a b@x.example',
      '@x.example',
      'a@',
      'a@@x.example',
      '.a@x.example',
      'a..b@x.example',
      `${'a'.repeat(65)}@x.example`,
      'K@x.example\u212a',
      '\u212a@x.example',
      'a\u0000@x.example',
    ]) {
      expect({ bad, form: canonicalEmail(bad) }).toEqual({ bad, form: undefined });
    }
  });
});
