/** The rule for rights in both of its forms, each asked alone: nothing else stands between these callers and the rows. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopesBeyond } from '../../src/authorization/granting.ts';
import type { Principal } from '../../src/authorization/principal.ts';
import {
  can,
  isInSubtree,
  readableOrganizations,
  type ReadableOptions,
} from '../../src/authorization/rights.ts';
import type { Scope } from '../../src/authorization/scopes.ts';
import { callerIn } from '../setup/principals.ts';
import { createWorld, SLUGS, type Slug, type World } from '../setup/world.ts';

const NORTH_AND_BELOW: Slug[] = ['north', 'shop-1', 'shop-2', 'kiosk'];

let world: World;
const lineages = new Map<Slug, string[]>();
beforeAll(async () => {
  world = await createWorld();
  for (const { slug, lineage } of await world.rows(
    sql<{ slug: Slug; lineage: string[] }>`select slug, lineage from organizations`,
  )) {
    lineages.set(slug, lineage);
  }
});
afterAll(() => world.close());

const lineageOf = (slug: Slug): string[] => lineages.get(slug) ?? [];

/** A caller that acts in north with a key of its own and holds the scopes. */
const keyWith = (...scopes: Scope[]): Promise<Principal> => callerIn(world, 'north', ...scopes);

/** The caller admin@north with their token. */
async function person(): Promise<Principal> {
  const [row] = await world.rows(sql<{ user: string; token: string }>`
    select u.id as user, t.id as token from users u join personal_access_tokens t on t.user_id = u.id
    where u.email = 'admin@north.example'`);
  return {
    credential: {
      kind: 'PERSONAL_ACCESS_TOKEN',
      id: row?.token ?? '',
      name: null,
      expiresAt: null,
    },
    user: { id: row?.user ?? '', verifiedEmail: null },
    organization: {
      id: world.uuid('north'),
      lineage: lineageOf('north'),
      scopes: new Set(['child_organizations:manage']),
    },
  };
}

/** Slugs that a statement reads for the caller. */
async function read(principal: Principal, options: ReadableOptions = {}): Promise<string[]> {
  const rows = await world.rows(
    sql<{
      slug: string;
    }>`select slug from ${readableOrganizations(principal, options)} as o order by path`,
  );
  return rows.map(({ slug }) => slug);
}

const sorted = (slugs: readonly string[]): string[] => slugs.toSorted();

describe('what exists for a request', () => {
  it('is the acting organization and everything below it with child_organizations:manage, in both forms', async () => {
    const manager = await keyWith('child_organizations:manage');
    expect(SLUGS.filter((slug) => isInSubtree(manager, lineageOf(slug)))).toEqual(NORTH_AND_BELOW);
    expect(sorted(await read(manager))).toEqual(sorted(NORTH_AND_BELOW));
  });

  it('is the acting organization alone without it, whatever other scopes are held, in both forms', async () => {
    const member = await keyWith(
      'organizations:manage',
      'members:manage',
      'usage:read',
      'audit:read',
    );
    expect(SLUGS.filter((slug) => isInSubtree(member, lineageOf(slug)))).toEqual(['north']);
    expect(await read(member)).toEqual(['north']);
  });

  it('is nothing for a request that acts nowhere', async () => {
    const nobody: Principal = { ...(await keyWith()), organization: null };
    expect(SLUGS.filter((slug) => isInSubtree(nobody, lineageOf(slug)))).toEqual([]);
    expect(await read(nobody)).toEqual([]);
  });

  it('leaves out what was deleted, unless it is asked for', async () => {
    const manager = await keyWith('child_organizations:manage');
    await sql`update organizations set status = 'DELETED', deleted_at = now() where slug = 'kiosk'`.execute(
      world.db,
    );
    expect(await read(manager)).not.toContain('kiosk');
    expect(await read(manager, { includeDeleted: true })).toContain('kiosk');
    await sql`update organizations set status = 'ACTIVE', deleted_at = null where slug = 'kiosk'`.execute(
      world.db,
    );
  });
});

