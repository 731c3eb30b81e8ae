import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId, parseId } from '../../src/values/ids.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import {
  CreateInvitationDocument,
  CreateRoleDocument,
  DeleteRoleDocument,
  UpdateMemberRolesDocument,
  UpdateRoleDocument,
  type CreateRoleInput,
} from '../generated/graphql.ts';
import {
  code,
  createWorld,
  insertMembership,
  insertUser,
  missingId,
  type Caller,
  type Slug,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const create = async (
  as: Caller,
  slug: Slug,
  key: string,
  scopes: string[] = ['usage:read'],
  more: Partial<CreateRoleInput> = {},
) => {
  const input = { organizationId: world.org(slug), key, name: `Role ${key}`, scopes, ...more };
  const answer = await world.query(CreateRoleDocument, { input }, { as });
  return answer.data?.createRole ?? { error: answer.errors?.[0]?.extensions };
};
const newRole = async (as: Caller, slug: Slug, key: string, scopes?: string[]): Promise<string> => {
  const made = await create(as, slug, key, scopes);
  if (!('role' in made)) throw new Error(JSON.stringify(made));
  return made.role.id;
};
const update = async (
  as: Caller,
  input: {
    id: string;
    name?: string | null;
    description?: string | null;
    scopes?: string[] | null;
  },
) => {
  const answer = await world.query(UpdateRoleDocument, { input }, { as });
  return answer.data?.updateRole ?? { error: answer.errors?.[0]?.extensions };
};
const remove = async (as: Caller, id: string) => {
  const answer = await world.query(DeleteRoleDocument, { input: { id } }, { as });
  return answer.data?.deleteRole ?? { error: answer.errors?.[0]?.extensions };
};

/** A new person that holds one role of its own making there, by key, and the options to call as it. */
async function holderOf(role: string, slug: Slug) {
  const user = await insertUser(world, `${role}.${slug}@holder.example`);
  const membership = await insertMembership(world, world.uuid(slug), user, []);
  await sql`insert into membership_roles (membership_id, role_id) select ${membership}, id from roles where key = ${role}`.execute(
    world.db,
  );
  return { token: await insertPersonalAccessToken(world.db, user, role), organization: slug };
}

describe('defining a role', () => {
  it('makes it usable in the organization and below, and nowhere else', async () => {
    expect(
      await create('admin@north', 'north', 'auditor', ['audit:read', 'usage:read'], {
        description: 'Looks.',
      }),
    ).toMatchObject({
      role: {
        key: 'auditor',
        name: 'Role auditor',
        description: 'Looks.',
        scopes: ['usage:read', 'audit:read'],
        builtIn: false,
      },
    });
    const give = async (slug: Slug, roles: string[]) => {
      const user = await insertUser(world, `given@${slug}.example`);
      await insertMembership(world, world.uuid(slug), user, ['user']);
      const input = { organizationId: world.org(slug), userId: encodeId('User', user), roles };
      return (await world.query(UpdateMemberRolesDocument, { input }, { as: 'key@acme' })).data
        ?.updateMemberRoles;
    };
    expect(await give('north', ['auditor'])).toMatchObject({
      membership: { scopes: ['usage:read', 'audit:read'] },
    });
    expect(await give('kiosk', ['auditor'])).toMatchObject({
      membership: { roles: [{ key: 'auditor' }] },
    });
    expect(await give('south', ['auditor', 'user'])).toMatchObject({ ignoredRoles: ['auditor'] });
    expect(await give('acme', ['auditor'])).toMatchObject({ code: 'NO_VALID_ROLE' });
  });

  it('refuses a key that is taken here: built in, by itself, or by an organization above', async () => {
    await newRole('key@acme', 'acme', 'from_above');
    for (const key of ['admin', 'viewer', 'from_above', 'auditor'])
      expect(await create('key@north', 'north', key)).toMatchObject({ code: 'ROLE_KEY_TAKEN' });
    expect(await create('admin@rival', 'rival', 'auditor')).toMatchObject({
      role: { key: 'auditor' },
    });
  });

  it('means the nearest role when one above gets the same key later', async () => {
    await newRole('key@shop-1', 'shop-1', 'twin', ['audit:read']);
    await newRole('key@acme', 'acme', 'twin', ['usage:read']);
    const user = await insertUser(world, 'twin@x.example');
    await insertMembership(world, world.uuid('kiosk'), user, ['user']);
    const input = {
      organizationId: world.org('kiosk'),
      userId: encodeId('User', user),
      roles: ['twin'],
    };
    expect(
      (await world.query(UpdateMemberRolesDocument, { input }, { as: 'key@acme' })).data
        ?.updateMemberRoles,
    ).toMatchObject({
      membership: { scopes: ['audit:read'] },
    });
  });

  it('names what is wrong with the input', async () => {
    const bad: [Partial<CreateRoleInput>, string][] = [
      [{ key: 'Big' }, 'key'],
      [{ key: '' }, 'key'],
      [{ key: 'a'.repeat(64) }, 'key'],
      [{ name: '  ' }, 'name'],
      [{ name: 'x'.repeat(101) }, 'name'],
      [{ name: 'a\u0007' }, 'name'],
      [{ description: 'x'.repeat(501) }, 'description'],
      [{ scopes: ['members:own'] }, 'scopes'],
      [{ scopes: Array<string>(51).fill('usage:read') }, 'scopes'],
    ];
    for (const [more, argument] of bad)
      expect(await create('key@north', 'north', 'fine', ['usage:read'], more)).toMatchObject({
        error: { code: 'BAD_USER_INPUT', argument },
      });
  });

  it('has a bound of 100 an organization', async () => {
    await sql`with made as (
        insert into roles (key, name, scopes) select 'many_' || n, 'Many', '{}' from generate_series(1, 100) n returning id, key
      ) insert into organization_roles (role_id, key, organization_id) select id, key, ${world.uuid('depot')} from made`.execute(
      world.db,
    );
    expect(await create('key@acme', 'depot', 'one_more')).toMatchObject({
      error: { code: 'LIMIT_EXCEEDED' },
    });
  });
});

describe('changing and removing a role', () => {
  it('changes what is given, for everybody who holds it, at once', async () => {
    const id = await newRole('key@north', 'shop-1', 'clerk', ['usage:read']);
    const clerk = await holderOf('clerk', 'shop-1');
    const can = async () =>
      (await world.ask<{ viewer: { scopes: string[] } }>('{ viewer { scopes } }', clerk)).data
        ?.viewer.scopes;
    expect(await can()).toEqual(['usage:read']);
    expect(
      await update('key@north', { id, scopes: ['members:manage'], description: 'New.' }),
    ).toMatchObject({
      role: { name: 'Role clerk', description: 'New.', scopes: ['members:read', 'members:manage'] },
    });
    expect(await can()).toEqual(['members:read', 'members:manage']);
    expect(await update('key@north', { id, name: 'Clerk', description: null })).toMatchObject({
      role: { name: 'Clerk', description: null },
    });
    expect(await update('key@north', { id, scopes: [] })).toMatchObject({ role: { scopes: [] } });
    expect(await can()).toEqual([]);
    for (const patch of [{ name: null }, { name: '' }, { scopes: null }, { scopes: ['x'] }])
      expect(await update('key@north', { id, ...patch })).toMatchObject({
        error: { code: 'BAD_USER_INPUT' },
      });
  });

  it('takes the scopes that it had and those that it gets', async () => {
    const strong = await newRole('key@acme', 'north', 'strong', ['billing:manage']);
    const weak = await newRole('key@acme', 'north', 'weak', []);
    await newRole('key@acme', 'north', 'role_lead', ['roles:manage', 'usage:read']);
    const lead = await holderOf('role_lead', 'north');
    const change = async (input: { id: string; scopes: string[] }) =>
      (await world.query(UpdateRoleDocument, { input }, lead)).data?.updateRole;
    expect(await change({ id: weak, scopes: ['usage:read'] })).toMatchObject({
      role: { scopes: ['usage:read'] },
    });
    expect(await change({ id: weak, scopes: ['billing:manage'] })).toMatchObject({
      code: 'ROLE_ESCALATION',
      missingScopes: ['billing:manage'],
    });
    expect(await change({ id: strong, scopes: [] })).toMatchObject({
      code: 'ROLE_ESCALATION',
      missingScopes: ['billing:manage'],
    });
    const input = {
      organizationId: world.org('north'),
      key: 'mine',
      name: 'Mine',
      scopes: ['audit:read'],
    };
    expect((await world.query(CreateRoleDocument, { input }, lead)).data?.createRole).toMatchObject(
      { code: 'ROLE_ESCALATION' },
    );
  });

  it('is possible for nobody with a built-in role, and like a missing one outside', async () => {
    const [admin] = await world.rows(
      sql<{ id: string }>`select id from roles where key = 'admin' and built_in`,
    );
    const builtIn = encodeId('Role', admin?.id ?? '');
    expect(await update('key@acme', { id: builtIn, name: 'Boss' })).toMatchObject({
      error: { code: 'BAD_USER_INPUT', argument: 'id' },
    });
    expect(await remove('key@acme', builtIn)).toMatchObject({ error: { code: 'BAD_USER_INPUT' } });
    const above = await newRole('key@acme', 'acme', 'above_all');
    const foreign = await newRole('key@rival', 'rival', 'foreign');
    const missing = await world.query(
      DeleteRoleDocument,
      { input: { id: missingId('Role') } },
      { as: 'key@north' },
    );
    expect(code(missing)).toBe('NOT_FOUND');
    for (const id of [above, foreign]) {
      expect(
        (await world.query(DeleteRoleDocument, { input: { id } }, { as: 'key@north' })).text,
      ).toBe(missing.text);
      expect(await update('key@north', { id, name: 'Mine now' })).toMatchObject({
        error: { code: 'NOT_FOUND' },
      });
    }
  });

  it('removes a role only when nobody holds it and no open invitation offers it', async () => {
    const id = await newRole('key@north', 'north', 'passing');
    await holderOf('passing', 'shop-2');
    expect(await remove('key@north', id)).toMatchObject({ memberCount: 1, invitationCount: 0 });
    const input = {
      organizationId: world.org('shop-2'),
      email: 'offered@x.example',
      roles: ['passing'],
    };
    await world.query(CreateInvitationDocument, { input }, { as: 'key@north' });
    expect(await remove('key@north', id)).toEqual({
      __typename: 'RoleInUseError',
      code: 'ROLE_IN_USE',
      memberCount: 1,
      invitationCount: 1,
    });
    await sql`delete from membership_roles where role_id = ${parseId(id)?.uuid}`.execute(world.db);
    expect(await remove('key@north', id)).toMatchObject({ memberCount: 0, invitationCount: 1 });
    await sql`update invitations set status = 'DECLINED' where email = 'offered@x.example'`.execute(
      world.db,
    );
    expect(await remove('key@north', id)).toEqual({
      __typename: 'DeleteRolePayload',
      deletedRoleId: id,
    });
    expect(await remove('key@north', id)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });
});
