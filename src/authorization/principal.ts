/**
 * The caller: the credential, the person behind it if any, and the organization that the request
 * acts in.
 */

export type CredentialKind = 'API_KEY' | 'PERSONAL_ACCESS_TOKEN' | 'SESSION';

/**
 * Who can appear in the audit log: callers, by their credential, and operators at the command line,
 * who have none.
 */
export type ActorKind = CredentialKind | 'OPERATOR';

export interface Credential {
  kind: CredentialKind;
  id: string;
  name: string | null;
  expiresAt: Date | null;
}

/** The person of a user credential. */
export interface PrincipalUser {
  id: string;
  /**
   * The canonical address if it is verified, otherwise null. An unverified address grants nothing.
   */
  verifiedEmail: string | null;
}

/** The organization that the request acts in, and the scopes held there, including implied ones. */
export interface CallerOrganization {
  id: string;
  /** Ids from the root of the tree down to this organization. */
  lineage: readonly string[];
  /** In the order of the catalog. */
  scopes: ReadonlySet<string>;
}

/** The caller of a request. An anonymous one has no credential, user or organization. */
export interface Principal {
  credential: Credential | null;
  user: PrincipalUser | null;
  organization: CallerOrganization | null;
  /**
   * Whether the statement that is written for the caller authenticates them itself. Their credential
   * and membership need not be looked up again in it, since all of a statement sees the same state.
   */
  isProven?: boolean;
}

/** A caller without a credential. */
export const anonymous: Principal = { credential: null, user: null, organization: null };

/**
 * Whom a caller's requests queue for connections with: their tree of organizations, or themselves;
 * undefined for a caller who has neither.
 */
export function tenantOf({ organization, user }: Principal): string | undefined {
  return organization?.lineage[0] ?? user?.id;
}