describe('a scope', () => {
  it('counts in the acting organization when it is held there, and below only with child_organizations:manage', async () => {
    const reader = await keyWith('members:read');
    expect(SLUGS.filter((slug) => can(reader, 'members:read', lineageOf(slug)))).toEqual(['north']);
    expect(can(reader, 'usage:read', lineageOf('north'))).toBe(false);
    expect(await read(reader, { scope: 'members:read' })).toEqual(['north']);
    expect(await read(reader, { scope: 'usage:read' })).toEqual([]);
    expect(await read(reader, { scope: ['usage:read', 'members:read'] })).toEqual(['north']);
  });

  it('is every scope below with child_organizations:manage, and in the acting organization those of the console', async () => {
    const manager = await keyWith('child_organizations:manage');
    for (const scope of ['members:read', 'members:manage', 'usage:read'] as const) {
      expect(SLUGS.filter((slug) => can(manager, scope, lineageOf(slug)))).toEqual(NORTH_AND_BELOW);
      expect(sorted(await read(manager, { scope }))).toEqual(sorted(NORTH_AND_BELOW));
    }
    for (const scope of [
      'api_keys:manage',
      'roles:manage',
      'billing:manage',
      'organizations:manage',
      'audit:read',
    ] as const) {
      expect(SLUGS.filter((slug) => can(manager, scope, lineageOf(slug)))).toEqual([
        'shop-1',
        'shop-2',
        'kiosk',
      ]);
      expect(sorted(await read(manager, { scope }))).toEqual(['kiosk', 'shop-1', 'shop-2']);
    }
  });

  it('does not open what tells of organizations below without child_organizations:manage', async () => {
    const reader = await keyWith('usage:read');
    expect(await read(reader, { scope: 'usage:read', reachingBelow: true })).toEqual([]);
    const manager = await keyWith('usage:read', 'child_organizations:manage');
    expect(await read(manager, { scope: 'usage:read', reachingBelow: true })).toContain('kiosk');
  });
});

describe('what a caller may give', () => {
  it('is nothing where the organization does not exist for them, what they hold in the acting organization, and everything below', async () => {
    const manager = await keyWith('child_organizations:manage', 'usage:read');
    const given = ['usage:read', 'members:manage'];
    for (const slug of ['acme', 'south', 'rival'] as const)
      expect(scopesBeyond(manager, lineageOf(slug), given)).toEqual(given);
    expect(scopesBeyond(manager, lineageOf('north'), given)).toEqual(['members:manage']);
    expect(scopesBeyond(manager, lineageOf('kiosk'), given)).toEqual([]);
    expect(scopesBeyond(await keyWith('usage:read'), lineageOf('kiosk'), ['usage:read'])).toEqual([
      'usage:read',
    ]);
  });
});

describe('a statement of a request under way reads nothing', () => {
  it('once its key is revoked', async () => {
    const manager = await keyWith('child_organizations:manage');
    expect(await read(manager)).toHaveLength(4);
    await sql`update api_keys set revoked_at = now() where id = ${manager.credential?.id}`.execute(
      world.db,
    );
    expect(await read(manager)).toEqual([]);
  });

  it('once its token is revoked', async () => {
    const manager = await person();
    expect(await read(manager)).toHaveLength(4);
    await sql`update personal_access_tokens set revoked_at = now() where id = ${manager.credential?.id}`.execute(
      world.db,
    );
    expect(await read(manager)).toEqual([]);
    await sql`update personal_access_tokens set revoked_at = null where id = ${manager.credential?.id}`.execute(
      world.db,
    );
  });

  it('once its person is no member of the acting organization', async () => {
    const manager = await person();
    await sql`delete from memberships where user_id = ${manager.user?.id} and organization_id <> ${world.uuid('north')}`.execute(
      world.db,
    );
    expect(await read(manager)).toHaveLength(4);
    const other: Principal = {
      ...manager,
      organization: { id: world.uuid('south'), lineage: lineageOf('south'), scopes: new Set() },
    };
    expect(await read(other)).toEqual([]);
  });
});
