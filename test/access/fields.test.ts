/** Each field of an organization that requires a scope, asked alone with every scope and without any. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/authorization/scopes.ts';
import { createToken, tokenHash, tokenPreview } from '../../src/authentication/secret.ts';
import { createWorld, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function keyWith(...scopes: Scope[]): Promise<string> {
  const [{ id } = { id: '' }] = await world.rows(sql<{ id: string }>`select uuidv7() as id`);
  const token = createToken('ak', id);
  await sql`insert into api_keys (id, organization_id, name, secret_hash, preview, scopes)
    values (${id}, ${world.uuid('north')}, 'k', ${tokenHash(token)}, ${tokenPreview(token)}, ${scopes}::text[])`.execute(world.db);
  return token;
}

const WINDOW = 'from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z"';

/** The scopes that open each field at home; any one of them does. Those of the console include child_organizations:manage. */
const guarded: Record<string, readonly Scope[]> = {
  hasChildren: ['child_organizations:manage'],
  childCount: ['child_organizations:manage'],
  descendantCount: ['child_organizations:manage'],
  'children { totalCount }': ['child_organizations:manage'],
  'descendants { totalCount }': ['child_organizations:manage'],
  'people { totalCount }': ['child_organizations:manage'],
  [`usage(${WINDOW}, scope: ALL) { from }`]: ['child_organizations:manage'],
  'members { totalCount }': ['members:read', 'child_organizations:manage'],
  'invitations { totalCount }': ['members:read', 'child_organizations:manage'],
  [`usage(${WINDOW}, scope: SINGLE) { from }`]: ['usage:read', 'child_organizations:manage'],
  'apiKeys { totalCount }': ['api_keys:manage'],
  'auditLog { totalCount }': ['audit:read'],
  'primaryAddress { city }': ['organizations:manage', 'billing:manage'],
  'marketplaceOffers { url }': ['organizations:manage'],
  'externalAccounts { system }': ['organizations:manage'],
  invoiceOwner: ['organizations:manage', 'billing:manage'],
  'billing { email }': ['billing:manage'],
  'limits { concurrency { limit } }': ['organizations:manage', 'billing:manage'],
  'inventory { agents }': ['organizations:manage'],
};

const SCOPES: readonly Scope[] = [
  'organizations:manage',
  'child_organizations:manage',
  'members:read',
  'roles:manage',
  'api_keys:manage',
  'usage:read',
  'usage:write',
  'billing:manage',
  'audit:read',
];

describe('a field that requires a scope', () => {
  it.each(Object.entries(guarded))('%s is opened by %j alone', async (field, scopes) => {
    for (const scope of [...SCOPES, undefined]) {
      const token = await keyWith(...(scope ? [scope] : []));
      const { data, errors } = await world.ask<{ organization: object | null }>(`{ organization { id ${field} } }`, {
        token,
        withoutSocket: true,
      });
      const opened = scope !== undefined && scopes.includes(scope);
      expect({ scope, code: errors?.[0]?.extensions.code }).toEqual({ scope, code: opened ? undefined : 'FORBIDDEN' });
      // A refusal nulls the field and not the organization around it.
      expect(data?.organization).toMatchObject({ id: world.org('north') });
    }
  });

  it('auditLog with what is below requires child_organizations:manage beside audit:read', async () => {
    const ask = async (...scopes: Scope[]) => {
      const token = await keyWith(...scopes);
      const { errors } = await world.ask('{ organization { auditLog(includeDescendants: true) { totalCount } } }', { token });
      return errors?.[0]?.extensions;
    };
    expect(await ask('audit:read')).toMatchObject({ code: 'FORBIDDEN', requiredScopes: ['child_organizations:manage'] });
    expect(await ask('child_organizations:manage')).toMatchObject({ code: 'FORBIDDEN', requiredScopes: ['audit:read'] });
    expect(await ask('audit:read', 'child_organizations:manage')).toBeUndefined();
  });
});
