/**
 * Authenticates a caller within the statement of a query, instead of by one of its own
 * (docs/compiler.md). The caller is assumed to be who the credential belonged to when it was last
 * looked up, and the statement answers only if all of that still holds.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Principal } from '../authorization/principal.ts';
import {
  keyStatement,
  sessionStatement,
  tokenStatement,
  type OrganizationReference,
} from './callers.ts';

/** The person of a session, as the identity provider describes them. */
export interface ClaimedPerson {
  issuer: string;
  subject: string;
  /** The address as it is shown. */
  email: string;
  /** The address in its canonical form; null if it is not verified. */
  canonical: string | null;
  /** The name; null if the session does not tell it. */
  name: string | null;
}

/** What a request proves its caller with. */
export interface Proof {
  /** The hash of the secret of an API key or a personal access token; null for a session. */
  secretHash: Buffer | null;
  /** The person of a session; null for other credentials. */
  person: ClaimedPerson | null;
  /** The organization header. That of an API key was compared before: ids and slugs never change. */
  named: OrganizationReference;
}

/** The lineage and the scopes of the organization that a request acts in, as arrays. */
export interface Rights {
  lineage: readonly string[];
  scopes: readonly string[];
}

/**
 * The condition that the credential is valid and belongs to `principal`, with the same rights, names
 * and times. Whatever `authenticate` puts into a principal is compared.
 */
export function provesCaller(
  principal: Principal,
  rights: Rights | null,
  proof: Proof,
): RawBuilder<boolean> {
  const { credential, user, organization } = principal;
  const found = credential && statementOf(principal, proof);
  if (!found) return sql<boolean>`false`;
  const { person } = proof;
  const conditions = [
    sql`c.suspended is not true`,
    isSame('organization_id', organization?.id ?? null, 'uuid'),
    isSame('lineage', rights?.lineage ?? null, 'uuid[]'),
    isSame('scopes', rights?.scopes ?? null, 'text[]'),
  ];
  if (user)
    conditions.push(
      isSame('user_id', user.id, 'uuid'),
      isSame('canonical_email', user.verifiedEmail, 'text'),
    );
  if (person) {
    conditions.push(
      isSame('email', person.email, 'text'),
      isSame('canonical_email', person.canonical, 'text'),
    );
    if (person.name !== null) conditions.push(isSame('user_name', person.name, 'text'));
  } else
    conditions.push(
      isSame('name', credential.name, 'text'),
      // Times in the process have milliseconds.
      sql`date_trunc('milliseconds', c.expires_at) is not distinct from ${credential.expiresAt}::timestamptz`,
    );
  return sql<boolean>`exists (select from (${found}) as c where ${sql.join(conditions, sql` and `)})`;
}

function statementOf(
  { credential }: Principal,
  { secretHash, person, named }: Proof,
): RawBuilder<unknown> | undefined {
  if (!credential) return undefined;
  if (credential.kind === 'SESSION') return person ? sessionStatement(person, named) : undefined;
  if (!secretHash) return undefined;
  return credential.kind === 'API_KEY'
    ? keyStatement(credential.id, secretHash)
    : tokenStatement(credential.id, secretHash, named);
}

function isSame(column: string, value: unknown, type: 'uuid' | 'text' | 'uuid[]' | 'text[]') {
  return sql`${sql.ref(`c.${column}`)} is not distinct from ${value}::${sql.raw(type)}`;
}
