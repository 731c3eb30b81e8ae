/** Samples of the mutations of memberships. */
import { sql } from 'kysely';
import { encodeId } from '../../src/values/ids.ts';
import { address, ofGround, plantOrganization } from '../samples/planting.ts';
import type { Ground, Samples } from '../samples/sample.ts';
import { insertMembership, insertUser } from '../setup/world.ts';

/** Adds a person who is a member of an organization. */
async function plantMember({ database }: Ground, organization: string) {
  const email = address();
  const user = await insertUser(database, email);
  await insertMembership(database, organization, user, ['user']);
  return { userId: encodeId('User', user), email };
}

const member = async (ground: Ground) => ({
  ...ofGround(ground),
  userId: (await plantMember(ground, ground.organization)).userId,
});

export const samples: Samples = {
  updateMemberRoles: {
    right: { scope: 'members:manage' },
    input: async (ground) => ({ ...(await member(ground)), roles: ['viewer'] }),
    attempts: ({ target, inTarget }) => [
      {
        input: { ...inTarget, userId: target.nodes.User, roles: ['user'] },
        answer: 'UpdateMemberRolesPayload',
      },
    ],
  },
  removeMember: {
    right: { scope: 'members:manage' },
    input: member,
    attempts: ({ target, inTarget }) => [
      { input: { ...inTarget, userId: target.leaver }, answer: 'RemoveMemberPayload' },
    ],
  },
  leaveOrganization: {
    right: 'people',
    sender: 'a person',
    async input(ground) {
      const organization = await plantOrganization(ground);
      await sql`insert into memberships (organization_id, user_id)
        select ${organization}::uuid, id from users where canonical_email = ${ground.email}`.execute(
        ground.database.db,
      );
      return { organizationId: encodeId('Organization', organization) };
    },
    attempts: ({ fixture }) => [
      // Of an organization that the person is no member of.
      { input: { organizationId: fixture.probeId }, answer: 'NOT_FOUND' },
    ],
  },
  addMember: {
    right: { scope: 'members:manage' },
    // A person whom the caller sees, since they are a member of an organization below.
    input: async (ground) => ({
      ...ofGround(ground),
      email: (await plantMember(ground, await plantOrganization(ground))).email,
      roles: ['user', 'nothing'],
    }),
    shows: 'membership { id user { id } } ignoredRoles',
    repeats: { other: () => ({ roles: ['viewer'] }) },
    attempts: ({ target, inTarget }) => [
      {
        input: { ...inTarget, email: target.memberEmail, roles: ['user'] },
        answer: 'ALREADY_MEMBER',
      },
    ],
  },
};
