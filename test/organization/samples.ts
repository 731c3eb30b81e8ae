/** Samples of the mutations of organizations. */
import { sql } from 'kysely';
import { REACH } from '../access/model.ts';
import { encodeId } from '../../src/values/ids.ts';
import { address, ofGround, plantOrganization, unique } from '../samples/planting.ts';
import type { Ground, Samples } from '../samples/sample.ts';

/** The public id of an organization below. */
const below = async (ground: Ground, status?: string): Promise<string> =>
  encodeId('Organization', await plantOrganization(ground, status === undefined ? {} : { status }));

/** An organization below with another below it. */
async function plantTwo(ground: Ground): Promise<string> {
  const upper = await plantOrganization(ground);
  await plantOrganization(ground, { parent: upper });
  return upper;
}

/** The same, deleted. */
async function plantDeleted(ground: Ground): Promise<string> {
  const upper = await plantTwo(ground);
  await sql`
    update organizations set status = 'DELETED', deleted_at = now(), deleted_with = ${upper}::uuid
    where ${upper}::uuid = any (lineage)`.execute(ground.database.db);
  return upper;
}

/** Whether the target of a cell is suspended before anything is tried. */
const isSuspended = ({ slug }: { slug: string }): boolean => slug === 'halted';

export const samples: Samples = {
  createOrganization: {
    right: { scope: REACH },
    input: (ground) => ({
      name: 'Sample',
      slug: unique(),
      parentId: ofGround(ground).organizationId,
    }),
    shows: 'organization { id }',
    repeats: {
      shows: 'organization { id } membership { id } invitations { id }',
      also: () => ({ users: [{ email: address() }] }),
      other: () => ({ name: 'Other' }),
    },
    attempts: ({ target, by }) => [
      { input: { name: 'Matrix', slug: 'acme', parentId: target.id }, answer: 'SLUG_TAKEN' },
      {
        alias: 'createRoot',
        input: { name: 'Matrix', slug: 'acme' },
        verdict: by('people', 'SLUG_TAKEN'),
      },
    ],
  },
  updateOrganization: {
    right: { scope: 'organizations:manage' },
    input: (ground) => ({
      id: ofGround(ground).organizationId,
      name: unique(),
      domain: `${unique()}.example`,
      externalAccounts: [{ system: 'zuora', accountId: unique() }],
    }),
    repeats: {
      shows: 'organization { id name version }',
      other: () => ({ name: 'Other' }),
    },
    attempts({ target: { id, slug }, by }) {
      const payload = 'UpdateOrganizationPayload';
      const settings = by({ scope: 'organizations:manage' }, payload);
      return [
        { input: { id, name: `The ${slug}` }, answer: payload },
        {
          alias: 'updateBilling',
          input: { id, billingEmail: 'billing@x.example' },
          verdict: settings === payload ? by({ scope: 'billing:manage' }, payload) : settings,
        },
      ];
    },
  },
  moveOrganization: {
    right: 'from above',
    input: async (ground) => ({
      id: encodeId('Organization', await plantTwo(ground)),
      newParentId: await below(ground),
    }),
    repeats: {
      shows: 'organization { id version } pathAfter affectedCount',
      other: async (ground) => ({ newParentId: await below(ground) }),
    },
    attempts: ({ target, fixture, acting, reaches, there }) => [
      {
        input: { id: target.id, newParentId: target.parentId },
        answer: 'MoveOrganizationPayload',
      },
      {
        alias: 'moveInto',
        input: { id: fixture.probeId, newParentId: target.id, dryRun: true },
        verdict: acting(() => (reaches && there ? 'MoveOrganizationPayload' : 'NOT_FOUND')),
      },
    ],
  },
  deleteOrganization: {
    right: 'from above',
    input: async (ground) => ({
      id: encodeId('Organization', await plantTwo(ground)),
      mode: 'CASCADE',
    }),
    // One without any below needs no mode.
    more: [async (ground) => ({ id: await below(ground) })],
    attempts: ({ target: { id, slug }, isActing, isRoot, by }) => [
      { input: { id, mode: 'RESTRICT' }, answer: 'HAS_CHILDREN' },
      {
        alias: 'deleteOwn',
        input: { id, mode: 'RESTRICT', confirmSlug: slug },
        verdict:
          isActing && isRoot
            ? by({ scope: 'organizations:manage' }, by({ scope: REACH }, 'HAS_CHILDREN'))
            : by('from above', 'HAS_CHILDREN'),
      },
    ],
  },
  suspendOrganization: {
    right: 'from above',
    input: async (ground) => ({ id: await below(ground), reason: 'unpaid' }),
    repeats: {
      shows: 'organization { id status version }',
      other: () => ({ reason: 'another' }),
    },
    attempts: ({ target }) =>
      isSuspended(target)
        ? []
        : [{ input: { id: target.id }, answer: 'SuspendOrganizationPayload' }],
  },
  resumeOrganization: {
    right: 'from above',
    input: async (ground) => ({ id: await below(ground, 'SUSPENDED') }),
    repeats: {
      shows: 'organization { id status version }',
      other: () => ({ expectedVersion: 7 }),
    },
    attempts: ({ target, by }) => [
      { input: { id: target.id }, answer: 'ResumeOrganizationPayload' },
      ...(isSuspended(target)
        ? [
            {
              name: 'suspendOrganization',
              input: { id: target.id },
              verdict: by('from above', 'SuspendOrganizationPayload'),
            },
          ]
        : []),
    ],
  },
  restoreOrganization: {
    right: 'from above',
    input: async (ground) => ({ id: encodeId('Organization', await plantDeleted(ground)) }),
    attempts: ({ target: { id }, isRestorable, isDeleted, acting, by }) => [
      {
        input: { id },
        verdict: acting(() =>
          isRestorable
            ? 'RestoreOrganizationPayload'
            : by('from above', 'RestoreOrganizationPayload'),
        ),
      },
      // A deleted one that was restored a moment ago is deleted again, with what came back with it.
      ...(isDeleted
        ? [
            {
              alias: 'deleteAgain',
              name: 'deleteOrganization',
              input: { id, mode: 'CASCADE' },
              verdict: acting(() => (isRestorable ? 'DeleteOrganizationPayload' : 'NOT_FOUND')),
            },
          ]
        : []),
    ],
  },
};
