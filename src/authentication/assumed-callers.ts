/**
 * Who credentials belonged to when they were last looked up. Nothing rests on it: a request of an
 * assumed caller is answered by a statement that checks all of it (`proof.ts`).
 */
import { LRUCache } from 'lru-cache';
import type { Principal } from '../authorization/principal.ts';
import type { Proof } from './proof.ts';

/** The maximum number of credentials that are kept, some 2 kB each. */
const KEPT_MAX = 5_000;

/** Who a request is assumed to come from. */
export interface AssumedCaller {
  principal: Principal;
  /** What such a request proves its caller with; undefined for a session, which is verified anew. */
  proof: Proof | undefined;
}

/** The callers that requests are assumed to come from, by their headers. */
export class AssumedCallers {
  readonly #callers = new LRUCache<string, AssumedCaller>({ max: KEPT_MAX });

  /** Records who a request was found to come from, with these headers. */
  add(fingerprint: string, organization: string | null, caller: AssumedCaller): void {
    this.#callers.set(keyOf(fingerprint, organization), caller);
  }

  /** Records that such a request was refused. */
  remove(fingerprint: string, organization: string | null): void {
    this.#callers.delete(keyOf(fingerprint, organization));
  }

  /** Returns who such a request came from last; undefined if there was none lately. */
  find(fingerprint: string, organization: string | null): AssumedCaller | undefined {
    return this.#callers.get(keyOf(fingerprint, organization));
  }
}

/**
 * `fingerprint` is that of the `Authorization` header, `organization` the organization header, which
 * is refused if it is empty.
 */
function keyOf(fingerprint: string, organization: string | null): string {
  return organization === null ? fingerprint : `${fingerprint} ${organization}`;
}
