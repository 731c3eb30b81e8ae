/**
 * Authenticates a request: from its headers to a principal, in one statement that also returns the
 * database's time. Nothing is cached between requests.
 */
import { badInput, unauthenticated } from '../errors.ts';
import { parseId } from '../values/ids.ts';
import { anonymous } from '../authorization/principal.ts';
import type { DatabaseClock } from '../database/clock.ts';
import type { Database } from '../database/connect.ts';
import {
  apiKeyCaller,
  sessionCaller,
  tokenCaller,
  type Caller,
  type OrganizationReference,
} from './callers.ts';
import { addressOf } from './identity.ts';
import type { Proof } from './proof.ts';
import { parseToken, tokenHash } from './secret.ts';
import { isSessionToken, type Sessions } from './session.ts';

export interface Authenticator {
  db: Database;
  /** Name of the header that names the organization to act in. */
  organizationHeader: string;
  /** Verifies sessions; absent when no identity provider is configured. */
  sessions: Sessions | undefined;
  /** Supplies the time if no statement ran, and is updated by those that did. */
  clock: DatabaseClock;
  /** Called for every API key and token that was accepted. */
  used(kind: 'API_KEY' | 'PERSONAL_ACCESS_TOKEN', id: string, at: Date): void;
}

/**
 * Authenticates the caller. Without an `Authorization` header, the caller is anonymous.
 *
 * Throws `UNAUTHENTICATED` for a credential that is malformed, unknown, expired, revoked or of a
 * suspended organization. Throws `BAD_USER_INPUT` or `NOT_FOUND` for an organization header that is
 * malformed or names an organization in which the credential cannot act.
 */
export async function authenticate(
  { db, organizationHeader, sessions, clock, used }: Authenticator,
  headers: Headers,
): Promise<Caller> {
  const authorization = headers.get('authorization');
  if (authorization === null) return { principal: anonymous, now: clock.now() };
  const bearer = bearerOf(authorization);
  const token = parseToken(bearer);
  if (token) {
    const named = organizationReference(headers.get(organizationHeader), organizationHeader);
    const caller =
      token.kind === 'ak'
        ? await apiKeyCaller(db, token, named)
        : await tokenCaller(db, token, named);
    clock.note(caller.now);
    used(token.kind === 'ak' ? 'API_KEY' : 'PERSONAL_ACCESS_TOKEN', token.id, caller.now);
    return caller;
  }
  if (!sessions || !isSessionToken(bearer)) throw unauthenticated();
  const claims = await sessions.verify(bearer, clock.now());
  const caller = await sessionCaller(
    db,
    claims,
    organizationReference(headers.get(organizationHeader), organizationHeader),
  );
  clock.note(caller.now);
  return caller;
}

/** The token of an `Authorization` header. */
function bearerOf(authorization: string): string {
  const [, bearer] = /^Bearer ([^\s]+)$/i.exec(authorization) ?? [];
  if (bearer === undefined) throw unauthenticated();
  return bearer;
}

/**
 * What a request with an API key or a personal access token proves its caller with; undefined for a
 * session. The headers are well-formed.
 */
export function tokenProof(
  authorization: string,
  organization: string | null,
  organizationHeader: string,
): Proof | undefined {
  const bearer = bearerOf(authorization);
  if (!parseToken(bearer)) return undefined;
  const named = organizationReference(organization, organizationHeader);
  return { secretHash: tokenHash(bearer), person: null, named };
}

/** What a session proves its caller with. Throws what `authenticate` throws about the session. */
export async function sessionProof(
  { organizationHeader, sessions, clock }: Authenticator,
  authorization: string,
  organization: string | null,
): Promise<Proof> {
  if (!sessions) throw unauthenticated();
  const claims = await sessions.verify(bearerOf(authorization), clock.now());
  const { issuer, subject, name } = claims;
  const { shown: email, canonical } = addressOf(claims);
  const person = { issuer, subject, email, canonical, name };
  const named = organizationReference(organization, organizationHeader);
  return { secretHash: null, person, named };
}

function organizationReference(value: string | null, header: string): OrganizationReference {
  if (value === null) return null;
  const parsed = parseId(value);
  if (parsed?.type === 'Organization') return { column: 'id', value: parsed.uuid };
  // A header that is sent twice arrives joined by commas, and is refused here too.
  if (!/^[a-z0-9](-?[a-z0-9])*$/.test(value) || value.length < 3 || value.length > 63) {
    throw badInput(header, 'must be sent once, with the id or the slug of one organization');
  }
  return { column: 'slug', value };
}
