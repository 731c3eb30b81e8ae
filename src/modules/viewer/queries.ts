/** The caller as a row, for compiled statements. */
import { sql, type RawBuilder } from 'kysely';
import type { Viewer } from '../../database/loaders.ts';
import { publicIdInSql } from '../../database/id.ts';
import { isUsable } from '../organization/access-queries.ts';
import { organizationById } from '../organization/queries.ts';

/** Stands for "nobody" where a list of a user is asked for by an API key. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The caller. The row has the id of the user, so that lists of the caller's own user are lists of it. */
export function callerRow({
  principal: { credential, user, organization },
}: Viewer): RawBuilder<unknown> {
  return sql`
    select ${user?.id ?? NOBODY}::uuid as id, ${organization?.id ?? null}::uuid as organization_id,
      ${credential?.kind ?? null}::text as credential_kind, ${credential?.id ?? null}::text as credential_id,
      ${credential?.name ?? null}::text as credential_name, ${credential?.expiresAt ?? null}::timestamptz as credential_expires_at`;
}

/** The public id of the credential `parent`; a session has none. */
export function publicCredentialId({ principal: { credential } }: Viewer): RawBuilder<unknown> {
  if (credential?.kind === 'SESSION') return sql`null::text`;
  return publicIdInSql(
    credential?.kind === 'API_KEY' ? 'ApiKey' : 'PersonalAccessToken',
    sql`parent.id`,
  );
}

/** The scopes held in the caller's organization, in the order in which they were found: the catalog's. */
export function scopesInOrder({ principal }: Viewer): RawBuilder<unknown> {
  return sql`${[...(principal.organization?.scopes ?? [])]}::text[]`;
}

/** A question whether the caller may use a scope on an organization; null asks about their own. */
export interface UseOfScope {
  scope: string;
  organizationId: string | null;
}

/** Whether a scope is in the catalog. */
export function isInCatalog({ scope }: UseOfScope): RawBuilder<boolean> {
  return sql`exists (select from scopes as s where s.key = ${scope}::text)`;
}

/** Whether the caller may use a scope on an organization; false for what they may not see. */
export function mayUse(viewer: Viewer, { scope, organizationId }: UseOfScope): RawBuilder<unknown> {
  const id = organizationId ?? viewer.principal.organization?.id ?? null;
  const organization = organizationById.statement(viewer, sql`array[${id}]`, null);
  return sql`exists (select from (${organization}) as parent where ${isUsable(viewer, sql`${scope}::text`)})`;
}
