/** Every mutation once, each on rows of its own, so that every statement behind one is sent. */
import { sql } from 'kysely';
import { tokenHash } from '../../src/authentication/secret.ts';
import type { Database } from '../../src/database/connect.ts';
import { one } from '../../src/database/rows.ts';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import { encodeId } from '../../src/values/ids.ts';

/** Who sends a mutation. */
export type Sender = 'an API key' | 'a person' | 'a person without organization';

/** Where mutations act, and how they are sent. */
export interface Grounds {
  /** For what is prepared and looked up beside the mutations. */
  db: Database;
  /** UUID of an organization with others below it, in which somebody is a member who is none in it. */
  organization: string;
  /** Verified address of an admin of it. */
  email: string;
  /** Name of an API key of it with all scopes. */
  key: string;
  send(document: string, as: Sender, input: Record<string, unknown>): Promise<{ data?: unknown }>;
}

/** What the mutations answered: the names of those that were sent, and what those answered that gave no payload. */
export interface Sent {
  names: Set<string>;
  failed: string[];
}

/** Runs every mutation once, each on rows of its own. */
export async function everyMutation(grounds: Grounds): Promise<Sent> {
  const { db, organization, send } = grounds;
  const names = new Set<string>();
  const failed: string[] = [];
  const results: Record<string, unknown> = {};
  const organizationId = encodeId('Organization', organization);
  const create = async (slug: string): Promise<string> => {
    await run(
      'createOrganization',
      { name: slug, slug, parentId: organizationId },
      '... on CreateOrganizationPayload { organization { id } }',
    );
    return /"id":"([^"]+)"/.exec(JSON.stringify(results['createOrganization']))?.[1] ?? '';
  };
  const idIn = (name: string): string =>
    /"id":"([^"]+)"/.exec(JSON.stringify(results[name]))?.[1] ?? '';
  async function run(
    name: string,
    input: Record<string, unknown>,
    selection = '',
    as: Sender = 'an API key',
  ): Promise<void> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const document = `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ${selection} } }`;
    const answer = await send(document, as, input);
    results[name] = answer.data;
    if (!JSON.stringify(answer.data ?? null).includes(`"${type}Payload"`))
      failed.push(`${name}: ${JSON.stringify(answer)}`);
    names.add(name);
  }
  const [place, victim] = [await create('plans-place'), await create('plans-victim')];
  await run('moveOrganization', { id: victim, newParentId: place });
  await run('updateOrganization', {
    id: victim,
    name: 'Renamed',
    domain: 'plans.example',
    externalAccounts: [{ system: 'zuora', accountId: 'a' }],
  });
  await run('suspendOrganization', { id: place });
  await run('resumeOrganization', { id: place });
  await run('retryProvisioning', { organizationId: victim });
  await sql`insert into plans (key, name, max_calls, position) values ('other', 'Other', 5, 2) on conflict do nothing`.execute(
    db,
  );
  await sql`insert into billing_accounts (organization_id, status)
    select id, 'active' from organizations where slug = 'plans-victim'
    on conflict (organization_id) do update set status = 'active'`.execute(db);
  await sql`update billing_accounts set customer_id = 'cus_1' where organization_id = (select id from organizations where slug = 'plans-victim')`.execute(
    db,
  );
  await run('openBillingPortal', { organizationId: victim });
  await run('changePlan', { organizationId: victim, plan: 'other' });
  await run('deleteOrganization', { id: place, mode: 'CASCADE' });
  await run('restoreOrganization', { id: place });
  const { email } = await one(
    db,
    sql<{ email: string }>`
    select u.email from memberships m join users u on u.id = m.user_id join organizations o on o.id = m.organization_id
    where ${organization}::uuid = any (o.lineage) and o.id <> ${organization} and not exists (
      select from memberships h where h.user_id = u.id and h.organization_id = ${organization}) limit 1`,
  );
  await run(
    'addMember',
    { organizationId, email, roles: ['user'] },
    '... on AddMemberPayload { membership { user { id } } }',
  );
  const userId = idIn('addMember');
  await run('updateMemberRoles', { organizationId, userId, roles: ['viewer'] });
  await run('removeMember', { organizationId, userId });
  await run(
    'createRole',
    { organizationId, key: 'plans', name: 'Plans', scopes: ['usage:read'] },
    '... on CreateRolePayload { role { id } }',
  );
  await run('updateRole', { id: idIn('createRole'), name: 'Planned' });
  await run('deleteRole', { id: idIn('createRole') });
  await run('inviteUsers', {
    organizationId,
    users: [{ email: 'one@plans.example' }, { email: 'two@plans.example' }],
  });
  await run(
    'createInvitation',
    { organizationId, email: 'three@plans.example', roles: ['viewer'] },
    '... on CreateInvitationPayload { invitation { id } }',
  );
  await run('resendInvitation', { id: idIn('createInvitation') });
  await run('revokeInvitation', { id: idIn('createInvitation') });
  await run(
    'createApiKey',
    { organizationId, name: 'plans', scopes: ['usage:read'] },
    '... on CreateApiKeyPayload { apiKey { id } }',
  );
  await run('updateApiKey', { id: idIn('createApiKey'), name: 'planned' });
  await run('revokeApiKey', { id: idIn('createApiKey') });
  await run(
    'createContact',
    { organizationId, name: 'Plans', email: 'contact@plans.example' },
    '... on CreateContactPayload { contact { id } }',
  );
  await run('updateContact', { id: idIn('createContact'), kind: 'TECHNICAL' });
  await run('deleteContact', { id: idIn('createContact') });
  const event = {
    id: 'plans',
    organizationId,
    metric: 'voice_calls',
    quantity: '1',
    occurredAt: new Date().toISOString(),
  };
  await run('recordUsage', { events: [event] });
  await run(
    'createPersonalAccessToken',
    { name: 'plans' },
    '... on CreatePersonalAccessTokenPayload { personalAccessToken { id } }',
    'a person',
  );
  await run('revokePersonalAccessToken', { id: idIn('createPersonalAccessToken') }, '', 'a person');
  for (const name of ['acceptInvitation', 'declineInvitation'])
    await run(name, { token: await invitationToken(grounds) }, '', 'a person without organization');
  await invitationToken(grounds);
  const open = await one(
    db,
    sql<{
      id: string;
    }>`select id from invitations where canonical_email = ${grounds.email} and status = 'PENDING' order by id desc limit 1`,
  );
  const joined = '... on AcceptInvitationPayload { membership { organization { id } } }';
  await run(
    'acceptInvitation',
    { id: encodeId('Invitation', open.id) },
    joined,
    'a person without organization',
  );
  await run('leaveOrganization', { organizationId: idIn('acceptInvitation') }, '', 'a person');
  return { names, failed };
}

/** The token of an invitation to the person, from an API key that may still give what it offers. */
async function invitationToken({ db, organization, email, key }: Grounds): Promise<string> {
  const token = createInvitationToken();
  const invitation = await one(
    db,
    sql<{ id: string }>`
    insert into invitations (organization_id, email, canonical_email, inviter_kind, inviter_organization_id, inviter_api_key_id, expires_at)
    select o.id, ${email}, ${email}, 'API_KEY', k.organization_id, k.id, now() + interval '1 day'
    from organizations o, api_keys k
    where k.name = ${key} and k.organization_id = ${organization} and k.revoked_at is null and o.parent_id = ${organization} and o.deleted_at is null
      and not exists (select from invitations i where i.organization_id = o.id and i.canonical_email = ${email})
    order by o.id limit 1 returning id`,
  );
  await sql`insert into invitation_roles (invitation_id, role_id)
    select ${invitation.id}, id from roles where built_in and key = 'viewer'`.execute(db);
  await sql`insert into invitation_tokens (token_hash, invitation_id, organization_id)
    select ${tokenHash(token)}, id, organization_id from invitations where id = ${invitation.id}`.execute(
    db,
  );
  return token;
}
