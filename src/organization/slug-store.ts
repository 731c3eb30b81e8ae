/** The rules for slugs: their form, and whether one can be taken. */
import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';

/** Why a slug cannot be taken. */
export type SlugProblem = 'INVALID' | 'RESERVED' | 'TAKEN';

const LENGTH_MIN = 3;
const LENGTH_MAX = 63;

/** Whether the text has the form of a slug: 3 to 63 of a-z, 0-9 and single hyphens between them. */
export function isSlug(text: string): boolean {
  return /^[a-z0-9](-?[a-z0-9])*$/.test(text) && text.length >= LENGTH_MIN && text.length <= LENGTH_MAX;
}

/** Letters that have no decomposition into one of a to z and marks, as they are written without them. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' };

const SUFFIX_LENGTH = 6;
const SUFFIX_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** What a name without a letter or digit of ASCII becomes, before its suffix. */
const NAMELESS = 'org';

/** The letters and digits of a name, in lower case and without accents, with single hyphens for everything between them. */
function folded(name: string): string {
  const plain = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]/g, (character) => PLAIN_LETTERS[character] ?? '-');
  return withoutOuterHyphens(plain.replaceAll(/-+/g, '-'));
}

function withoutOuterHyphens(text: string): string {
  return text.replace(/^-/, '').replace(/-$/, '');
}

/**
 * A slug made of a name. Without a suffix it is the folded name itself, or undefined where that is too short to be a
 * slug; with one, six random letters and digits tell it from others of the same name.
 */
export function slugOfName(name: string, withSuffix: boolean): string | undefined {
  const whole = folded(name);
  if (!withSuffix) {
    const slug = withoutOuterHyphens(whole.slice(0, LENGTH_MAX));
    return isSlug(slug) ? slug : undefined;
  }
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => SUFFIX_CHARACTERS.charAt(randomInt(SUFFIX_CHARACTERS.length))).join('');
  const stem = withoutOuterHyphens(whole.slice(0, LENGTH_MAX - SUFFIX_LENGTH - 1));
  return `${stem === '' ? NAMELESS : stem}-${suffix}`;
}

/**
 * Why a slug of good form cannot be taken now; null when it can. Slugs are unique over the platform, so this one
 * question reaches beyond the caller's subtree, and tells nothing else of who has it.
 */
export async function slugProblem(db: Database, slug: string): Promise<Exclude<SlugProblem, 'INVALID'> | null> {
  const { rows } = await sql<{ problem: 'RESERVED' | 'TAKEN' | null }>`select slug_problem(${slug}) as problem`.execute(db);
  return rows[0]?.problem ?? null;
}
