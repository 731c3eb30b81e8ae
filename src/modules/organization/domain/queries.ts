/** Queries of domain verifications. */
import { sql } from 'kysely';
import { readableOrganizations } from '../../../authorization/rights.ts';
import { rowBatch } from '../../../database/loaders.ts';
import { recordName, recordValue } from './challenge.ts';
import type { Columns } from '../../../database/rows.ts';

export type DomainVerificationRow = Columns<
  'domain_verifications',
  'organization_id' | 'domain' | 'token' | 'requested_at' | 'checked_at' | 'verified_at' | 'problem'
>;

/** Domain verifications of organizations that the caller may change, by organization. */
export const domainVerification = rowBatch<null, DomainVerificationRow>(
  'domain verification',
  (row) => row.organization_id,
  ({ principal }, ids) => sql<DomainVerificationRow>`
      select v.* from ${readableOrganizations(principal, { scope: 'organizations:manage' })} as o
      join domain_verifications v on v.organization_id = o.id where o.id = any (${ids}::uuid[])`,
);

/** The name of the record of the verification `parent`, and its value. */
export const recordNameOfRow = sql`${sql.lit(recordName(''))} || parent.domain`;
export const recordValueOfRow = sql`${sql.lit(recordValue(''))} || parent.token`;
