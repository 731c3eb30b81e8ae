/** A role takes effect wherever it is held: changing it is judged there, and not only where it is defined. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenHash } from '../../src/authentication/secret.ts';
import { encodeId } from '../../src/values/ids.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { sized } from '../setup/size.ts';
import {
  createWorld,
  insertInvitation,
  insertMembership,
  insertRole,
  insertUser,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({}, { poolSize: 16 });
});
afterAll(() => world.close());

let made = 0;
const unique = (): string => `above${++made}`;

/** A role that the organization defines; returns its UUID. */
const newRole = (slug: Slug, scopes: readonly string[], key = unique()): Promise<string> =>
  insertRole(world, world.uuid(slug), key, scopes);

const hold = (user: string, slug: Slug, role: string): Promise<string> =>
  insertMembership(world, world.uuid(slug), user, [role]);

/** A person of the organization whose one role gives the scopes. */
async function personWith(
  slug: Slug,
  scopes: readonly string[],
): Promise<{ user: string; token: string; options: RequestOptions }> {
  const user = await insertUser(world, `${unique()}@x.example`);
  await hold(user, slug, await newRole(slug, scopes));
  const token = await insertPersonalAccessToken(world.db, user, 'x');
  return { user, token, options: { token, organization: slug } };
}

const newHolder = async (slug: Slug, role: string): Promise<string> =>
  hold(await insertUser(world, `${unique()}@x.example`), slug, role);

