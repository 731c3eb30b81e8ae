/** Samples of the mutations of roles. */
import { encodeId } from '../../src/values/ids.ts';
import { ofGround, unique } from '../samples/planting.ts';
import type { Ground, Right, Samples } from '../samples/sample.ts';
import { insertRole } from '../setup/world.ts';

const plantRole = async ({ database, organization }: Ground): Promise<string> =>
  encodeId('Role', await insertRole(database, organization, unique()));

const right: Right = { scope: 'roles:manage' };

export const samples: Samples = {
  createRole: {
    right,
    input: (ground) => ({
      ...ofGround(ground),
      key: unique(),
      name: 'Sample',
      scopes: ['usage:read'],
    }),
    shows: 'role { id }',
    repeats: { other: () => ({ name: 'Other' }) },
    attempts: ({ inTarget }) => [
      {
        input: { ...inTarget, key: 'admin', name: 'Matrix', scopes: [] },
        answer: 'ROLE_KEY_TAKEN',
      },
    ],
  },
  updateRole: {
    right,
    input: async (ground) => ({ id: await plantRole(ground), name: 'Changed' }),
    attempts: ({ target }) => [
      { input: { id: target.nodes.Role, name: 'Own' }, answer: 'UpdateRolePayload' },
    ],
  },
  deleteRole: {
    right,
    input: async (ground) => ({ id: await plantRole(ground) }),
    attempts: ({ target }) => [{ input: { id: target.nodes.Role }, answer: 'ROLE_IN_USE' }],
  },
};
