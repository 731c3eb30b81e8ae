/** Rows that more than one noun's samples need. */
import { sql } from 'kysely';
import { tokenHash } from '../../src/authentication/secret.ts';
import { one } from '../../src/database/rows.ts';
import { encodeId } from '../../src/values/ids.ts';
import type { Ground } from './sample.ts';

let made = 0;
/** A word that no sample had before; it is a valid slug, name and key. */
export const unique = (): string => `sample${++made}`;

/** An address that no sample had before. */
export const address = (): string => `${unique()}@samples.example`;

/** Adds an organization below that of the ground and returns its UUID. */
export async function plantOrganization(
  { database: { db }, organization }: Ground,
  { parent = organization, status = 'ACTIVE' } = {},
): Promise<string> {
  const { id } = await one(
    db,
    sql<{ id: string }>`
      insert into organizations (slug, name, parent_id, status) values (${unique()}, 'Sample', ${parent}::uuid, ${status})
      returning id`,
  );
  return id;
}

/** The public id of the organization of a ground, as most inputs name it. */
export const ofGround = ({ organization }: Ground): { organizationId: string } => ({
  organizationId: encodeId('Organization', organization),
});

/** Adds an API key of the ground's organization and returns its UUID. */
export async function plantApiKey(
  { database: { db }, organization }: Ground,
  scopes: readonly string[] = [],
): Promise<string> {
  const { id } = await one(
    db,
    sql<{ id: string }>`
      insert into api_keys (organization_id, name, secret_hash, preview, scopes)
      values (${organization}::uuid, 'sample', ${tokenHash(unique())}, 'ak_…', ${scopes}::text[]) returning id`,
  );
  return id;
}