async function mutate(name: string, input: Record<string, unknown>, options: RequestOptions) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const more = {
    deleteRole:
      '... on RoleInUseError { memberCount invitationCount } ... on RoleEscalationError { missingScopes }',
    updateRole: '... on RoleEscalationError { missingScopes }',
  }[name];
  const answer = await world.ask<Record<string, Record<string, unknown>>>(
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ${more ?? ''} ... on UserError { code } } }`,
    options,
    { input },
  );
  return answer.data?.[name] ?? { code: answer.errors?.[0]?.extensions.code };
}

const update = (role: string, input: Record<string, unknown>, options: RequestOptions) =>
  mutate('updateRole', { id: encodeId('Role', role), ...input }, options);
const remove = (role: string, options: RequestOptions) =>
  mutate('deleteRole', { id: encodeId('Role', role) }, options);

const NEEDS_CHILDREN = { code: 'ROLE_ESCALATION', missingScopes: ['child_organizations:manage'] };
const DONE = { __typename: 'UpdateRolePayload' };

describe('a role that is held in an organization below', () => {
  it('cannot be raised there by a holder of it who may only define roles above', async () => {
    const lead = await personWith('north', ['roles:manage', 'api_keys:manage']);
    const harmless = await newRole('north', []);
    await hold(lead.user, 'shop-1', harmless);
    const raised = await update(harmless, { scopes: ['api_keys:manage'] }, lead.options);
    const inShop = { token: lead.token, organization: 'shop-1' };
    const key = await mutate(
      'createApiKey',
      { organizationId: world.org('shop-1'), name: 'K', scopes: ['api_keys:manage'] },
      inShop,
    );
    expect(raised).toMatchObject(NEEDS_CHILDREN);
    expect(key).toEqual({ code: 'FORBIDDEN' });
    expect((await world.ask('{ viewer { scopes } }', inShop)).data).toEqual({
      viewer: { scopes: [] },
    });
  });

  it('neither gains nor loses a scope for a caller without child_organizations:manage; its name may change', async () => {
    const lead = await personWith('north', ['roles:manage', 'usage:read', 'members:manage']);
    const role = await newRole('north', ['usage:read']);
    await newHolder('kiosk', role);
    for (const scopes of [['usage:read', 'members:read'], [], ['members:manage']])
      expect(await update(role, { scopes }, lead.options)).toMatchObject(NEEDS_CHILDREN);
    expect(await update(role, { name: 'Renamed', description: null }, lead.options)).toMatchObject(
      DONE,
    );
    expect(
      await update(role, { name: 'Again', scopes: ['usage:read'] }, lead.options),
    ).toMatchObject(DONE);
    expect(await update(role, { scopes: [] }, { as: 'admin@north' })).toMatchObject(DONE);
  });

  it('is compared by what its scopes imply, so that naming an implied one changes nothing', async () => {
    const lead = await personWith('north', ['roles:manage', 'members:manage']);
    const role = await newRole('north', ['members:manage']);
    await newHolder('shop-1', role);
    expect(
      await update(role, { scopes: ['members:manage', 'members:read'] }, lead.options),
    ).toMatchObject(DONE);
    expect(await update(role, { scopes: ['members:read'] }, lead.options)).toMatchObject(
      NEEDS_CHILDREN,
    );
  });

  it('counts while its organization is deleted and can be restored, and while an invitation below is open or can be sent again', async () => {
    const lead = await personWith('north', ['roles:manage', 'usage:read']);
    const [rested, offered, expired, closed] = await Promise.all(
      [1, 2, 3, 4].map(() => newRole('north', [])),
    );
    const [gone] = await world.rows(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id) values (${unique()}, 'Gone', ${world.uuid('shop-1')}) returning id`);
    const resting = await insertUser(world, `${unique()}@x.example`);
    const membership = await insertMembership(world, gone?.id ?? '', resting, []);
    await sql`insert into membership_roles (membership_id, role_id) values (${membership}, ${rested})`.execute(
      world.db,
    );
    await mutate(
      'deleteOrganization',
      { id: encodeId('Organization', gone?.id ?? '') },
      { as: 'admin@north' },
    );
    const offer = async (role: string | undefined, state: string) => {
      const id = await insertInvitation(
        world,
        world.uuid('kiosk'),
        `${unique()}@x.example`,
        tokenHash(unique()),
      );
      await sql`update invitation_roles set role_id = ${role} where invitation_id = ${id}`.execute(
        world.db,
      );
      if (state === 'EXPIRED')
        await sql`update invitations set expires_at = now() where id = ${id}`.execute(world.db);
      if (state === 'REVOKED')
        await sql`update invitations set status = 'REVOKED' where id = ${id}`.execute(world.db);
    };
    await offer(offered, 'PENDING');
    await offer(expired, 'EXPIRED');
    await offer(closed, 'REVOKED');
    for (const role of [rested, offered, expired])
      expect(await update(role ?? '', { scopes: ['usage:read'] }, lead.options)).toMatchObject(
        NEEDS_CHILDREN,
      );
    expect(await update(closed ?? '', { scopes: ['usage:read'] }, lead.options)).toMatchObject(
      DONE,
    );
  });

  it('changes freely, within the rule, while it is held in the organization itself only', async () => {
    const lead = await personWith('north', ['roles:manage', 'usage:read']);
    const role = await newRole('north', []);
    await newHolder('north', role);
    expect(await update(role, { scopes: ['usage:read'] }, lead.options)).toMatchObject(DONE);
    expect(await update(role, { scopes: ['audit:read'] }, lead.options)).toMatchObject({
      missingScopes: ['audit:read'],
    });
  });

  it('follows the same rule as a copy that a move made', async () => {
    const held = await newRole('north', [], 'moved_along');
    const [top] = await world.rows(sql<{ id: string; slug: string }>`
      insert into organizations (slug, name, parent_id) values (${unique()}, 'Top', ${world.uuid('shop-1')}) returning id, slug`);
    const [leaf] = await world.rows(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id) values (${unique()}, 'Leaf', ${top?.id}) returning id`);
    const lead = await insertUser(world, `${unique()}@x.example`);
    const [leads] = await world.rows(sql<{ id: string }>`
      with made as (insert into roles (key, name, scopes) values ('leads', 'L', '{roles:manage,api_keys:manage}') returning id, key)
      insert into organization_roles (role_id, key, organization_id) select id, key, ${top?.id} from made returning role_id as id`);
    for (const [organization, role] of [
      [top?.id, leads?.id],
      [leaf?.id, held],
    ]) {
      const membership = await insertMembership(world, organization ?? '', lead, []);
      await sql`insert into membership_roles (membership_id, role_id) values (${membership}, ${role})`.execute(
        world.db,
      );
    }
    const move = { id: encodeId('Organization', top?.id ?? ''), newParentId: world.org('south') };
    expect(await mutate('moveOrganization', move, { as: 'admin@acme' })).toMatchObject({
      __typename: 'MoveOrganizationPayload',
    });
    const [copy] = await world.rows(sql<{ id: string }>`
      select role_id as id from organization_roles where organization_id = ${top?.id} and key = 'moved_along'`);
    const options = {
      token: await insertPersonalAccessToken(world.db, lead, 'x'),
      organization: top?.slug ?? '',
    };
    expect(await update(copy?.id ?? '', { scopes: ['api_keys:manage'] }, options)).toMatchObject(
      NEEDS_CHILDREN,
    );
    expect(
      await update(copy?.id ?? '', { scopes: ['api_keys:manage'] }, { as: 'admin@acme' }),
    ).toMatchObject(DONE);
  });
});

describe('deleting a role', () => {
  it('requires the scopes that it gives, as changing it does', async () => {
    const lead = await personWith('north', ['roles:manage', 'members:read']);
    expect(await remove(await newRole('north', ['members:manage']), lead.options)).toMatchObject({
      code: 'ROLE_ESCALATION',
      missingScopes: ['members:manage'],
    });
    expect(await remove(await newRole('north', ['members:read']), lead.options)).toMatchObject({
      __typename: 'DeleteRolePayload',
    });
  });

  it('counts what is below only for a caller with child_organizations:manage', async () => {
    const lead = await personWith('north', ['roles:manage']);
    const role = await newRole('north', []);
    await newHolder('north', role);
    await newHolder('shop-1', role);
    await newHolder('kiosk', role);
    const id = await insertInvitation(
      world,
      world.uuid('kiosk'),
      `${unique()}@x.example`,
      tokenHash(unique()),
    );
    await sql`update invitation_roles set role_id = ${role} where invitation_id = ${id}`.execute(
      world.db,
    );
    expect(await remove(role, lead.options)).toMatchObject({
      code: 'ROLE_IN_USE',
      memberCount: 1,
      invitationCount: 0,
    });
    expect(await remove(role, { as: 'admin@north' })).toMatchObject({
      code: 'ROLE_IN_USE',
      memberCount: 3,
      invitationCount: 1,
    });
    const below = await newRole('north', []);
    await newHolder('kiosk', below);
    expect(await remove(below, lead.options)).toMatchObject({
      code: 'ROLE_IN_USE',
      memberCount: 0,
      invitationCount: 0,
    });
  });
});

describe('a grant below and a change above', () => {
  it('do not slip past each other: whoever is granted the role meanwhile keeps the change away', async () => {
    const tally = { raised: 0, granted: 0 };
    const lead = await personWith('north', ['roles:manage', 'api_keys:manage']);
    // The granter may give roles without scopes in the shop and nothing else.
    const granter = await personWith('shop-1', ['members:manage']);
    for (let n = 0; n < 60; n++) {
      const role = await newRole('north', []);
      const key =
        (await world.rows(sql<{ key: string }>`select key from roles where id = ${role}`))[0]
          ?.key ?? '';
      const member = await insertUser(world, `${unique()}@x.example`);
      await insertMembership(world, world.uuid('shop-1'), member, ['user']);
      const grants = {
        0: () =>
          mutate(
            'updateMemberRoles',
            { organizationId: world.org('shop-1'), userId: encodeId('User', member), roles: [key] },
            granter.options,
          ),
        1: () =>
          mutate(
            'createInvitation',
            { organizationId: world.org('shop-1'), email: `${unique()}@x.example`, roles: [key] },
            granter.options,
          ),
      }[(n % 2) as 0 | 1];
      const raise = async () => {
        for (let turns = 0; turns < n % 6; turns++)
          await new Promise((resolve) => setImmediate(resolve));
        return update(role, { scopes: ['api_keys:manage'] }, lead.options);
      };
      const [granted, raised] = await Promise.all([grants(), raise()]);
      const isGranted = String(granted['__typename']).endsWith('Payload');
      const isRaised = raised['__typename'] === 'UpdateRolePayload';
      tally.raised += Number(isRaised);
      tally.granted += Number(isGranted);
      expect({ granted, raised, both: isGranted && isRaised }).toMatchObject({ both: false });
      await forget(role);
    }
    // Both orders were met, or it shows nothing.
    expect(tally.granted).toBeGreaterThan(0);
    expect(tally.raised).toBeGreaterThan(0);
  }, 60_000);

  it('waits for a grant under way and then sees it; a grant that comes later is judged by the new scopes', async () => {
    const lead = await personWith('north', ['roles:manage', 'api_keys:manage']);
    const role = await newRole('north', []);
    const key =
      (await world.rows(sql<{ key: string }>`select key from roles where id = ${role}`))[0]?.key ??
      '';
    const granter = await personWith('shop-1', ['members:manage']);
    const member = await insertUser(world, `${unique()}@x.example`);
    await insertMembership(world, world.uuid('shop-1'), member, ['user']);
    const grant = () =>
      mutate(
        'updateMemberRoles',
        { organizationId: world.org('shop-1'), userId: encodeId('User', member), roles: [key] },
        granter.options,
      );
    // Held open by hand, exactly between the check of the change and the change itself.
    const outcome = await world.db.transaction().execute(async (tx) => {
      await sql`select from roles where id = ${role} for update`.execute(tx);
      const granting = grant();
      await waiting();
      await sql`update roles set scopes = '{api_keys:manage}' where id = ${role}`.execute(tx);
      return { granting };
    });
    expect(await outcome.granting).toMatchObject({ code: 'ROLE_ESCALATION' });
    await sql`update roles set scopes = '{}' where id = ${role}`.execute(world.db);
    const held = await world.db.transaction().execute(async (tx) => {
      const membership = await sql<{
        id: string;
      }>`select id from memberships where user_id = ${member}`.execute(tx);
      await sql`insert into membership_roles (membership_id, role_id) values (${membership.rows[0]?.id}, ${role})`.execute(
        tx,
      );
      const raising = update(role, { scopes: ['api_keys:manage'] }, lead.options);
      await waiting();
      return { raising };
    });
    expect(await held.raising).toMatchObject(NEEDS_CHILDREN);
  }, 20_000);
});

/** Removes a role, of which an organization may have only so many. */
async function forget(role: string): Promise<void> {
  for (const table of ['membership_roles', 'invitation_roles'])
    await sql`delete from ${sql.table(table)} where role_id = ${role}`.execute(world.db);
  await sql`delete from roles where id = ${role}`.execute(world.db);
}

/** Until somebody waits for a lock in this database. */
async function waiting(): Promise<void> {
  for (;;) {
    const rows = await world.rows(
      sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and state = 'active'`,
    );
    if (rows.length > 0) return;
  }
}

