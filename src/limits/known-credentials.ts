/** Credentials that were accepted not long ago, so that a flood of bad ones from one address shuts out nobody behind it. */
import { hash } from 'node:crypto';
import { RecentMap } from './recent-map.ts';

/** Credentials remembered; those unused for longest make room. */
const KEPT_MAX = 20_000;

/** What is remembered of an `Authorization` header. Never who it is for rights: every request is authenticated anew. */
export class KnownCredentials {
  readonly #keys = new RecentMap<string>(KEPT_MAX);

  /** What a header is remembered under; the header itself is not kept. */
  fingerprint(authorization: string): string {
    return hash('sha256', authorization, 'base64url');
  }

  /** The key that the credential's budgets are counted under; undefined when it was not accepted lately. */
  find(fingerprint: string): string | undefined {
    return this.#keys.get(fingerprint);
  }

  /** It was accepted. */
  add(fingerprint: string, key: string): void {
    if (this.#keys.get(fingerprint) !== key) this.#keys.set(fingerprint, key);
  }

  /** It was refused. */
  remove(fingerprint: string): void {
    this.#keys.delete(fingerprint);
  }
}
