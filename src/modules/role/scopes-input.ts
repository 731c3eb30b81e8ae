/** Resolves the scopes in inputs. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many } from '../../database/rows.ts';
import { badInput } from '../../errors.ts';

const SCOPES_MAX = 50;

/**
 * Returns the scopes without duplicates, in the order of the catalog. Refuses a list that is too
 * long or names an unknown scope.
 */
export async function requireScopes(
  tx: Database,
  scopes: readonly string[],
  argument = 'scopes',
): Promise<string[]> {
  if (scopes.length > SCOPES_MAX)
    throw badInput(argument, `must name at most ${SCOPES_MAX} scopes`);
  const rows = await many(tx, sql<{ key: string }>`select key from scopes order by position`);
  const catalog = rows.map((row) => row.key);
  const unknown = scopes.find((scope) => !catalog.includes(scope));
  if (unknown !== undefined)
    throw badInput(argument, 'must name scopes of the catalog (see Query.scopes)');
  return catalog.filter((scope) => scopes.includes(scope));
}
