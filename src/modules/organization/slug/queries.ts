/** The rules for slugs: their form, and whether one can be taken. */
import { sql } from 'kysely';
import type { Database } from '../../../database/connect.ts';
import { one } from '../../../database/rows.ts';

/** Why a slug cannot be taken. */
export type SlugProblem = 'INVALID' | 'RESERVED' | 'TAKEN';

/** Whether the text has the form of a slug: 3 to 63 of a-z, 0-9 and single hyphens between them. */
export function isSlug(text: string): boolean {
  return /^[a-z0-9](-?[a-z0-9])*$/.test(text) && text.length >= 3 && text.length <= 63;
}

/**
 * Why a slug of good form cannot be taken now; null when it can. Slugs are unique over the platform, so this one
 * question reaches beyond the caller's subtree, and tells nothing else of who has it.
 */
export async function slugProblem(db: Database, slug: string): Promise<Exclude<SlugProblem, 'INVALID'> | null> {
  const { problem } = await one(db, sql<{ problem: 'RESERVED' | 'TAKEN' | null }>`select slug_problem(${slug}) as problem`);
  return problem;
}
