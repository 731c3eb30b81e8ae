import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { OrganizationDocument } from '../generated/graphql.ts';
import { it } from '../setup/fixtures.ts';
import { insertKey, insertMembership, insertRole, type Caller, type Slug } from '../setup/world.ts';

/** What each caller may read and change, by its scopes and the position of the target, is in matrix.test.ts. */
describe('the one rule for rights', () => {
  it('lets a holder of nothing but usage:write record its own usage and see no organization below', async ({
    world,
  }) => {
    const token = await insertKey(world, 'acme', ['usage:write']);
    const event = (slug: Slug, n: number) => ({
      id: `meter-${n}`,
      organizationId: world.org(slug),
      metric: 'voice_calls',
      quantity: '1',
      occurredAt: new Date().toISOString(),
    });
    const recorded = await world.ask(
      `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { ... on RecordUsagePayload { results { status reason } } } }`,
      { token },
      { input: { events: [event('acme', 1), event('north', 2), event('rival', 3)] } },
    );
    expect(recorded.data).toEqual({
      recordUsage: {
        results: [
          { status: 'ACCEPTED', reason: null },
          { status: 'REJECTED', reason: 'ORGANIZATION_NOT_FOUND' },
          { status: 'REJECTED', reason: 'ORGANIZATION_NOT_FOUND' },
        ],
      },
    });
    const list = await world.ask(
      '{ organization { slug descendants(first: 100) { nodes { slug marketplaceOffers { url } } } } }',
      {
        token,
      },
    );
    expect(list.data).toEqual({ organization: { slug: 'acme', descendants: null } });
    expect(
      (await world.ask(`{ node(id: "${world.org('north')}") { id } }`, { token })).errors?.[0]
        ?.extensions.code,
    ).toBe('NOT_FOUND');
  });

  it('gives a holder of child_organizations:manage the console in its organization: members, invitations and usage, bounded as all giving is', async ({
    world,
  }) => {
    const as = 'cloud_rep@acme';
    const mutate = async (document: string) => {
      const answer = await world.ask<Record<string, { __typename: string; code?: string } | null>>(
        document,
        { as },
      );
      const [result] = Object.values(answer.data ?? {});
      return result?.code ?? result?.__typename ?? answer.errors?.[0]?.extensions.code;
    };
    const acme = world.org('acme');
    const change = (who: Caller, roles: string) =>
      `mutation { updateMemberRoles(input: { organizationId: "${acme}", userId: "${world.person(who)}", roles: [${roles}] }) { __typename ... on UserError { code } } }`;
    const invite = (roles: string) =>
      `mutation { createInvitation(input: { organizationId: "${acme}", email: "console-${roles.length}@x.example", roles: [${roles}] }) { __typename ... on UserError { code } } }`;
    expect(await mutate(invite('"user"'))).toBe('CreateInvitationPayload');
    expect(await mutate(invite('"cloud_rep"'))).toBe('CreateInvitationPayload');
    expect(await mutate(invite('"admin"'))).toBe('ROLE_ESCALATION');
    expect(await mutate(change('user@acme', '"restricted_user"'))).toBe('UpdateMemberRolesPayload');
    expect(await mutate(change('user@acme', '"user"'))).toBe('UpdateMemberRolesPayload');
    expect(await mutate(change('user@acme', '"admin"'))).toBe('ROLE_ESCALATION');
    expect(await mutate(change('admin@acme', '"user"'))).toBe('ROLE_ESCALATION');
    // Nothing else: neither keys nor roles nor settings of its own organization.
    for (const document of [
      `mutation { createApiKey(input: { organizationId: "${acme}", name: "k", scopes: [] }) { __typename } }`,
      `mutation { createRole(input: { organizationId: "${acme}", key: "k", name: "k", scopes: [] }) { __typename } }`,
      `mutation { updateOrganization(input: { id: "${acme}", name: "k" }) { __typename } }`,
    ])
      expect(await mutate(document)).toBe('FORBIDDEN');
  });

  it('is what Viewer.can and viewerAccess tell', async ({ world }) => {
    const ask = (as: Caller, target: Slug, scope: string) =>
      world
        .ask<{ viewer: { can: boolean } }>(
          `{ viewer { can(scope: "${scope}", organizationId: "${world.org(target)}") } }`,
          { as },
        )
        .then(({ data }) => data?.viewer.can);
    expect(await ask('cloud_rep@acme', 'acme', 'members:manage')).toBe(true);
    expect(await ask('cloud_rep@acme', 'acme', 'api_keys:manage')).toBe(false);
    expect(await ask('cloud_rep@acme', 'north', 'members:manage')).toBe(true);
    expect(await ask('viewer@acme', 'acme', 'members:read')).toBe(true);
    expect(await ask('viewer@acme', 'north', 'members:read')).toBe(false);
    expect(await ask('admin@north', 'rival', 'members:read')).toBe(false);
    expect(await ask('admin@north', 'acme', 'members:read')).toBe(false);
    expect(
      (await world.ask('{ viewer { can(scope: "usage:read") } }', { as: 'support@acme' })).data,
    ).toEqual({ viewer: { can: true } });
    const unknown = await world.ask('{ viewer { can(scope: "no:scope") } }', { as: 'admin@acme' });
    expect(unknown.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'scope',
    });
  });

  it('tells native from delegated access', async ({ world }) => {
    const access = async (as: Caller, slug: Slug) =>
      (await world.query(OrganizationDocument, { slug }, { as })).data?.organization?.viewerAccess;
    expect(await access('admin@acme', 'acme')).toMatchObject({ kind: 'NATIVE', canSignIn: true });
    expect(await access('admin@acme', 'north')).toMatchObject({
      kind: 'DELEGATED',
      canSignIn: false,
    });
    expect((await access('admin@acme', 'north'))?.scopes).toHaveLength(10);
    expect(await access('key@acme', 'acme')).toMatchObject({ kind: 'NATIVE', canSignIn: false });
    expect(await access('viewer@acme', 'north')).toBeUndefined();
    const [row] = await world.rows(
      sql<{
        user_id: string;
      }>`select m.user_id from memberships m join users u on u.id = m.user_id where u.email = 'admin@acme.example'`,
    );
    await insertMembership(world, world.uuid('south'), row?.user_id ?? '', ['viewer']);
    expect(await access('admin@acme', 'south')).toMatchObject({ kind: 'BOTH', canSignIn: true });
  });

  it("counts implied scopes and the scopes of an organization's own roles", async ({ world }) => {
    const role = await insertRole(world, world.uuid('acme'), 'people_lead', ['members:manage']);
    await sql`insert into membership_roles (membership_id, role_id) select m.id, ${role} from memberships m join users u on u.id = m.user_id where u.email = 'restricted_user@acme.example'`.execute(
      world.db,
    );
    expect(
      (
        await world.ask('{ viewer { scopes } organization { members { totalCount } } }', {
          as: 'restricted_user@acme',
        })
      ).data,
    ).toEqual({
      viewer: { scopes: ['members:read', 'members:manage'] },
      organization: { members: { totalCount: 6 } },
    });
    await sql`delete from membership_roles where role_id = ${role}`.execute(world.db);
    expect((await world.ask('{ viewer { scopes } }', { as: 'restricted_user@acme' })).data).toEqual(
      { viewer: { scopes: [] } },
    );
  });

  it('obeys a move at once: the old ancestors lose and the new ones gain', async ({ world }) => {
    const sees = async (as: Caller) =>
      (await world.ask('{ organization(slug: "kiosk") { slug } }', { as })).data !== null &&
      !(await world.ask('{ organization(slug: "kiosk") { slug } }', { as })).errors;
    expect([await sees('key@north'), await sees('admin@south')]).toEqual([true, false]);
    await sql`update organizations set parent_id = ${world.uuid('depot')} where slug = 'kiosk'`.execute(
      world.db,
    );
    expect([await sees('key@north'), await sees('admin@south')]).toEqual([false, true]);
    await sql`update organizations set parent_id = ${world.uuid('shop-1')} where slug = 'kiosk'`.execute(
      world.db,
    );
  });
});
