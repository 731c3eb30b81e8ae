/** What somebody signs in with. It is held in memory, and a reload forgets it. */
export interface Credential {
  /** The value of `Authorization: Bearer`. */
  token: string;
  /** Gets another one where the identity provider allows it; absent for tokens and keys. */
  renew?: (() => Promise<Credential | undefined>) | undefined;
}

/** Why a session is over. */
export type EndOfSession = 'refused' | 'signed-out';
