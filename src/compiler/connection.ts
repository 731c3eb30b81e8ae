/** The parts of a connection in SQL: the rows of a page, its cursors and what it says of itself. */
import { sql, type RawBuilder } from 'kysely';
import { cursorInSql, PAGE_SIZE_MAX, type Page } from '../database/keyset.ts';
import type { ListDefinition } from '../database/list.ts';
import { Unsupported } from './forms.ts';
import type { FieldPlan } from './plan.ts';
import { slot } from './slots.ts';

type Raw = RawBuilder<unknown>;

interface ListOf {
  list: ListDefinition<never, unknown>;
  args: never;
  /** The name that the cursors of the list are bound to. */
  name: Raw;
}

/** A page, its place among the arguments, and whether the statement serves pages of any size. */
interface PlacedPage {
  page: Page;
  at: number;
  isSizeOpen: boolean;
}

/** The rows of a page, read once however many parts of the connection are selected. */
export class ConnectionParts implements ListOf {
  readonly list: ListDefinition<never, unknown>;
  readonly args: never;
  readonly name: Raw;
  readonly #placed: PlacedPage;
  readonly #isShared: boolean;
  readonly #rows: (limit: number) => Raw;

  /** `rows` are those of a page with this limit and one more; shared ones are called `page`. */
  constructor(
    { list, args, name }: ListOf,
    placed: PlacedPage,
    isShared: boolean,
    rows: (limit: number) => Raw,
  ) {
    this.list = list;
    this.args = args;
    this.name = name;
    this.#placed = placed;
    this.#isShared = isShared;
    this.#rows = rows;
  }

  /** The rows of the page, with one more that tells whether others follow. */
  get rows(): Raw {
    return this.#with(1);
  }

  /** The rows of the page and so many more. */
  #with(more: 0 | 1): Raw {
    const { page, isSizeOpen } = this.#placed;
    // A list has one row more than its limit.
    return isSizeOpen
      ? sql`select longest.* from (${this.#rows(PAGE_SIZE_MAX)}) as longest limit ${this.#size(more)}`
      : this.#rows(page.limit - 1 + more);
  }

  /** The size of the page and so many more. */
  #size(more: 0 | 1): Raw {
    const { page, at, isSizeOpen } = this.#placed;
    return isSizeOpen
      ? sql`${slot(({ prepared }) => (prepared[at]?.page?.limit ?? 0) + more)}::integer`
      : sql.lit(page.limit + more);
  }

  /** The rows that are shown, as `parent`, with the parent of the list as `owner`. */
  get visible(): Raw {
    if (!this.#isShared)
      return sql`(select parent.*) as owner cross join lateral (${this.#with(0)}) as parent`;
    const skip = this.#placed.page.backward
      ? sql`offset greatest((select count(*) from page) - ${this.#size(0)}, 0)`
      : sql`limit ${this.#size(0)}`;
    return sql`(select parent.*) as owner cross join (select * from page ${skip}) as parent`;
  }

  pageInfo({ field, parentType }: FieldPlan): Raw {
    const { backward, after, before } = this.#placed.page;
    const more = sql`(select count(*) > ${this.#size(0)} from page)`;
    const cursorAt = (end: 'first' | 'last'): Raw => {
      const all = sql`(select ${cursorInSql(this.name, sql`parent.sort_keys`)} as cursor, row_number() over () as number from ${this.visible}) as rows`;
      return sql`(select cursor from ${all} order by number ${end === 'last' ? sql`desc` : sql``} limit 1)`;
    };
    switch (field.name) {
      case 'hasNextPage':
        return backward ? sql`${sql.lit(before !== null)}` : more;
      case 'hasPreviousPage':
        return backward ? more : sql`${sql.lit(after !== null)}`;
      case 'startCursor':
        return cursorAt('first');
      case 'endCursor':
        return cursorAt('last');
      case '__typename':
        return sql`${sql.lit(parentType.name)}::text`;
      default:
        throw new Unsupported(`PageInfo.${field.name}`);
    }
  }
}

/** The name that the cursors of a list are bound to, as `listName` makes it. */
export function listNameInSql(
  { name, order }: ListDefinition<never, unknown>,
  args: never,
  parentId: Raw,
): Raw {
  const orderName: unknown = order(args);
  // The name of an order is a value of the request where it tells of others.
  const end =
    typeof orderName === 'string' ? sql.lit(` ${orderName}`) : sql`' ' || ${orderName}::text`;
  return sql`${sql.lit(`${name} `)} || ${parentId} || ${end}`;
}

/** Whether a cursor of the request is one that the list returned. */
export function isOfList(list: Raw, at: number, end: 'after' | 'before'): RawBuilder<boolean> {
  const sortKeys = slot(({ prepared }) => prepared[at]?.page?.[end]);
  return sql`${cursorInSql(list, sql`${sortKeys}::text[]`)} = ${slot(({ prepared }) => prepared[at]?.given[end])}::text`;
}

const READS_NO_PAGE: ReadonlySet<string> = new Set(['totalCount', 'boundedCount', '__typename']);

/** Whether a field of a connection reads the rows of its page. */
export function readsPage({ name }: { name: string }): boolean {
  return !READS_NO_PAGE.has(name);
}
