/** Queries of an organization's contacts. */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import { defineList, ofOrganizations } from '../../database/list.ts';
import { rowBatch } from '../../database/loaders.ts';
import type { Columns } from '../../database/rows.ts';

export type ContactKind = 'GENERAL' | 'BILLING' | 'TECHNICAL';

export interface ContactRow extends Columns<
  'contacts',
  'id' | 'organization_id' | 'name' | 'email' | 'created_at' | 'updated_at'
> {
  kind: ContactKind;
  lineage: Lineage;
}

const columns = (organization: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  c.id, c.organization_id, c.kind, c.name, c.email, c.created_at, c.updated_at, ${organization}.lineage`;

/** The contacts of an organization by name, of one kind or of all. */
export const contacts = defineList<{ kind: ContactKind | null }, ContactRow>({
  name: 'contacts',
  parents: ofOrganizations({ scope: 'organizations:manage' }),
  columns: columns(sql`parent`),
  from: () => sql`contacts as c`,
  where: (_viewer, { kind }) => [
    sql`c.organization_id = parent.id`,
    ...(kind === null ? [] : [sql`c.kind = ${kind}`]),
  ],
  order: () => ({
    keys: [
      { expression: sql`search_fold(c.name)`, type: 'text' },
      { expression: sql`c.id`, type: 'uuid' },
    ],
    descending: false,
  }),
});

/** Contacts by id. */
export const contactById = rowBatch<null, ContactRow>(
  'contact by id',
  (row) => row.id,
  ({ principal }, ids) => sql<ContactRow>`
      select ${columns(sql`o`)}
      from contacts c join ${readableOrganizations(principal, { scope: 'organizations:manage' })} as o on o.id = c.organization_id
      where c.id = any (${ids}::uuid[])`,
);
