import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrganizationDocument } from '../generated/graphql.ts';
import { createWorld, insertMembership, type Caller, type Slug, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const slug of ['acme', 'north', 'shop-1', 'kiosk'] as const)
    await sql`insert into billing_accounts (organization_id) values (${world.uuid(slug)})`.execute(world.db);
});
afterAll(() => world.close());

/** The relations that take a scope, and that scope. */
const relations = {
  members: ['members { totalCount }', 'members:read'],
  people: ['people { totalCount }', 'members:read'],
  invitations: ['invitations { totalCount }', 'members:read'],
  apiKeys: ['apiKeys { totalCount }', 'api_keys:manage'],
  usage: ['usage(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z") { organizationCount }', 'usage:read'],
  auditLog: ['auditLog { totalCount }', 'audit:read'],
  billing: ['billing { plan }', 'billing:manage'],
  externalAccounts: ['externalAccounts { system }', 'organizations:manage'],
} as const;

const all = Object.keys(relations);
const reads = ['members', 'people', 'invitations', 'usage', 'auditLog'];

/**
 * What each caller may read, by where the target lies: at home the scopes held there, below all or nothing.
 * `null`: the target is not there for the caller.
 */
const matrix: { as: Caller; at: Partial<Record<Slug, readonly string[] | null>> }[] = [
  { as: 'admin@acme', at: { acme: all, north: all, kiosk: all, rival: null } },
  { as: 'key@acme', at: { acme: all, north: all, kiosk: all, rival: null } },
  { as: 'viewer@acme', at: { acme: reads, north: [], kiosk: [], rival: null } },
  { as: 'support@acme', at: { acme: reads, north: [], kiosk: [], rival: null } },
  { as: 'user@acme', at: { acme: [], north: [], kiosk: [], rival: null } },
  { as: 'restricted_user@acme', at: { acme: [], north: [], kiosk: [], rival: null } },
  { as: 'cloud_rep@acme', at: { acme: ['usage'], north: all, kiosk: all, rival: null } },
  { as: 'cloud_rep@north', at: { acme: null, north: ['usage'], 'shop-1': all, south: null } },
  { as: 'admin@north', at: { acme: null, north: all, 'shop-1': all, south: null, depot: null } },
  { as: 'viewer@north', at: { acme: null, north: reads, 'shop-1': [], south: null } },
  { as: 'admin@kiosk', at: { acme: null, north: null, 'shop-1': null, kiosk: all } },
  { as: 'viewer@rival-shop', at: { rival: null, 'rival-shop': reads, acme: null } },
];

