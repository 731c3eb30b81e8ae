/** Callers for tests that ask below HTTP, as authentication would make them. */
import { sql } from 'kysely';
import type { Principal } from '../../src/authorization/principal.ts';
import type { Slug, World } from './world.ts';

/** A caller that acts in an organization with a key of its own and holds the scopes. */
export async function callerIn(world: World, slug: Slug, ...scopes: string[]): Promise<Principal> {
  return principalIn(world, world.uuid(slug), scopes);
}

/** The same for an organization that is known by its UUID. */
export async function principalIn(
  world: World,
  organizationId: string,
  scopes: Iterable<string>,
): Promise<Principal> {
  const [row] = await world.rows(sql<{ id: string; lineage: string[] }>`
    with made as (insert into api_keys (organization_id, name, secret_hash, preview, scopes)
      values (${organizationId}, 'k', ${Buffer.alloc(32)}, 'ak', '{}') returning id, organization_id)
    select made.id, o.lineage from made join organizations o on o.id = made.organization_id`);
  if (!row) throw new RangeError('there is no such organization');
  return {
    credential: { kind: 'API_KEY', id: row.id, name: 'k', expiresAt: null },
    user: null,
    organization: { id: organizationId, lineage: row.lineage, scopes: new Set(scopes) },
  };
}
