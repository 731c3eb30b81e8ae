/** Looks up who a credential belongs to, and the organization that the request acts in. */
import { sql, type RawBuilder } from 'kysely';
import type { CallerOrganization, Credential, Principal } from '../authorization/principal.ts';
import type { Database } from '../database/connect.ts';
import { maybeOne, type Columns } from '../database/rows.ts';
import { RequestError, unauthenticated } from '../errors.ts';
import { addressOf, meetPerson } from './identity.ts';
import { createToken, tokenHash, type ParsedToken } from './secret.ts';
import type { SessionClaims } from './session.ts';

/** The caller, and the database's time when the credential was looked up. */
export interface Caller {
  principal: Principal;
  now: Date;
}

/** The parsed organization header: an id or a slug. */
export type OrganizationReference = { column: 'id' | 'slug'; value: string } | null;

/**
 * The organization does not exist, or the credential cannot act in it. Both get the same answer.
 */
export function cannotActThere(): RequestError {
  return new RequestError(
    'NOT_FOUND',
    'The organization header names no organization in which this credential can act.',
    {
      http: { status: 404 },
    },
  );
}

/** The person may act in the organization, but it or one of its ancestors is suspended. */
export function organizationSuspended(): RequestError {
  return new RequestError('FORBIDDEN', 'The organization that the header names is suspended.', {
    http: { status: 403 },
  });
}

/** Whether the organization with the alias `o`, or one of its ancestors, is suspended. */
export const suspendedAbove = sql<boolean>`exists (select from organizations a where a.id = any (o.lineage) and a.status = 'SUSPENDED')`;

/**
 * The scopes that these give, with those that they imply, as the database's `scopes_held`. A function
 * with a subquery is not inlined, and calling it takes half as long as all else in the statement of a
 * small query.
 */
export const scopesHeldInSql = (given: RawBuilder<unknown>): RawBuilder<string[]> => sql`array(
        select s.key from scopes as s
        where s.key = any (${given})
          or exists (select from scopes as g where g.key = any (${given}) and s.key = any (g.implies))
        order by s.position)`;

function callerOrganization(row: {
  organization_id: string;
  lineage: string[];
  scopes: string[];
}): CallerOrganization {
  return { id: row.organization_id, lineage: row.lineage, scopes: new Set(row.scopes) };
}

/** An API key that is valid, and its organization. */
interface KeyRow extends Columns<'api_keys', 'name' | 'expires_at' | 'organization_id'> {
  slug: string;
  lineage: string[];
  scopes: string[];
  suspended: boolean;
  now: Date;
}

/** The statement that looks up a valid API key. */
export function keyStatement(id: string, secretHash: Buffer): RawBuilder<KeyRow> {
  // The hash is part of the look-up, so that an existing id with a wrong secret costs the same as an
  // unknown id.
  return sql<KeyRow>`
    select k.name, k.expires_at, k.organization_id, o.slug, o.lineage,
      ${scopesHeldInSql(sql`k.scopes`)} as scopes, ${suspendedAbove} as suspended, now() as now
    from api_keys as k join organizations as o on o.id = k.organization_id
    where k.id = ${id}::uuid and k.secret_hash = ${secretHash} and k.revoked_at is null
      and (k.expires_at is null or k.expires_at > now()) and o.deleted_at is null`;
}

