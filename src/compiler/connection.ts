/** The parts of a connection in SQL: the rows of a page, its cursors and what it says of itself. */
import { sql, type RawBuilder } from 'kysely';
import { cursorInSql, type Page } from '../database/keyset.ts';
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

/** The rows of a page, read once however many parts of the connection are selected. */
export class ConnectionParts implements ListOf {
  readonly list: ListDefinition<never, unknown>;
  readonly args: never;
  readonly name: Raw;
  readonly #page: Page;
  readonly #isShared: boolean;
  readonly #rows: (limit: number) => Raw;

  /** `rows` are those of a page with this limit and one more; shared ones are called `page`. */
  constructor(
    { list, args, name }: ListOf,
    page: Page,
    isShared: boolean,
    rows: (limit: number) => Raw,
  ) {
    this.list = list;
    this.args = args;
    this.name = name;
    this.#page = page;
    this.#isShared = isShared;
    this.#rows = rows;
  }

  /** The rows of the page, with one more that tells whether others follow. */
  get rows(): Raw {
    return this.#rows(this.#page.limit);
  }

  /** The rows that are shown, as `parent`, with the parent of the list as `owner`. */
  get visible(): Raw {
    const { limit, backward } = this.#page;
    if (!this.#isShared)
      return sql`(select parent.*) as owner cross join lateral (${this.#rows(limit - 1)}) as parent`;
    const skip = backward
      ? sql`offset greatest((select count(*) from page) - ${sql.lit(limit)}, 0)`
      : sql`limit ${sql.lit(limit)}`;
    return sql`(select parent.*) as owner cross join (select * from page ${skip}) as parent`;
  }

  pageInfo({ field, parentType }: FieldPlan): Raw {
    const { limit, backward, after, before } = this.#page;
    const more = sql`(select count(*) > ${sql.lit(limit)} from page)`;
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
