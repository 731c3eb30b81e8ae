/** Credentials that were accepted not long ago, so that a flood of bad ones from one address shuts out nobody behind it. */
import { hash } from 'node:crypto';

/** Credentials remembered; the one that was used longest ago makes room. */
const KEPT_MAX = 20_000;

/** What is remembered of an `Authorization` header. Never who it is for rights: every request is authenticated anew. */
export class KnownCredentials {
  readonly #keys = new Map<string, string>();

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
    this.#keys.delete(fingerprint);
    this.#keys.set(fingerprint, key);
    if (this.#keys.size <= KEPT_MAX) return;
    const [oldest] = this.#keys.keys();
    if (oldest !== undefined) this.#keys.delete(oldest);
  }

  /** It was refused. */
  remove(fingerprint: string): void {
    this.#keys.delete(fingerprint);
  }
}
