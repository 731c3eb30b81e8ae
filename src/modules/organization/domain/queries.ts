/** Reads of domain verifications. */
import { sql } from 'kysely';
import { organizationsWithin } from '../../../authorization/rights.ts';
import { rowBatch } from '../../../database/loaders.ts';
import { many } from '../../../database/rows.ts';

export interface DomainVerificationRow {
  organization_id: string;
  domain: string;
  token: string;
  requested_at: Date;
  checked_at: Date | null;
  verified_at: Date | null;
  problem: string | null;
}

/** Verifications of organizations that the caller may change, by organization. */
export const domainVerification = rowBatch<null, DomainVerificationRow>(
  'domain verification',
  (row) => row.organization_id,
  async ({ db, principal }, ids) => {
    const statement = sql<DomainVerificationRow>`
      select v.* from ${organizationsWithin(principal, { scope: 'organizations:manage' })} as o
      join domain_verifications v on v.organization_id = o.id where o.id = any (${ids}::uuid[])`;
    return many(db, statement);
  },
);
