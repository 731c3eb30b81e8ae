/**
 * Recently accepted credentials. Thanks to them, a flood of bad credentials from one address does
 * not lock out the valid ones behind it.
 */
import { RecentMap } from './recent-map.ts';

/** The maximum number of credentials kept; the least recently used ones are dropped. */
const KEPT_MAX = 20_000;

/** Who a credential counts for. */
export interface KnownCredential {
  /** The key that the credential's budgets are counted under. */
  key: string;
  /** The key of the tree that it acts in, or of the credential if it acts in none. */
  tree: string;
}

/**
 * Stores what is known about an `Authorization` header, by its fingerprint. It is never used for
 * rights: every request is authenticated again.
 */
export class KnownCredentials {
  readonly #keys = new RecentMap<KnownCredential>(KEPT_MAX);

  /** Returns who the credential counts for; undefined if it was not accepted recently. */
  find(fingerprint: string): KnownCredential | undefined {
    return this.#keys.get(fingerprint);
  }

  /** Records that the credential was accepted. */
  add(fingerprint: string, credential: KnownCredential): void {
    const earlier = this.#keys.get(fingerprint);
    if (earlier?.key !== credential.key || earlier.tree !== credential.tree)
      this.#keys.set(fingerprint, credential);
  }

  /** Records that the credential was refused. */
  remove(fingerprint: string): void {
    this.#keys.delete(fingerprint);
  }
}
