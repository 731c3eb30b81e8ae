/** Connections and edges of the Relay specification, for the lazy lists of `database/list.ts`. */
import type { ArgBuilder, ObjectRef } from '@pothos/core';
import { badInput } from '../errors.ts';
import { builder } from './builder.ts';
import {
  PAGE_SIZE_DEFAULT,
  PAGE_SIZE_MAX,
  encodeCursor,
  pageOf,
  type PageArguments,
} from '../database/keyset.ts';
import { connectionOf, type Connection } from '../database/list-connection.ts';
import {
  listName,
  type BoundedCount,
  type ListDefinition,
  type WithSortKeys,
} from '../database/list.ts';
import type { Context } from './context.ts';
import { atMostWithin, countOf, weighs, type Given } from './cost.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** A row of a connection, and the list that it belongs to. */
export interface Edge<Row> {
  row: WithSortKeys<Row>;
  connection: Connection<Row>;
}

type EdgeFields<Row> = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Edge<Row>>) => object;

export interface ConnectionOptions<Row> {
  /** The prefix of the type names, before "Connection" and "Edge". */
  name: string;
  /** The type of the nodes. */
  node: ObjectRef<Types, Row>;
  /** The plural name of the rows, for the descriptions: "organizations". */
  plural: string;
  /** Whether the connection has `nodes` and `totalCount`; true by default. */
  counted?: boolean;
  /** How `boundedCount` is read in SQL; without it, the connection has no such field. */
  boundedCount?: object;
  /**
   * The weight of one row in the cost of an operation, for its checks and columns; 5 by default,
   * more for large rows.
   */
  rowWeight?: number;
  edgeFields?: EdgeFields<Row>;
}

const COUNTED_ROWS_DEFAULT = 10_000;
const COUNTED_ROWS_MAX = 100_000;

const BoundedCountRef = builder.objectRef<BoundedCount>('BoundedCount').implement({
  description: 'A number of items, or the least that it is.',
  fields: (t) => ({
    value: t.exposeInt('value', {
      description: 'The number of items if `isExact`; otherwise there are at least so many.',
    }),
    isExact: t.exposeBoolean('is_exact', { description: 'Whether all items were counted.' }),
  }),
});

/** The number of rows that a bounded count may read. Refuses one that is out of bounds. */
export function countedRows({ rows }: { rows: number }): number {
  if (rows < 1 || rows > COUNTED_ROWS_MAX)
    throw badInput('rows', `must be between 1 and ${COUNTED_ROWS_MAX}`);
  return rows;
}

/** Defines the connection and edge types for nodes of one type. */
export function connectionType<Row extends object>({
  name,
  node,
  plural,
  counted = true,
  boundedCount,
  rowWeight = 5,
  edgeFields,
}: ConnectionOptions<Row>) {
  const edge = builder.objectRef<Edge<Row>>(`${name}Edge`);
  edge.implement({
    description: `One of the ${plural} and its position in the list.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'An opaque cursor for `after` and `before`, valid for this list and order.',
        resolve: ({ row, connection }) => encodeCursor(row.sort_keys, connection.list),
      }),
      node: t.field({ type: node, description: 'The item.', resolve: ({ row }) => row as never }),
      ...edgeFields?.(t),
    }),
  });
  const connection = builder.objectRef<Connection<Row>>(`${name}Connection`);
  connection.implement({
    description: `A page of ${plural}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The items of the page with their cursors.',
        extensions: atMostWithin(pageSize, rowWeight),
        resolve: async (parent) =>
          (await parent.rows()).rows.map((row) => ({ row, connection: parent })),
      }),
      pageInfo: t.field({
        type: builder.pageInfoRef(),
        description: 'The position of the page in the list.',
        async resolve(parent) {
          const { rows, hasNextPage, hasPreviousPage } = await parent.rows();
          const [first, last] = [rows[0], rows.at(-1)];
          return {
            hasNextPage,
            hasPreviousPage,
            startCursor: first ? encodeCursor(first.sort_keys, parent.list) : null,
            endCursor: last ? encodeCursor(last.sort_keys, parent.list) : null,
          };
        },
      }),
      ...(counted && {
        nodes: t.field({
          type: [node],
          description: 'The items of the page without their cursors.',
          extensions: atMostWithin(pageSize, rowWeight),
          resolve: async (parent) => (await parent.rows()).rows as never,
        }),
        totalCount: t.int({
          description: 'Number of items on all pages. Counted only when selected.',
          extensions: weighs(5),
          resolve: (parent) => parent.totalCount(),
        }),
      }),
      ...(boundedCount && {
        boundedCount: t.field({
          type: BoundedCountRef,
          description:
            'Number of items on all pages, as far as it is known after a limited number of rows were read. Costs no more for a ' +
            'longer list, which `totalCount` does.',
          args: {
            rows: t.arg.int({
              required: true,
              defaultValue: COUNTED_ROWS_DEFAULT,
              description: `How many rows are read at most, before the filter of the list; between 1 and ${COUNTED_ROWS_MAX}.`,
            }),
          },
          extensions: { ...weighs(5), ...boundedCount },
          resolve: (parent, given) => parent.boundedCount(countedRows(given)),
        }),
      }),
    }),
  });
  return connection;
}

/** The four page arguments of a connection field. */
export function pageArguments(t: ArgBuilder<Types>) {
  const size = `between 1 and ${PAGE_SIZE_MAX}`;
  return {
    first: t.int({
      description: `Rows from the start, ${size}; ${PAGE_SIZE_DEFAULT} when neither \`first\` nor \`last\` is given.`,
    }),
    after: t.string({ description: 'Only rows after this cursor.' }),
    last: t.int({ description: `Rows from the end, ${size}. Not together with \`first\`.` }),
    before: t.string({ description: 'Only items before this cursor.' }),
  };
}

/** The number of rows that the page arguments of a connection field ask for. */
function pageSize({ first, last }: Given): number {
  return countOf(first ?? last, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX);
}

/**
 * Creates the connection for a list of `parentId`. Refuses page arguments that are out of bounds.
 */
export function connect<Args, Row>(
  context: Context,
  definition: ListDefinition<Args, Row>,
  parentId: string,
  args: Args,
  page: PageArguments,
): Connection<Row> {
  return connectionOf(
    context.loaders,
    definition,
    parentId,
    args,
    pageOf(page, listName(definition, parentId, args)),
  );
}
