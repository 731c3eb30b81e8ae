/** Who is calling: the credential, the person behind it if any, and the organization that the request acts in. */

export type CredentialKind = 'API_KEY' | 'PERSONAL_ACCESS_TOKEN' | 'SESSION';

/** Who can stand in the audit log: callers by their credential, and operators at the command line, who have none. */
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
  /** The address in its canonical form if it is verified, else null: an unverified address gives nothing. */
  verifiedEmail: string | null;
}

/** The organization that the request acts in, with the scopes held there (implied ones included). */
export interface Home {
  id: string;
  /** Ids from the root of the tree down to home. */
  lineage: readonly string[];
  scopes: ReadonlySet<string>;
}

/** An anonymous caller is a principal with neither credential, user nor home. */
export interface Principal {
  credential: Credential | null;
  user: PrincipalUser | null;
  home: Home | null;
}

/** A caller without a credential. */
export const anonymous: Principal = { credential: null, user: null, home: null };