/** Looks up an API key. */
export async function apiKeyCaller(
  db: Database,
  { id, token }: ParsedToken,
  named: OrganizationReference,
): Promise<Caller> {
  const key = await maybeOne(db, keyStatement(id, tokenHash(token)));
  if (!key || key.suspended) throw unauthenticated();
  // The key determines its organization. The header may repeat it but not name another.
  if (named && named.value !== (named.column === 'id' ? key.organization_id : key.slug))
    throw cannotActThere();
  const credential = { kind: 'API_KEY', id, name: key.name, expiresAt: key.expires_at } as const;
  return {
    principal: { credential, user: null, organization: callerOrganization(key) },
    now: key.now,
  };
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Looks up credentials that do not exist, with the statements that every request uses. Rejects if
 * the database refuses them.
 */
export async function lookUpNobody(db: Database): Promise<void> {
  const answered = (error: unknown): void => {
    if (!(error instanceof RequestError)) throw error;
  };
  await apiKeyCaller(db, { kind: 'ak', id: NOBODY, token: createToken('ak', NOBODY) }, null).then(
    () => undefined,
    answered,
  );
  await tokenCaller(db, { kind: 'pat', id: NOBODY, token: createToken('pat', NOBODY) }, null).then(
    () => undefined,
    answered,
  );
}

/**
 * A person and, if the request names an organization that they are a native member of, that
 * organization.
 */
interface PersonRow extends Columns<'users', 'email' | 'canonical_email'> {
  user_id: string;
  user_name: string | null;
  organization_id: string | null;
  lineage: string[] | null;
  scopes: string[] | null;
  suspended: boolean | null;
  now: Date;
}

const personColumns = sql`
  u.id as user_id, u.email, u.canonical_email, u.name as user_name, acting.organization_id,
    acting.lineage, acting.scopes, acting.suspended, now() as now`;

/** The tables of `personColumns`: `people`, joined with the organization that the request names. */
function withOrganization(
  people: RawBuilder<unknown>,
  named: OrganizationReference,
): RawBuilder<unknown> {
  const isNamed = named ? sql`${sql.ref(`o.${named.column}`)} = ${named.value}` : sql`false`;
  return sql`${people} left join lateral (
    select m.organization_id, o.lineage, membership_scopes(m.id) as scopes, ${suspendedAbove} as suspended
    from memberships as m join organizations as o on o.id = m.organization_id
    where m.user_id = u.id and o.deleted_at is null and ${isNamed}
  ) as acting on true`;
}

function personCaller(
  credential: Credential,
  row: PersonRow,
  named: OrganizationReference,
): Caller {
  const { organization_id, lineage, scopes } = row;
  const isMember = organization_id !== null && lineage !== null && scopes !== null;
  if (named && !isMember) throw cannotActThere();
  if (row.suspended) throw organizationSuspended();
  const user = { id: row.user_id, verifiedEmail: row.canonical_email };
  return {
    principal: {
      credential,
      user,
      organization: isMember ? callerOrganization({ organization_id, lineage, scopes }) : null,
    },
    now: row.now,
  };
}

interface TokenRow extends PersonRow {
  name: string;
  expires_at: Date | null;
}

/** The statement that looks up a valid personal access token. */
export function tokenStatement(
  id: string,
  secretHash: Buffer,
  named: OrganizationReference,
): RawBuilder<TokenRow> {
  return sql<TokenRow>`
    select t.name, t.expires_at, ${personColumns}
    from ${withOrganization(sql`personal_access_tokens as t join users as u on u.id = t.user_id`, named)}
    where t.id = ${id}::uuid and t.secret_hash = ${secretHash} and t.revoked_at is null
      and (t.expires_at is null or t.expires_at > now())`;
}

/** Looks up a personal access token. */
export async function tokenCaller(
  db: Database,
  { id, token }: ParsedToken,
  named: OrganizationReference,
): Promise<Caller> {
  const row = await maybeOne(db, tokenStatement(id, tokenHash(token), named));
  if (!row) throw unauthenticated();
  return personCaller(
    { kind: 'PERSONAL_ACCESS_TOKEN', id, name: row.name, expiresAt: row.expires_at },
    row,
    named,
  );
}

/** The statement that looks up the user of a session. */
export function sessionStatement(
  { issuer, subject }: Pick<SessionClaims, 'issuer' | 'subject'>,
  named: OrganizationReference,
): RawBuilder<PersonRow> {
  const people = sql`user_identities as i join users as u on u.id = i.user_id`;
  return sql<PersonRow>`
    select ${personColumns} from ${withOrganization(people, named)}
      where i.issuer = ${issuer} and i.subject = ${subject}`;
}

/** Looks up the user of a session, who is created or updated as the identity provider says. */
export async function sessionCaller(
  db: Database,
  claims: SessionClaims,
  named: OrganizationReference,
): Promise<Caller> {
  const find = (): Promise<PersonRow | undefined> => maybeOne(db, sessionStatement(claims, named));
  let row = await find();
  if (!row || !isAsClaimed(row, claims)) {
    await meetPerson(db, claims);
    row = await find();
  }
  if (!row) throw unauthenticated();
  return personCaller(
    { kind: 'SESSION', id: claims.subject, name: null, expiresAt: claims.expiresAt },
    row,
    named,
  );
}

/** Whether the account matches what the identity provider says now. */
function isAsClaimed(row: PersonRow, claims: SessionClaims): boolean {
  const { shown, canonical } = addressOf(claims);
  return (
    row.email === shown &&
    row.canonical_email === canonical &&
    (claims.name === null || row.user_name === claims.name)
  );
}
