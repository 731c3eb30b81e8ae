/** The rules for slugs: their form, and whether one is available. */
import { randomInt } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../../database/connect.ts';
import { one } from '../../../database/rows.ts';

/** Why a slug is not available. */
export type SlugProblem = 'INVALID' | 'RESERVED' | 'TAKEN';

const LENGTH_MIN = 3;
const LENGTH_MAX = 63;

/** Whether the text is a well-formed slug: 3 to 63 of a-z, 0-9 and single hyphens between them. */
export function isSlug(text: string): boolean {
  return (
    /^[a-z0-9](-?[a-z0-9])*$/.test(text) && text.length >= LENGTH_MIN && text.length <= LENGTH_MAX
  );
}

/** Letters that Unicode does not decompose into a letter of a to z and marks, and what replaces them. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

const SUFFIX_LENGTH = 6;
const SUFFIX_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The slug, before its suffix, of a name without any letter or digit that can be used. */
const NAMELESS = 'org';

/**
 * Returns the letters and digits of a name in lower case, without accents, and with single hyphens
 * between them.
 */
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
 * Derives a slug from a name. Without a suffix it is the folded name itself; undefined if that is
 * too short. The suffix is six random letters and digits, which distinguish it from others of the
 * same name.
 */
export function slugOfName(name: string, withSuffix: boolean): string | undefined {
  const whole = folded(name);
  if (!withSuffix) {
    const slug = withoutOuterHyphens(whole.slice(0, LENGTH_MAX));
    return isSlug(slug) ? slug : undefined;
  }
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () =>
    SUFFIX_CHARACTERS.charAt(randomInt(SUFFIX_CHARACTERS.length)),
  ).join('');
  const stem = withoutOuterHyphens(whole.slice(0, LENGTH_MAX - SUFFIX_LENGTH - 1));
  return `${stem === '' ? NAMELESS : stem}-${suffix}`;
}

/**
 * Returns why a well-formed slug is not available; null if it is. Slugs are unique across the
 * platform, so this check reaches beyond the caller's subtree. It reveals nothing else about who
 * has the slug.
 */
export async function slugProblem(
  db: Database,
  slug: string,
): Promise<Exclude<SlugProblem, 'INVALID'> | null> {
  const { problem } = await one(
    db,
    sql<{ problem: 'RESERVED' | 'TAKEN' | null }>`select slug_problem(${slug}) as problem`,
  );
  return problem;
}

/** A slug that is asked about, and whether it is well-formed. */
export interface AskedSlug {
  slug: string;
  isWellFormed: boolean;
}

/** The same as a row with `slug` and `reason`, of any slug. */
export function slugAvailability({ slug, isWellFormed }: AskedSlug): RawBuilder<unknown> {
  const reason = isWellFormed ? sql`slug_problem(${slug}::text)` : sql`'INVALID'`;
  return sql`select ${slug}::text as slug, ${reason} as reason`;
}

/** Whether the slug of the row `parent` is available. */
export const isAvailable = sql<boolean>`parent.reason is null`;
