import type { Columns } from '../../database/rows.ts';

/** What the audit log says of a credential. */
export type Revocable = Columns<'api_keys', 'name' | 'revoked_at'>;

/** The states before and after a revocation at `after`. */
export const states = ({ name, revoked_at }: Revocable, after: Date | null) => ({
  before: { name, revokedAt: revoked_at },
  after: { name, revokedAt: after },
});
