/** From the request's headers to a principal: one statement, nothing remembered between requests. */
import { sql } from 'kysely';
import { PublicError, badInput, unauthenticated } from '../errors.ts';
import { parseId } from '../ids.ts';
import { anonymous, type Home, type Principal } from '../access/principal.ts';
import type { Database } from '../database/connect.ts';
import { isTokenOf, parseToken, type ParsedToken } from './secret.ts';

export interface Authenticator {
  db: Database;
  /** Name of the header that names the organization to act in. */
  organizationHeader: string;
  /** Told of every credential that was accepted. */
  used(kind: 'API_KEY' | 'PERSONAL_ACCESS_TOKEN', id: string): void;
}

/**
 * Who is calling. No `Authorization` header: anonymous. A credential that is malformed, unknown, expired, revoked or
 * of a suspended organization: `UNAUTHENTICATED`. An organization header that is malformed or names an organization
 * in which the credential cannot act: `BAD_USER_INPUT` or `NOT_FOUND`.
 */
export async function authenticate({ db, organizationHeader, used }: Authenticator, headers: Headers): Promise<Principal> {
  const authorization = headers.get('authorization');
  if (authorization === null) return anonymous;
  const [, bearer] = /^Bearer ([^\s]+)$/i.exec(authorization) ?? [];
  const token = bearer === undefined ? undefined : parseToken(bearer);
  // A session token (JWT) will be told apart here by its form and verified by an issuer of its own.
  if (!token) throw unauthenticated();
  const named = organizationReference(headers.get(organizationHeader), organizationHeader);
  const principal = token.kind === 'ak' ? await apiKeyPrincipal(db, token, named) : await personPrincipal(db, token, named);
  if (principal.credential) used(token.kind === 'ak' ? 'API_KEY' : 'PERSONAL_ACCESS_TOKEN', token.id);
  return principal;
}

/** What an organization header says: an id or a slug. */
type OrganizationReference = { column: 'id' | 'slug'; value: string } | null;

function organizationReference(value: string | null, header: string): OrganizationReference {
  if (value === null) return null;
  const parsed = parseId(value);
  if (parsed?.type === 'Organization') return { column: 'id', value: parsed.uuid };
  // A header sent twice arrives joined by commas and ends here as well.
  if (!/^[a-z0-9](-?[a-z0-9])*$/.test(value) || value.length < 3 || value.length > 63) {
    throw badInput(header, 'must be sent once, with the id or the slug of one organization');
  }
  return { column: 'slug', value };
}

/** The same answer for an organization that does not exist and for one in which the credential cannot act. */
function cannotActThere(): PublicError {
  return new PublicError('NOT_FOUND', 'The organization header names no organization in which this credential can act.', {
    http: { status: 404 },
  });
}

const suspended = sql<boolean>`exists (select from organizations a where a.id = any (o.lineage) and a.status = 'SUSPENDED')`;

function homeOf(row: { organization_id: string; lineage: string[]; scopes: string[] }): Home {
  return { id: row.organization_id, lineage: row.lineage, scopes: new Set(row.scopes) };
}

async function apiKeyPrincipal(db: Database, { id, token }: ParsedToken, named: OrganizationReference): Promise<Principal> {
  const key = await db
    .selectFrom('api_keys as k')
    .innerJoin('organizations as o', 'o.id', 'k.organization_id')
    .select(['k.name', 'k.secret_hash', 'k.expires_at', 'k.organization_id', 'o.slug', 'o.lineage'])
    .select([sql<string[]>`scopes_held(k.scopes)`.as('scopes'), suspended.as('suspended')])
    .where('k.id', '=', id)
    .where('k.revoked_at', 'is', null)
    .where((eb) => eb.or([eb('k.expires_at', 'is', null), eb('k.expires_at', '>', sql<Date>`now()`)]))
    .where('o.deleted_at', 'is', null)
    .executeTakeFirst();
  if (!key || !isTokenOf(token, key.secret_hash) || key.suspended) throw unauthenticated();
  // The key names its organization; a header may repeat it and nothing else.
  if (named && named.value !== (named.column === 'id' ? key.organization_id : key.slug)) throw cannotActThere();
  return { credential: { kind: 'API_KEY', id, name: key.name, expiresAt: key.expires_at }, user: null, home: homeOf(key) };
}

async function personPrincipal(db: Database, { id, token }: ParsedToken, named: OrganizationReference): Promise<Principal> {
  const row = await db
    .selectFrom('personal_access_tokens as t')
    .innerJoin('users as u', 'u.id', 't.user_id')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('memberships as m')
          .innerJoin('organizations as o', 'o.id', 'm.organization_id')
          .select(['m.organization_id', 'o.lineage', sql<string[]>`membership_scopes(m.id)`.as('scopes'), suspended.as('suspended')])
          .whereRef('m.user_id', '=', 'u.id')
          .where('o.deleted_at', 'is', null)
          .where(named ? sql<boolean>`${sql.ref(`o.${named.column}`)} = ${named.value}` : sql<boolean>`false`)
          .as('home'),
      (join) => join.onTrue(),
    )
    .select(['t.name', 't.secret_hash', 't.expires_at', 't.user_id', 'u.canonical_email', 'u.email_verified'])
    .select(['home.organization_id', 'home.lineage', 'home.scopes', 'home.suspended'])
    .where('t.id', '=', id)
    .where('t.revoked_at', 'is', null)
    .where((eb) => eb.or([eb('t.expires_at', 'is', null), eb('t.expires_at', '>', sql<Date>`now()`)]))
    .executeTakeFirst();
  if (!row || !isTokenOf(token, row.secret_hash)) throw unauthenticated();
  const { organization_id, lineage, scopes } = row;
  if (named && (organization_id === null || lineage === null || scopes === null)) throw cannotActThere();
  if (row.suspended) throw new PublicError('FORBIDDEN', 'The organization that the header names is suspended.', { http: { status: 403 } });
  return {
    credential: { kind: 'PERSONAL_ACCESS_TOKEN', id, name: row.name, expiresAt: row.expires_at },
    user: { id: row.user_id, verifiedEmail: row.email_verified ? row.canonical_email : null },
    home: organization_id !== null && lineage !== null && scopes !== null ? homeOf({ organization_id, lineage, scopes }) : null,
  };
}
