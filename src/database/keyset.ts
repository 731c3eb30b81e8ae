/**
 * Keyset pagination: page arguments, cursors, and the SQL that reads one page in either direction.
 */
import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import { badInput } from '../errors.ts';

export const PAGE_SIZE_DEFAULT = 25;
export const PAGE_SIZE_MAX = 100;

/** The page arguments of the Relay specification, as the client sent them. */
export interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/** The values that a row is sorted by in its order, as text. */
export type SortKeys = readonly string[];

/**
 * Validated page arguments: at most `limit` rows between `after` and `before`, from the start or,
 * backward, from the end.
 */
export interface Page {
  limit: number;
  backward: boolean;
  after: SortKeys | null;
  before: SortKeys | null;
}

/**
 * Validates page arguments. `list` names the list and its order; a cursor from any other list is
 * refused.
 */
export function pageOf({ first, after, last, before }: PageArguments, list: string): Page {
  return {
    ...sizeOf({ first, last }),
    after: after == null ? null : decodeCursor(after, list, 'after'),
    before: before == null ? null : decodeCursor(before, list, 'before'),
  };
}

/** Like `pageOf`, but does not check that the cursors are of the list: the statement has to. */
export function uncheckedPageOf({ first, after, last, before }: PageArguments): Page {
  return {
    ...sizeOf({ first, last }),
    after: after == null ? null : sortKeysOfCursor(after, 'after').sortKeys,
    before: before == null ? null : sortKeysOfCursor(before, 'before').sortKeys,
  };
}

function sizeOf({
  first,
  last,
}: Pick<PageArguments, 'first' | 'last'>): Pick<Page, 'limit' | 'backward'> {
  if (first != null && last != null) throw badInput('last', 'cannot be combined with "first"');
  const [argument, size] =
    last != null ? (['last', last] as const) : (['first', first ?? PAGE_SIZE_DEFAULT] as const);
  if (size < 1 || size > PAGE_SIZE_MAX)
    throw badInput(argument, `must be between 1 and ${PAGE_SIZE_MAX}`);
  return { limit: size, backward: last != null };
}

const CURSOR_LENGTH_MAX = 2_000;
const TAG_BYTES = 8;

/**
 * Binds sort keys to their list, so that a modified cursor, or one from another list, is refused.
 */
function tag(list: string, sortKeysText: string): Buffer {
  return createHash('sha256').update(`${list}\0${sortKeysText}`).digest().subarray(0, TAG_BYTES);
}

/** Encodes an opaque cursor. It contains only the row's own sort keys. */
export function encodeCursor(sortKeys: SortKeys, list: string): string {
  const text = JSON.stringify(sortKeys);
  return Buffer.concat([tag(list, text), Buffer.from(text)]).toString('base64url');
}

function decodeCursor(cursor: string, list: string, argument: string): SortKeys {
  const { sortKeys, text, given } = sortKeysOfCursor(cursor, argument);
  if (!given.equals(tag(list, text))) throw notOfThisList(argument);
  return sortKeys;
}

/** The sort keys in a cursor, with their text and the tag that binds it to a list. */
function sortKeysOfCursor(
  cursor: string,
  argument: string,
): { sortKeys: SortKeys; text: string; given: Buffer } {
  const bytes = Buffer.from(cursor.slice(0, CURSOR_LENGTH_MAX), 'base64url');
  const text = bytes.subarray(TAG_BYTES).toString();
  const sortKeys =
    bytes.length > TAG_BYTES && bytes.toString('base64url') === cursor
      ? sortKeysIn(text)
      : undefined;
  if (!sortKeys) throw notOfThisList(argument);
  return { sortKeys, text, given: bytes.subarray(0, TAG_BYTES) };
}

function notOfThisList(argument: string): Error {
  return badInput(argument, 'must be a cursor that this list returned in this order');
}

/**
 * Returns the sort keys in a cursor's text, or undefined if there is none. The tag is not secret, so
 * the text may contain anything.
 */
function sortKeysIn(text: string): SortKeys | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isKey = (key: unknown): boolean =>
    typeof key === 'string' && key.isWellFormed() && !key.includes('\0');
  return Array.isArray(value) && value.length > 0 && value.every(isKey)
    ? (value as SortKeys)
    : undefined;
}

/**
 * How PostgreSQL writes a value of each sort key's type. A value that matches but is invalid, such
 * as 31 June, is refused by PostgreSQL.
 */
const KEY_FORMS = {
  text: /^/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  timestamptz: /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d){0,2}$/,
  numeric: /^-?\d{1,100}(\.\d{1,100})?$/,
};

/**
 * Refuses a page whose cursors do not contain one value of each of these types. A key that is not a
 * text stands for those of later requests, which are checked with each of them.
 */
