import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/values/ids.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import {
  AddMemberDocument,
  AuditLogDocument,
  LeaveOrganizationDocument,
  RemoveMemberDocument,
  UpdateMemberRolesDocument,
  type AddMemberInput,
} from '../generated/graphql.ts';
import {
  code,
  createWorld,
  insertInvitation,
  insertMembership,
  insertRole,
  insertUser,
  missingId,
  type Caller,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

let made = 0;
/** A new member of an organization; returns its public id. */
async function newMember(
  slug: Slug,
  roles: string[],
  email = `member${++made}@x.example`,
): Promise<string> {
  const user = await insertUser(world, email);
  await insertMembership(world, world.uuid(slug), user, roles);
  return encodeId('User', user);
}

const update = async (as: Caller, slug: Slug, userId: string, roles: string[]) => {
  const answer = await world.query(
    UpdateMemberRolesDocument,
    { input: { organizationId: world.org(slug), userId, roles } },
    { as },
  );
  return answer.data?.updateMemberRoles ?? code(answer);
};
const remove = async (as: Caller, slug: Slug, userId: string) => {
  const answer = await world.query(
    RemoveMemberDocument,
    { input: { organizationId: world.org(slug), userId } },
    { as },
  );
  return answer.data?.removeMember ?? code(answer);
};
const add = async (as: Caller, input: AddMemberInput) => {
  const answer = await world.query(AddMemberDocument, { input }, { as });
  return answer.data?.addMember ?? code(answer);
};
const rolesOf = async (slug: Slug, userId: string) =>
  (
    await world.rows(sql<{ key: string }>`
      select r.key from memberships m join membership_roles mr on mr.membership_id = m.id join roles r on r.id = mr.role_id
      where m.organization_id = ${world.uuid(slug)} and 'usr_' || replace(m.user_id::text, '-', '') = ${userId} order by r.key`)
  ).map(({ key }) => key);

describe('the roles of a member (A25, A37, A52, B35, E1, E6)', () => {
  it('are replaced as a set, from above and from within', async () => {
    const user = await newMember('shop-1', ['viewer', 'support']);
    expect(await update('admin@acme', 'shop-1', user, ['user'])).toMatchObject({
      __typename: 'UpdateMemberRolesPayload',
      membership: { roles: [{ key: 'user' }], scopes: [] },
      ignoredRoles: [],
    });
    expect(await update('admin@shop-1', 'shop-1', user, ['cloud_rep', 'viewer'])).toMatchObject({
      membership: { roles: [{ key: 'cloud_rep' }, { key: 'viewer' }] },
    });
    expect(await rolesOf('shop-1', user)).toEqual(['cloud_rep', 'viewer']);
  });

  it('are named by key or by id, each role once, with the same rights for both', async () => {
    const roleId = async (key: string) => {
      const [row] = await world.rows(
        sql<{ id: string }>`select id from roles where built_in and key = ${key}`,
      );
      return encodeId('Role', row?.id ?? '');
    };
    const own = async (slug: Slug, key: string, scopes: string[]) =>
      encodeId('Role', await insertRole(world, world.uuid(slug), key, scopes));
    const user = await newMember('north', ['user']);
    const [viewer, above, elsewhere] = [
      await roleId('viewer'),
      await own('acme', 'crew', []),
      await own('south', 'stray', []),
    ];
    const nearest = await own('north', 'crew', []);
    expect(await update('admin@north', 'north', user, ['support', viewer, 'viewer'])).toMatchObject(
      {
        membership: { roles: [{ key: 'support' }, { key: 'viewer' }] },
        ignoredRoles: [],
      },
    );
    const held = async () =>
      (
        await world.rows(sql<{ id: string }>`
          select r.id from memberships m join membership_roles mr on mr.membership_id = m.id join roles r on r.id = mr.role_id
          where m.organization_id = ${world.uuid('north')} and 'usr_' || replace(m.user_id::text, '-', '') = ${user}`)
      ).map(({ id }) => encodeId('Role', id));
    // A key means the nearest role that has it, an id that role itself.
    await update('admin@north', 'north', user, ['crew']);
    expect(await held()).toEqual([nearest]);
    await update('admin@north', 'north', user, [above]);
    expect(await held()).toEqual([above]);
    // One of an organization elsewhere is told like one that never was, and like a key that means nothing.
    for (const unknown of [elsewhere, missingId('Role'), 'stray', user, 'rol_'])
      expect(await update('admin@north', 'north', user, [unknown])).toMatchObject({
        code: 'NO_VALID_ROLE',
        ignoredRoles: [unknown],
      });
    expect(await update('admin@north', 'north', user, [elsewhere, 'user'])).toMatchObject({
      ignoredRoles: [elsewhere],
    });
    const beyond = { code: 'ROLE_ESCALATION' };
    const mine = await newMember('north', []);
    for (const admin of ['admin', await roleId('admin')])
      expect(await update('cloud_rep@north', 'north', mine, [admin])).toMatchObject(beyond);
  });

  it('leave out what names no role here, and say so', async () => {
    const user = await newMember('shop-1', ['user']);
    expect(
      await update('key@north', 'shop-1', user, ['nope', 'viewer', 'Viewer', 'nope']),
    ).toMatchObject({
      membership: { roles: [{ key: 'viewer' }] },
      ignoredRoles: ['nope', 'Viewer'],
    });
  });

  it('stay when none of the names is a role: nothing is never what a misspelling means', async () => {
    const user = await newMember('shop-1', ['viewer']);
    expect(await update('key@north', 'shop-1', user, ['vewer', 'amdin'])).toMatchObject({
      __typename: 'NoValidRoleError',
      code: 'NO_VALID_ROLE',
      ignoredRoles: ['vewer', 'amdin'],
    });
    expect(await rolesOf('shop-1', user)).toEqual(['viewer']);
  });

  it('act at once: the very next request has them', async () => {
    const token = world.token('user@shop-1');
    const ask = async () =>
      code(
        await world.ask('{ organization { members { totalCount } } }', {
          token,
          organization: 'shop-1',
        }),
      );
    expect(await ask()).toBe('FORBIDDEN');
    await update('admin@shop-1', 'shop-1', world.person('user@shop-1'), ['viewer']);
    expect(await ask()).toBeUndefined();
    await update('admin@shop-1', 'shop-1', world.person('user@shop-1'), ['user']);
    expect(await ask()).toBe('FORBIDDEN');
  });

  it('are refused as bad input when the list is empty, too long or not text', async () => {
    const user = await newMember('shop-1', ['viewer']);
    for (const roles of [
      [],
      Array.from({ length: 51 }, (_, n) => `role${n}`),
      ['a\u0000b'],
      ['\ud800'],
    ]) {
      const answer = await world.query(
        UpdateMemberRolesDocument,
        { input: { organizationId: world.org('shop-1'), userId: user, roles } },
        { as: 'key@north' },
      );
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'roles',
      });
    }
    expect(await rolesOf('shop-1', user)).toEqual(['viewer']);
  });

  it('of somebody who is no member, or of a foreign organization, are not found', async () => {
    expect(await update('key@north', 'shop-1', world.person('admin@kiosk'), ['user'])).toBe(
      'NOT_FOUND',
    );
    expect(await update('key@north', 'shop-1', missingId('User'), ['user'])).toBe('NOT_FOUND');
    expect(await update('key@north', 'south', world.person('admin@south'), ['user'])).toBe(
      'NOT_FOUND',
    );
    expect(await update('key@north', 'acme', world.person('viewer@acme'), ['user'])).toBe(
      'NOT_FOUND',
    );
    expect(await update('key@north', 'rival', world.person('admin@rival'), ['user'])).toBe(
      'NOT_FOUND',
    );
    expect(await update('key@north', 'shop-1', 'usr_nonsense', ['user'])).toBe('BAD_USER_INPUT');
  });
});

