/** The rules for slugs: their form, and whether one is available. */
import { sql } from 'kysely';
import type { Database } from '../../../database/connect.ts';
import { one } from '../../../database/rows.ts';

/** Why a slug is not available. */
export type SlugProblem = 'INVALID' | 'RESERVED' | 'TAKEN';

/** Whether the text is a well-formed slug: 3 to 63 of a-z, 0-9 and single hyphens between them. */
export function isSlug(text: string): boolean {
  return /^[a-z0-9](-?[a-z0-9])*$/.test(text) && text.length >= 3 && text.length <= 63;
}

/**
 * Returns why a well-formed slug is not available; null if it is. Slugs are unique across the
 * platform, so this check reaches beyond the caller's subtree. It reveals nothing else about who
 * has the slug.
 */
export async function slugProblem(db: Database, slug: string): Promise<Exclude<SlugProblem, 'INVALID'> | null> {
  const { problem } = await one(db, sql<{ problem: 'RESERVED' | 'TAKEN' | null }>`select slug_problem(${slug}) as problem`);
  return problem;
}