export function requireSortKeys(
  page: Pick<Page, 'after' | 'before'>,
  types: readonly (keyof typeof KEY_FORMS)[],
): void {
  for (const argument of ['after', 'before'] as const) {
    const sortKeys = page[argument];
    if (!sortKeys) continue;
    const isKey = (key: unknown, type: keyof typeof KEY_FORMS): boolean =>
      typeof key !== 'string' || KEY_FORMS[type].test(key);
    const fits =
      sortKeys.length === types.length &&
      types.every((type, index) => isKey(sortKeys[index], type));
    if (!fits) throw notOfThisList(argument);
  }
}

/**
 * The columns that order a list. All have the same direction; the last one makes the order total.
 */
export interface SortOrder {
  keys: readonly { expression: RawBuilder<unknown>; type: keyof typeof KEY_FORMS }[];
  descending?: boolean;
}

/** The SQL expression of a row's sort keys, to be selected as `sort_keys`. */
export function sortKeysOf(order: SortOrder): RawBuilder<string[]> {
  return sql`array[${sql.join(order.keys.map((key) => sql`(${key.expression})::text`))}]`;
}

/**
 * The conditions that restrict a query to rows after `after` and before `before`. Refuses sort keys
 * that are invalid in this order.
 */
export function between(order: SortOrder, page: Page): RawBuilder<unknown>[] {
  const keys = sql.join(order.keys.map((key) => key.expression));
  requireSortKeys(
    page,
    order.keys.map(({ type }) => type),
  );
  const values = (sortKeys: SortKeys): RawBuilder<unknown> =>
    sql.join(order.keys.map((key, index) => sql`${sortKeys[index]}::${sql.raw(key.type)}`));
  const conditions: RawBuilder<unknown>[] = [];
  const [behind, ahead] = order.descending ? [sql`<`, sql`>`] : [sql`>`, sql`<`];
  if (page.after) conditions.push(sql`(${keys}) ${behind} (${values(page.after)})`);
  if (page.before) conditions.push(sql`(${keys}) ${ahead} (${values(page.before)})`);
  return conditions;
}

/**
 * The rows of a page. `select` (columns, tables and conditions) is read from the page's own end,
 * with one extra row that tells whether there is another page, and put in the order of the list.
 */
export function pageQuery(
  select: { columns: RawBuilder<unknown>; rest: RawBuilder<unknown> },
  order: SortOrder,
  page: Page,
): RawBuilder<unknown> {
  const down = Boolean(order.descending) !== page.backward;
  const direction = down ? sql` desc` : sql``;
  const reading = sql`order by ${sql.join(order.keys.map((key) => sql`${key.expression}${direction}`))} limit ${sql.lit(page.limit + 1)}`;
  if (!page.backward)
    return sql`select ${select.columns}, ${sortKeysOf(order)} as sort_keys ${select.rest} ${reading}`;
  const names = order.keys.map((_, index) => sql.ref(`sort_${index}`));
  const keys = sql.join(order.keys.map((key, index) => sql`${key.expression} as ${names[index]}`));
  const listing = sql.join(
    names.map((name) => (order.descending ? sql`page.${name} desc` : sql`page.${name}`)),
  );
  return sql`
    select page.* from (
      select ${select.columns}, ${sortKeysOf(order)} as sort_keys, ${keys} ${select.rest} ${reading}
    ) as page order by ${listing}`;
}

/** The rows of a page in the order of the list, and whether there are more on either side. */
export interface PageRows<Row> {
  rows: readonly Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/**
 * Creates a page from the rows of a page query. The extra row, if there is one, is at the far end.
 */
export function pageRows<Row>(rows: readonly Row[], page: Page): PageRows<Row> {
  const more = rows.length > page.limit;
  return page.backward
    ? {
        rows: more ? rows.slice(1) : rows,
        hasNextPage: page.before !== null,
        hasPreviousPage: more,
      }
    : {
        rows: more ? rows.slice(0, -1) : rows,
        hasNextPage: more,
        hasPreviousPage: page.after !== null,
      };
}

/** The cursor of a row, as `encodeCursor` makes it; `list` is a text, `sortKeys` an array of texts. */
export function cursorInSql(
  list: RawBuilder<unknown>,
  sortKeys: RawBuilder<unknown>,
): RawBuilder<string> {
  const text = sql`convert_to(array_to_json(${sortKeys})::text, 'UTF8')`;
  const tagged = sql`substr(sha256(convert_to(${list}, 'UTF8') || '\\x00'::bytea || ${text}), 1, ${sql.lit(TAG_BYTES)}) || ${text}`;
  return sql<string>`translate(rtrim(encode(${tagged}, 'base64'), '='), E'+/\n', '-_')`;
}