it('is answered by two probes of an index, however many hold the role', async () => {
  const role = await newRole('north', []);
  await sql`
    with people as (
      insert into users (email, canonical_email) select n || '@many.example', n || '@many.example' from generate_series(1, ${sized(5_000, 20_000)}::int) n returning id
    ), members as (
      insert into memberships (organization_id, user_id) select ${world.uuid('north')}::uuid, id from people returning id, organization_id
    )
    insert into membership_roles (membership_id, organization_id, role_id) select id, organization_id, ${role}::uuid from members`.execute(
    world.db,
  );
  await sql`analyze membership_roles`.execute(world.db);
  world.statements.length = 0;
  const lead = await personWith('north', ['roles:manage', 'usage:read']);
  expect(await update(role, { scopes: ['usage:read'] }, lead.options)).toMatchObject(DONE);
  const check = world.statements.find((text) => text.includes('as used_elsewhere'));
  expect(check).toBeDefined();
  const plan = await world.rows(
    sql<{ 'QUERY PLAN': string }>`explain (analyze, costs off, timing off, buffers) ${sql.raw(
      (check ?? '')
        // The role and the organization take turns.
        .replaceAll(/\$(\d+)/g, (_match, n: string) =>
          Number(n) % 2 === 1 ? `'${role}'` : `'${world.uuid('north')}'`,
        ),
    )}`,
  );
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).not.toMatch(/Seq Scan on membership_roles|Filter:.*membership_roles/);
  // The buffers of planning are the catalog's, which a new connection has yet to read.
  const hits = [...text.replace(/^Planning:[^]*/m, '').matchAll(/shared hit=(\d+)/g)].map(
    ([, hit]) => Number(hit),
  );
  expect(Math.max(...hits)).toBeLessThan(60);
}, 60_000);