describe('the last admin', () => {
  it('can be neither demoted nor removed, by anyone: itself, a colleague, or whoever is above', async () => {
    const admin = world.person('admin@kiosk');
    for (const as of [
      'admin@kiosk',
      'admin@shop-1',
      'admin@acme',
      'key@acme',
      'key@shop-1',
    ] as Caller[]) {
      expect(await update(as, 'kiosk', admin, ['viewer'])).toMatchObject({ code: 'LAST_ADMIN' });
      expect(await remove(as, 'kiosk', admin)).toMatchObject({ code: 'LAST_ADMIN' });
    }
    expect(await rolesOf('kiosk', admin)).toEqual(['admin']);
  });

  it('may change its other roles, and goes as soon as there is another admin', async () => {
    const admin = world.person('admin@kiosk');
    expect(await update('admin@kiosk', 'kiosk', admin, ['admin', 'user'])).toMatchObject({
      __typename: 'UpdateMemberRolesPayload',
    });
    const second = await newMember('kiosk', ['admin']);
    expect(await update('admin@kiosk', 'kiosk', admin, ['viewer'])).toMatchObject({
      __typename: 'UpdateMemberRolesPayload',
    });
    expect(await remove('admin@acme', 'kiosk', second)).toMatchObject({ code: 'LAST_ADMIN' });
  });

  it('is kept by the database too, whatever the application does', async () => {
    await expect(
      sql`delete from memberships where organization_id = ${world.uuid('depot')}`.execute(world.db),
    ).resolves.toBeDefined();
    const lone = await newMember('depot', ['admin']);
    const take = sql`delete from membership_roles mr using memberships m where m.id = mr.membership_id and m.organization_id = ${world.uuid('depot')}`;
    await expect(take.execute(world.db)).rejects.toMatchObject({
      constraint: 'organizations_last_admin',
    });
    await expect(
      sql`delete from memberships where organization_id = ${world.uuid('depot')}`.execute(world.db),
    ).rejects.toMatchObject({
      constraint: 'organizations_last_admin',
    });
    expect(await rolesOf('depot', lone)).toEqual(['admin']);
  });
});

