/** Rows of every node type, for the tests that look at each of them. */
import { sql, type RawBuilder } from 'kysely';
import { tokenHash } from '../../src/authentication/secret.ts';
import { insertInvitation, insertMembership, insertRole, insertUser, type World } from './world.ts';

export const NODE_TYPES = [
  'Organization',
  'User',
  'Membership',
  'Invitation',
  'Role',
  'ApiKey',
  'PersonalAccessToken',
  'AuditEvent',
  'Contact',
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/**
 * Adds one row of each type to an organization and returns their UUIDs. A type that the schema has and this has not
 * fails the tests of rights, of ids and of fields, which all take their rows from here. `tag` makes them unique.
 */
export async function insertNodes(
  world: World,
  organization: string,
  tag: string,
): Promise<Record<NodeType, string>> {
  const one = async (statement: RawBuilder<{ id: string }>): Promise<string> => {
    const [row] = await world.rows(statement);
    if (!row) throw new RangeError('a row was expected');
    return row.id;
  };
  const user = await insertUser(world, `node@${tag}.example`, `Node of ${tag}`);
  return {
    Organization: organization,
    User: user,
    Membership: await insertMembership(world, organization, user, ['user']),
    Invitation: await insertInvitation(
      world,
      organization,
      `node-invited@${tag}.example`,
      tokenHash(`node invitation ${tag}`),
    ),
    Role: await insertRole(world, organization, 'node_role', ['usage:read']),
    ApiKey: await one(sql`
      insert into api_keys (organization_id, name, secret_hash, preview, scopes)
      values (${organization}, 'node', ${tokenHash(`node key ${tag}`)}, 'ak', '{}') returning id`),
    PersonalAccessToken: await one(sql`
      insert into personal_access_tokens (user_id, name, secret_hash, preview)
      values (${user}, 'node', ${tokenHash(`node token ${tag}`)}, 'pat') returning id`),
    AuditEvent: await one(sql`
      insert into audit_events (action, actor_kind, actor_user_id, acting_organization_id, organization_id, target_type, target_id, request_id)
      values ('createOrganization', 'SESSION', ${user}, ${organization}, ${organization}, 'Organization', 'x', 'r') returning id`),
    Contact: await one(sql`
      insert into contacts (organization_id, kind, name, email)
      values (${organization}, 'BILLING', ${`Contact of ${tag}`}, ${`node-contact@${tag}.example`}) returning id`),
  };
}
