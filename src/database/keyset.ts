/** Keyset pages: page arguments, cursors, and the piece of SQL that reads one page in either direction. */
import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import { badInput } from '../errors.ts';

export const PAGE_SIZE_DEFAULT = 25;
export const PAGE_SIZE_MAX = 100;

/** The page arguments of the Relay specification, as the client gave them. */
export interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/** Where a row stands in its order: the text of each sort key. */
export type Position = readonly string[];

/** A checked page: at most `limit` rows between `after` and `before`, counted from the start or, backward, from the end. */
export interface Page {
  limit: number;
  backward: boolean;
  after: Position | null;
  before: Position | null;
}

/** Checks page arguments. `list` names the list and its order; a cursor of any other list is refused. */
export function pageOf({ first, after, last, before }: PageArguments, list: string): Page {
  if (first != null && last != null) throw badInput('last', 'cannot be combined with "first"');
  const [argument, size] = last != null ? (['last', last] as const) : (['first', first ?? PAGE_SIZE_DEFAULT] as const);
  if (size < 1 || size > PAGE_SIZE_MAX) throw badInput(argument, `must be between 1 and ${PAGE_SIZE_MAX}`);
  return {
    limit: size,
    backward: last != null,
    after: after == null ? null : decodeCursor(after, list, 'after'),
    before: before == null ? null : decodeCursor(before, list, 'before'),
  };
}

const CURSOR_LENGTH_MAX = 2_000;
const TAG_BYTES = 8;

/** Binds a position to its list, so that a changed cursor, or one of another list, is noticed rather than obeyed. */
function tag(list: string, positionText: string): Buffer {
  return createHash('sha256').update(`${list}\0${positionText}`).digest().subarray(0, TAG_BYTES);
}

/** An opaque cursor. It holds no more than the row's own sort keys. */
export function encodeCursor(position: Position, list: string): string {
  const text = JSON.stringify(position);
  return Buffer.concat([tag(list, text), Buffer.from(text)]).toString('base64url');
}

function decodeCursor(cursor: string, list: string, argument: string): Position {
  const bytes = Buffer.from(cursor.slice(0, CURSOR_LENGTH_MAX), 'base64url');
  const text = bytes.subarray(TAG_BYTES).toString();
  const genuine =
    bytes.length > TAG_BYTES && bytes.toString('base64url') === cursor && bytes.subarray(0, TAG_BYTES).equals(tag(list, text));
  const position = genuine ? positionIn(text) : undefined;
  if (!position) throw notOfThisList(argument);
  return position;
}

function notOfThisList(argument: string): Error {
  return badInput(argument, 'must be a cursor that this list gave out in this order');
}

/**
 * The position in a cursor's text, or undefined for what is none. The tag of a cursor is no secret, so anything at all
 * may stand in one.
 */
function positionIn(text: string): Position | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isKey = (key: unknown): boolean => typeof key === 'string' && key.isWellFormed() && !key.includes('\0');
  return Array.isArray(value) && value.length > 0 && value.every(isKey) ? (value as Position) : undefined;
}

/** How PostgreSQL writes a value of each type of sort key. What passes and is still none, like a 31st of June, it refuses. */
const KEY_FORMS = {
  text: /^/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  timestamptz: /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d){0,2}$/,
  numeric: /^-?\d{1,100}(\.\d{1,100})?$/,
};

/** Refuses a page whose cursors do not hold one value of each of these types. */
export function requirePositions(page: Pick<Page, 'after' | 'before'>, types: readonly (keyof typeof KEY_FORMS)[]): void {
  for (const argument of ['after', 'before'] as const) {
    const position = page[argument];
    if (!position) continue;
    const fits = position.length === types.length && types.every((type, at) => KEY_FORMS[type].test(position[at] ?? ''));
    if (!fits) throw notOfThisList(argument);
  }
}

/** The columns that order a list. All run in the same direction; the last one makes the order total. */
export interface SortOrder {
  keys: readonly { expression: RawBuilder<unknown>; type: keyof typeof KEY_FORMS }[];
  descending?: boolean;
}

/** `sql` for the position of a row, to be selected as `position`. */
export function positionOf(order: SortOrder): RawBuilder<string[]> {
  return sql`array[${sql.join(order.keys.map((key) => sql`(${key.expression})::text`))}]`;
}

/** Conditions that keep a query behind `after` and before `before`. Refuses a position that is none in this order. */
export function between(order: SortOrder, page: Page): RawBuilder<unknown>[] {
  const keys = sql.join(order.keys.map((key) => key.expression));
  requirePositions(
    page,
    order.keys.map(({ type }) => type),
  );
  const values = (position: Position): RawBuilder<unknown> =>
    sql.join(order.keys.map((key, index) => sql`${position[index]}::${sql.raw(key.type)}`));
  const conditions: RawBuilder<unknown>[] = [];
  const [behind, ahead] = order.descending ? [sql`<`, sql`>`] : [sql`>`, sql`<`];
  if (page.after) conditions.push(sql`(${keys}) ${behind} (${values(page.after)})`);
  if (page.before) conditions.push(sql`(${keys}) ${ahead} (${values(page.before)})`);
  return conditions;
}

/**
 * The rows of a page: `select` (columns, tables and conditions) read from the page's own end, one row more than the
 * page to tell whether there is another, and put into the order of the list.
 */
export function pageQuery(
  select: { columns: RawBuilder<unknown>; rest: RawBuilder<unknown> },
  order: SortOrder,
  page: Page,
): RawBuilder<unknown> {
  const down = Boolean(order.descending) !== page.backward;
  const direction = down ? sql` desc` : sql``;
  const reading = sql`order by ${sql.join(order.keys.map((key) => sql`${key.expression}${direction}`))} limit ${sql.lit(page.limit + 1)}`;
  if (!page.backward) return sql`select ${select.columns}, ${positionOf(order)} as position ${select.rest} ${reading}`;
  const names = order.keys.map((_, index) => sql.ref(`sort_${index}`));
  const keys = sql.join(order.keys.map((key, index) => sql`${key.expression} as ${names[index]}`));
  const listing = sql.join(names.map((name) => (order.descending ? sql`page.${name} desc` : sql`page.${name}`)));
  return sql`
    select page.* from (
      select ${select.columns}, ${positionOf(order)} as position, ${keys} ${select.rest} ${reading}
    ) as page order by ${listing}`;
}

/** A page as read: its rows in the order of the list, and whether there are more on either side. */
export interface PageRows<Row> {
  rows: readonly Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** Makes a page of the rows that a page query gave: the one too many, if there is one, stands at the far end. */
export function pageRows<Row>(found: readonly Row[], page: Page): PageRows<Row> {
  const more = found.length > page.limit;
  return page.backward
    ? { rows: more ? found.slice(1) : found, hasNextPage: page.before !== null, hasPreviousPage: more }
    : { rows: more ? found.slice(0, -1) : found, hasNextPage: more, hasPreviousPage: page.after !== null };
}
