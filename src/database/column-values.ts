/**
 * How the values of columns are read from the texts that the server sends, where the driver's own
 * way is slow.
 */
import pg from 'pg';

/** `text[]`, `varchar[]` and `uuid[]`. */
const TEXT_ARRAYS: ReadonlySet<number> = new Set([1009, 1015, 2951]);
const TIMESTAMPTZ = 1184;

/** Whether a text of an array needs more than a split: quotes, inner arrays, bounds, or NULL. */
function isIntricate(text: string): boolean {
  return (
    text.charCodeAt(0) !== 0x7b || // "{"
    text.includes('"') ||
    text.lastIndexOf('{') > 0 ||
    text.includes('NULL')
  );
}

const driversArray = pg.types.getTypeParser(1009 as number) as (text: string) => (string | null)[];
const driversTime = pg.types.getTypeParser(TIMESTAMPTZ) as (text: string) => Date | number | null;

/**
 * The items of an array of texts or UUIDs. The driver's parser goes through a text character by
 * character, and a lineage stands in nearly every row.
 */
export function parseTexts(text: string): (string | null)[] {
  if (text === '{}') return [];
  return isIntricate(text) ? driversArray(text) : text.slice(1, -1).split(',');
}

/**
 * An instant, which the server sends in UTC; those that JavaScript writes otherwise are left to the
 * driver.
 */
export function parseInstant(text: string): Date | number | null {
  const isPlain = text[4] === '-' && text[10] === ' ' && text.endsWith('+00');
  return isPlain ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : driversTime(text);
}

/** The parsers of a connection, by the OID of a type. */
export const columnValues: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary' && TEXT_ARRAYS.has(oid)) return parseTexts;
    if (format !== 'binary' && oid === TIMESTAMPTZ) return parseInstant;
    return pg.types.getTypeParser(oid, format);
  }) as pg.CustomTypesConfig['getTypeParser'],
};
