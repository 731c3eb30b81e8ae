/** The caller as a row, for compiled statements. */
import { sql, type RawBuilder } from 'kysely';
import type { Viewer } from '../../database/loaders.ts';
import { publicIdInSql } from '../../database/id.ts';

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

/** The scopes held in the caller's organization, in the order of the catalog. */
export function scopesInOrder({ principal }: Viewer): RawBuilder<unknown> {
  const held = [...(principal.organization?.scopes ?? [])];
  return sql`array(select s.key from scopes as s where s.key = any (${held}::text[]) order by s.position)`;
}
