/** Credentials that were accepted not long ago, so that a flood of bad ones from one address shuts out nobody behind it. */
import { hash } from 'node:crypto';
import { RecentMap } from './recent-map.ts';

/** Credentials remembered; those unused for longest make room. */
const KEPT_MAX = 20_000;

/** Whom a credential is counted for. */
export interface KnownCredential {
  /** Key that the credential's budgets are counted under. */
  key: string;
  /** Key of the tree that it acts in; of the credential where it acts in none. */
  tree: string;
}

/** What is remembered of an `Authorization` header. Never who it is for rights: every request is authenticated anew. */
export class KnownCredentials {
  readonly #keys = new RecentMap<KnownCredential>(KEPT_MAX);

  /** What a header is remembered under; the header itself is not kept. */
  fingerprint(authorization: string): string {
    return hash('sha256', authorization, 'base64url');
  }

  /** Whom the credential is counted for; undefined when it was not accepted lately. */
  find(fingerprint: string): KnownCredential | undefined {
    return this.#keys.get(fingerprint);
  }

  /** It was accepted. */
  add(fingerprint: string, credential: KnownCredential): void {
    const known = this.#keys.get(fingerprint);
    if (known?.key !== credential.key || known.tree !== credential.tree) this.#keys.set(fingerprint, credential);
  }

  /** It was refused. */
  remove(fingerprint: string): void {
    this.#keys.delete(fingerprint);
  }
}