describe('the database alone', () => {
  it('lets one of two transactions take an admin away that each leave the other one, a hundred times', async () => {
    const [{ id: adminRole } = { id: '' }] = await world.rows(
      sql<{ id: string }>`select id from roles where built_in and key = 'admin'`,
    );
    for (let n = 0; n < 100; n++) {
      const [organization] = await world.rows(
        sql<{
          id: string;
        }>`insert into organizations (slug, name) values (${`net-${n}`}, 'Net') returning id`,
      );
      const memberships = await Promise.all(
        ['a', 'b'].map(async (name) =>
          insertMembership(
            world,
            organization?.id ?? '',
            await insertUser(world, `${name}${n}@net.example`),
            ['admin'],
          ),
        ),
      );
      // Both are inside their transactions before either commits.
      let inside = 0;
      const both = Promise.withResolvers<void>();
      const outcomes = await Promise.allSettled(
        memberships.map((id) =>
          world.db.transaction().execute(async (tx) => {
            await sql`delete from membership_roles where membership_id = ${id} and role_id = ${adminRole}`.execute(
              tx,
            );
            if (++inside === 2) both.resolve();
            await both.promise;
          }),
        ),
      );
      expect(outcomes.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    }
  });
});

describe('removing a member (A26, A38, D39, E6, E7)', () => {
  it('ends that membership and nothing else', async () => {
    const user = await newMember('shop-2', ['viewer'], 'both@x.example');
    const [{ id } = { id: '' }] = await world.rows(
      sql<{ id: string }>`select id from users where email = 'both@x.example'`,
    );
    await insertMembership(world, world.uuid('south'), id, ['viewer']);
    expect(await remove('key@north', 'shop-2', user)).toEqual({
      __typename: 'RemoveMemberPayload',
      removedMembershipId: expect.stringMatching(/^mem_[0-9a-f]{32}$/),
    });
    expect(await rolesOf('south', user)).toEqual(['viewer']);
    expect(await remove('key@north', 'shop-2', user)).toBe('NOT_FOUND');
    const [left] = await world.rows(
      sql<{ users: number }>`select count(*)::int as users from users where id = ${id}`,
    );
    expect(left?.users).toBe(1);
  });

  it('ends access with the next request', async () => {
    const ask = () => world.ask('{ viewer { organization { slug } } }', { as: 'viewer@north' });
    expect((await ask()).errors).toBeUndefined();
    await remove('admin@acme', 'north', world.person('viewer@north'));
    expect((await ask()).status).toBe(404);
    expect(code(await ask())).toBe('NOT_FOUND');
  });
});

describe('touching a member who holds more', () => {
  it('is refused, for demotion and removal alike, and so is giving more than one holds', async () => {
    // A member manager of north that holds nothing but members:manage.
    const role = await insertRole(world, world.uuid('north'), 'people_lead', ['members:manage']);
    const user = await insertUser(world, 'lead@x.example');
    await insertMembership(world, world.uuid('north'), user, [role]);
    const token = await insertPersonalAccessToken(world.db, user, 'lead');
    const as = { token, organization: 'north' };
    const plain = await newMember('north', ['user']);
    const strong = await newMember('north', ['admin']);
    const change = async (userId: string, roles: string[]) => {
      const answer = await world.query(
        UpdateMemberRolesDocument,
        { input: { organizationId: world.org('north'), userId, roles } },
        as,
      );
      return answer.data?.updateMemberRoles;
    };
    expect(await change(plain, ['restricted_user'])).toMatchObject({
      __typename: 'UpdateMemberRolesPayload',
    });
    expect(await change(plain, ['people_lead'])).toMatchObject({
      __typename: 'UpdateMemberRolesPayload',
    });
    expect(await change(plain, ['support'])).toMatchObject({
      code: 'ROLE_ESCALATION',
      missingScopes: ['usage:read', 'audit:read'],
    });
    expect(await change(plain, ['admin'])).toMatchObject({ code: 'ROLE_ESCALATION' });
    expect(await change(encodeId('User', user), ['admin'])).toMatchObject({
      code: 'ROLE_ESCALATION',
    });
    expect(await change(strong, ['user'])).toMatchObject({ code: 'ROLE_ESCALATION' });
    const removal = await world.query(
      RemoveMemberDocument,
      { input: { organizationId: world.org('north'), userId: strong } },
      as,
    );
    expect(removal.data?.removeMember).toMatchObject({ code: 'ROLE_ESCALATION' });
    expect(await rolesOf('north', strong)).toEqual(['admin']);
  });
});

describe('adding a member without an invitation (D25–D27)', () => {
  it('takes a person that the caller can see already, with roles', async () => {
    await newMember('shop-2', ['user'], 'Known.Person@x.example'.toLowerCase());
    expect(
      await add('key@north', {
        organizationId: world.org('shop-1'),
        email: 'Known.Person@X.example',
        roles: ['viewer', 'nope'],
      }),
    ).toMatchObject({
      __typename: 'AddMemberPayload',
      membership: {
        user: { email: 'known.person@x.example' },
        organization: { slug: 'shop-1' },
        roles: [{ key: 'viewer' }],
      },
      ignoredRoles: ['nope'],
    });
    expect(
      await add('key@north', {
        organizationId: world.org('shop-1'),
        email: 'known.person@x.example',
        roles: ['user'],
      }),
    ).toMatchObject({ code: 'ALREADY_MEMBER' });
  });

  it('answers for a person elsewhere exactly as for nobody, so that it tells of no account', async () => {
    const ask = (email: string) =>
      world.query(
        AddMemberDocument,
        { input: { organizationId: world.org('shop-1'), email, roles: ['user'] } },
        { as: 'key@north' },
      );
    const nobody = await ask('nobody.at.all@x.example');
    expect(nobody.data?.addMember).toMatchObject({ code: 'USER_NOT_FOUND' });
    for (const email of ['admin@rival.example', 'admin@acme.example', 'admin@south.example'])
      expect((await ask(email)).text).toBe(nobody.text);
  });

  it('does not take a claimed address for the person who has it', async () => {
    await newMember('shop-2', ['user'], 'claimed@x.example');
    await sql`update users set canonical_email = null where email = 'claimed@x.example'`.execute(
      world.db,
    );
    expect(
      await add('key@north', {
        organizationId: world.org('shop-1'),
        email: 'claimed@x.example',
        roles: ['user'],
      }),
    ).toMatchObject({
      code: 'USER_NOT_FOUND',
    });
  });

  it('ends an open invitation of the same address', async () => {
    await newMember('shop-2', ['user'], 'asked@x.example');
    await insertInvitation(world, world.uuid('shop-1'), 'asked@x.example', Buffer.alloc(32, 77));
    expect(
      await add('key@north', {
        organizationId: world.org('shop-1'),
        email: 'asked@x.example',
        roles: ['user'],
      }),
    ).toMatchObject({
      __typename: 'AddMemberPayload',
    });
    const [row] = await world.rows(
      sql<{ status: string }>`select status from invitations where email = 'asked@x.example'`,
    );
    expect(row?.status).toBe('REVOKED');
  });
});

describe('leaving an organization', () => {
  const leave = async (options: RequestOptions, slug: Slug) => {
    const answer = await world.query(
      LeaveOrganizationDocument,
      { input: { organizationId: world.org(slug) } },
      options,
    );
    return answer.data?.leaveOrganization ?? code(answer);
  };

  it('takes no scope and no organization in the request, ends access at once, and stands in the log', async () => {
    const user = await insertUser(world, 'leaving@x.example');
    await insertMembership(world, world.uuid('kiosk'), user, ['user']);
    const token = await insertPersonalAccessToken(world.db, user, 'x');
    const inside = () => world.ask('{ organization { slug } }', { token, organization: 'kiosk' });
    expect((await inside()).errors).toBeUndefined();
    expect(await leave({ token }, 'kiosk')).toMatchObject({
      __typename: 'LeaveOrganizationPayload',
    });
    expect((await inside()).status).toBe(404);
    expect(await leave({ token }, 'kiosk')).toBe('NOT_FOUND');
    const [event] = await world.rows(sql<{ action: string; before: object }>`
      select action, before from audit_events where organization_id = ${world.uuid('kiosk')} order by id desc limit 1`);
    expect(event).toMatchObject({
      action: 'leaveOrganization',
      before: { email: 'leaving@x.example', roles: ['user'] },
    });
  });

  it('is refused to the last admin, also when all admins leave at the same moment', async () => {
    const admins = await Promise.all(
      [1, 2, 3, 4].map(async (n) => {
        const user = await insertUser(world, `leaver${n}@x.example`);
        await insertMembership(world, world.uuid('rival-shop'), user, ['admin']);
        return insertPersonalAccessToken(world.db, user, 'x');
      }),
    );
    const answers = await Promise.all(admins.map((token) => leave({ token }, 'rival-shop')));
    const told = Map.groupBy(answers, (answer) =>
      typeof answer === 'object' ? answer.__typename : answer,
    );
    expect(told.get('LastAdminError')).toHaveLength(1);
    expect(told.get('LeaveOrganizationPayload')).toHaveLength(3);
  });

  it('is for a person and for their own membership alone', async () => {
    expect(await leave({ as: 'key@north' }, 'north')).toBe('FORBIDDEN');
    expect(await leave({ as: 'admin@acme' }, 'south')).toBe('NOT_FOUND');
    expect(await leave({ as: 'admin@acme' }, 'rival')).toBe('NOT_FOUND');
  });
});

describe('what was done', () => {
  it('stands in the log of the organization with both states, by name, also when it was refused', async () => {
    const user = await newMember('kiosk', ['viewer'], 'logged@x.example');
    await update('admin@acme', 'kiosk', user, ['support']);
    await update('admin@acme', 'kiosk', user, ['nope']);
    await remove('key@north', 'kiosk', user);
    const log = await world.query(
      AuditLogDocument,
      { id: null, first: 3 },
      { as: 'admin@shop-1', organization: 'shop-1' },
    );
    expect(log.data?.organization?.auditLog?.totalCount).toBeGreaterThanOrEqual(0);
    const own = await world.query(
      AuditLogDocument,
      { id: world.org('kiosk'), first: 3 },
      { as: 'admin@shop-1' },
    );
    expect(own.data?.organization?.auditLog?.nodes).toMatchObject([
      {
        action: 'removeMember',
        actor: { kind: 'API_KEY', apiKeyName: 'key@north', user: null },
        actingOrganization: null,
        viaAncestor: true,
        targetType: 'Membership',
        before: { email: 'logged@x.example', roles: ['support'] },
        after: null,
        refusal: null,
      },
      {
        action: 'updateMemberRoles',
        refusal: 'NO_VALID_ROLE',
        targetType: 'User',
        targetId: user,
        before: null,
        after: null,
      },
      {
        action: 'updateMemberRoles',
        actor: {
          kind: 'PERSONAL_ACCESS_TOKEN',
          apiKeyName: null,
          user: { email: 'admin@acme.example' },
        },
        before: { email: 'logged@x.example', roles: ['viewer'] },
        after: { email: 'logged@x.example', roles: ['support'] },
      },
    ]);
  });
});
