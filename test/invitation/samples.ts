/** Samples of the mutations of invitations. */
import { sql } from 'kysely';
import { tokenHash } from '../../src/authentication/secret.ts';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import { encodeId } from '../../src/values/ids.ts';
import { address, ofGround, plantApiKey, plantOrganization, unique } from '../samples/planting.ts';
import type { Ground, Right, Samples } from '../samples/sample.ts';
import { SCOPES } from '../access/model.ts';
import { insertInvitation } from '../setup/world.ts';

const plantInvitation = async ({ database, organization }: Ground): Promise<string> =>
  encodeId(
    'Invitation',
    await insertInvitation(database, organization, address(), tokenHash(unique())),
  );

/** An invitation of the person to an organization below, from a key that may still give what it offers. */
async function plantInvitationOfPerson(ground: Ground): Promise<{ id: string; token: string }> {
  const { database, organization, email } = ground;
  const token = createInvitationToken();
  const below = await plantOrganization(ground);
  const id = await insertInvitation(database, below, email, tokenHash(token));
  await sql`
    update invitations set inviter_organization_id = ${organization}::uuid, inviter_api_key_id = ${await plantApiKey(ground, SCOPES)}
    where id = ${id}`.execute(database.db);
  return { id: encodeId('Invitation', id), token };
}

const token = async (ground: Ground) => ({ token: (await plantInvitationOfPerson(ground)).token });

const twoUsers = () => ({ users: [{ email: address() }, { email: address() }] });

const right: Right = { scope: 'members:manage', seenWith: 'members:read' };

export const samples: Samples = {
  createInvitation: {
    right: { scope: 'members:manage' },
    input: (ground) => ({ ...ofGround(ground), email: address(), roles: ['viewer'] }),
    shows: 'invitation { id } ignoredRoles',
    repeats: { other: () => ({ email: address() }) },
    attempts: ({ target, inTarget }) => [
      {
        input: { ...inTarget, email: target.memberEmail, roles: ['user'] },
        answer: 'ALREADY_MEMBER',
      },
    ],
  },
  inviteUsers: {
    right: { scope: 'members:manage' },
    // One event of the log per person.
    input: (ground) => ({ ...ofGround(ground), users: [{ email: address() }] }),
    more: [(ground) => ({ ...ofGround(ground), ...twoUsers() })],
    repeats: {
      shows: 'results { invitation { id } error { code } }',
      also: twoUsers,
      other: () => ({ users: [{ email: address() }] }),
    },
    attempts: ({ target, inTarget }) => [
      {
        input: { ...inTarget, users: [{ email: target.memberEmail, roles: ['user'] }] },
        answer: 'InviteUsersPayload',
      },
    ],
  },
  resendInvitation: {
    right,
    input: async (ground) => ({ id: await plantInvitation(ground) }),
    repeats: {
      shows: 'invitation { id expiresAt }',
      other: async (ground) => ({ id: await plantInvitation(ground) }),
    },
    attempts: ({ target }) => [
      { input: { id: target.closedInvitation }, answer: 'INVITATION_CLOSED' },
    ],
  },
  revokeInvitation: {
    right,
    input: async (ground) => ({ id: await plantInvitation(ground) }),
    attempts: ({ target }) => [
      { input: { id: target.closedInvitation }, answer: 'INVITATION_CLOSED' },
    ],
  },
  acceptInvitation: {
    right: 'people',
    sender: 'a person without organization',
    input: token,
    more: [async (ground) => ({ id: (await plantInvitationOfPerson(ground)).id })],
    shows: 'membership { id organization { id } }',
    repeats: { other: token },
    attempts: ({ target }) => [
      { input: { token: 'unknown' }, answer: 'INVITATION_INVALID' },
      { alias: 'acceptById', input: { id: target.nodes.Invitation }, answer: 'NOT_FOUND' },
    ],
  },
  declineInvitation: {
    right: 'people',
    sender: 'a person without organization',
    input: token,
    attempts: ({ target }) => [
      { input: { token: 'unknown' }, answer: 'INVITATION_INVALID' },
      { alias: 'declineById', input: { id: target.nodes.Invitation }, answer: 'NOT_FOUND' },
    ],
  },
};
