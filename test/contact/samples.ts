/** Samples of the mutations of contacts. */
import { sql } from 'kysely';
import { one } from '../../src/database/rows.ts';
import { encodeId } from '../../src/values/ids.ts';
import { address, ofGround } from '../samples/planting.ts';
import type { Ground, Right, Samples } from '../samples/sample.ts';

async function plantContact({ database: { db }, organization }: Ground): Promise<string> {
  const { id } = await one(
    db,
    sql<{ id: string }>`
      insert into contacts (organization_id, kind, name, email)
      values (${organization}::uuid, 'GENERAL', 'Sample', ${address()}) returning id`,
  );
  return encodeId('Contact', id);
}

/** Whoever may not manage contacts does not see them either. */
const right: Right = { scope: 'organizations:manage', seenWith: 'organizations:manage' };

export const samples: Samples = {
  createContact: {
    right: { scope: 'organizations:manage' },
    input: (ground) => ({ ...ofGround(ground), name: 'Sample', email: address() }),
    shows: 'contact { id }',
    repeats: { other: () => ({ name: 'Other' }) },
    attempts: ({ target, inTarget }) => [
      {
        // The address is that of the contact that is there.
        input: { ...inTarget, kind: 'BILLING', name: 'Matrix', email: target.contactEmail },
        answer: 'CONTACT_EXISTS',
      },
    ],
  },
  updateContact: {
    right,
    input: async (ground) => ({
      id: await plantContact(ground),
      kind: 'TECHNICAL',
      name: 'Changed',
    }),
    attempts: ({ target }) => [
      { input: { id: target.nodes.Contact, name: 'Matrix' }, answer: 'UpdateContactPayload' },
    ],
  },
  deleteContact: {
    right,
    input: async (ground) => ({ id: await plantContact(ground) }),
    attempts: ({ target }) => [
      { input: { id: target.spareContact }, answer: 'DeleteContactPayload' },
    ],
  },
};
