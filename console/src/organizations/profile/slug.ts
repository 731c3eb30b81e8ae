/** Slugs: their form, and the one that belongs to a name. The API decides; this only spares questions. */

const LENGTH_MIN = 3;
const LENGTH_MAX = 63;

/** Letters that are no letter of a to z with marks, and how they are written in a slug. */
const SPELLED: Readonly<Record<string, string>> = {
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

/** Whether a text has the form of a slug. */
export function isSlug(text: string): boolean {
  return (
    text.length >= LENGTH_MIN && text.length <= LENGTH_MAX && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text)
  );
}

/** The slug that a name suggests; it may be too short to be one. */
export function slugOfName(name: string): string {
  const letters = name.toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');
  const spelled = letters.replaceAll(/[^a-z0-9]/g, (letter) => SPELLED[letter] ?? '-');
  return trimmed(trimmed(spelled.replaceAll(/-+/g, '-')).slice(0, LENGTH_MAX));
}

/** What was typed into the field for slugs, as far as it can stand in one. */
export function slugTyped(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_]+/g, '-');
}

const trimmed = (text: string): string => text.replace(/^-/, '').replace(/-$/, '');