describe('the one rule for rights (A3–A5, A11–A14, B35)', () => {
  it.each(matrix.flatMap(({ as, at }) => Object.entries(at).map(([target, allowed]) => ({ as, target: target as Slug, allowed }))))(
    'gives $as at $target: $allowed',
    async ({ as, target, allowed }) => {
      for (const [name, [selection, scope]] of Object.entries(relations)) {
        const answer = await world.ask<{ organization: Record<string, unknown> | null }>(
          `{ organization(slug: "${target}") { slug ${selection} } }`,
          { as },
        );
        if (allowed === null) {
          expect(answer.data).toEqual({ organization: null });
          expect(answer.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
        } else if (allowed.includes(name)) {
          expect({ name, errors: answer.errors }).toEqual({ name, errors: undefined });
          expect(answer.data?.organization?.[name]).not.toBeNull();
        } else {
          // A refusal nulls the field and leaves the rest of the page.
          expect(answer.data).toEqual({ organization: { slug: target, [name]: null } });
          expect(answer.errors?.[0]).toMatchObject({
            path: ['organization', name],
            extensions: { code: 'FORBIDDEN', requiredScopes: [scope] },
          });
        }
      }
    },
  );

  it('is what Viewer.can and viewerAccess tell', async () => {
    const ask = (as: Caller, target: Slug, scope: string) =>
      world
        .ask<{ viewer: { can: boolean } }>(`{ viewer { can(scope: "${scope}", organizationId: "${world.org(target)}") } }`, { as })
        .then(({ data }) => data?.viewer.can);
    expect(await ask('cloud_rep@acme', 'acme', 'members:manage')).toBe(false);
    expect(await ask('cloud_rep@acme', 'north', 'members:manage')).toBe(true);
    expect(await ask('viewer@acme', 'acme', 'members:read')).toBe(true);
    expect(await ask('viewer@acme', 'north', 'members:read')).toBe(false);
    expect(await ask('admin@north', 'rival', 'members:read')).toBe(false);
    expect(await ask('admin@north', 'acme', 'members:read')).toBe(false);
    expect((await world.ask('{ viewer { can(scope: "usage:read") } }', { as: 'support@acme' })).data).toEqual({ viewer: { can: true } });
    const unknown = await world.ask('{ viewer { can(scope: "no:scope") } }', { as: 'admin@acme' });
    expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'scope' });
  });

  it('tells native from delegated access', async () => {
    const access = async (as: Caller, slug: Slug) =>
      (await world.query(OrganizationDocument, { slug }, { as })).data?.organization?.viewerAccess;
    expect(await access('admin@acme', 'acme')).toMatchObject({ kind: 'NATIVE', canSignIn: true });
    expect(await access('admin@acme', 'north')).toMatchObject({ kind: 'DELEGATED', canSignIn: false });
    expect((await access('admin@acme', 'north'))?.scopes).toHaveLength(10);
    expect(await access('key@acme', 'acme')).toMatchObject({ kind: 'NATIVE', canSignIn: false });
    expect(await access('viewer@acme', 'north')).toEqual({ kind: 'DELEGATED', canSignIn: false, scopes: [] });
    const [row] = await world.rows(
      sql<{ user_id: string }>`select m.user_id from memberships m join users u on u.id = m.user_id where u.email = 'admin@acme.example'`,
    );
    await insertMembership(world, world.uuid('south'), row?.user_id ?? '', ['viewer']);
    expect(await access('admin@acme', 'south')).toMatchObject({ kind: 'BOTH', canSignIn: true });
  });

  it("counts implied scopes and the scopes of an organization's own roles", async () => {
    const [role] = await world.rows(
      sql<{ id: string }>`insert into roles (key, name, scopes) values ('people_lead', 'Lead', '{members:manage}') returning id`,
    );
    await sql`insert into organization_roles (role_id, key, organization_id) values (${role?.id}, 'people_lead', ${world.uuid('acme')})`.execute(
      world.db,
    );
    await sql`insert into membership_roles (membership_id, role_id) select m.id, ${role?.id} from memberships m join users u on u.id = m.user_id where u.email = 'restricted_user@acme.example'`.execute(
      world.db,
    );
    expect((await world.ask('{ viewer { scopes } organization { members { totalCount } } }', { as: 'restricted_user@acme' })).data).toEqual(
      {
        viewer: { scopes: ['members:read', 'members:manage'] },
        organization: { members: { totalCount: 6 } },
      },
    );
    await sql`delete from membership_roles where role_id = ${role?.id}`.execute(world.db);
    expect((await world.ask('{ viewer { scopes } }', { as: 'restricted_user@acme' })).data).toEqual({ viewer: { scopes: [] } });
  });

  it('obeys a move at once: the old ancestors lose and the new ones gain', async () => {
    const sees = async (as: Caller) =>
      (await world.ask('{ organization(slug: "kiosk") { slug } }', { as })).data !== null &&
      !(await world.ask('{ organization(slug: "kiosk") { slug } }', { as })).errors;
    expect([await sees('key@north'), await sees('admin@south')]).toEqual([true, false]);
    await sql`update organizations set parent_id = ${world.uuid('depot')} where slug = 'kiosk'`.execute(world.db);
    expect([await sees('key@north'), await sees('admin@south')]).toEqual([false, true]);
    await sql`update organizations set parent_id = ${world.uuid('shop-1')} where slug = 'kiosk'`.execute(world.db);
  });

  it('lets people and the audit log of a subtree show only organizations whose members and log may be read', async () => {
    const emails = async (as: Caller) =>
      (
        await world.ask<{ organization: { people: { nodes: { user: { email: string } }[] } } }>(
          '{ organization { people(first: 100) { nodes { user { email } } } } }',
          { as },
        )
      ).data?.organization.people.nodes.map((node) => node.user.email);
    expect((await emails('viewer@acme'))?.every((email) => email.endsWith('@acme.example'))).toBe(true);
    expect((await emails('admin@acme'))?.some((email) => email.endsWith('@kiosk.example'))).toBe(true);
  });
});
