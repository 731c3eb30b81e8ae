/**
 * Declares, next to a field, how it is read in SQL (docs/compiler.md):
 *
 *     depth: t.int({ …, resolve: …, extensions: inSql(({ viewer }) => sql`…`) })
 *
 * A form refers to the row that the field belongs to as `parent`. Fields that expose a column need
 * no form, since the column is one. An operation of which every field has a form becomes one
 * statement; any other is executed by its resolvers.
 */
import { sql, type RawBuilder } from 'kysely';
import { countBatch, countOfParent } from '../database/counts.ts';
import type { Connection } from '../database/list-connection.ts';
import type { ListDefinition } from '../database/list.ts';
import { connect, countedRows } from '../graphql/connection.ts';
import { publicIdInSql } from '../database/id.ts';
import type { IdType } from '../values/ids.ts';
import type { Context } from '../graphql/context.ts';
import type { NodesForm } from '../graphql/node.ts';
import type { StatementBatch, Viewer } from '../database/loaders.ts';
import type { PageArguments } from '../database/keyset.ts';

/** Thrown for what has no form in SQL; the message names it. */
export class Unsupported extends Error {}

/** What a form is written with. */
export interface FormInput<Args, Outer = unknown> {
  /** The caller. Their ids stand for those of the request, and may be used as parameters only. */
  viewer: Viewer;
  /**
   * The arguments, as `prepare` returned them. Texts, numbers, times and arrays stand for those of
   * the request, and may be used as parameters only. `null`, booleans and what `structural` names
   * are what they are.
   */
  args: Args;
  /** The arguments of the nearest field above that takes any. */
  outer: Outer;
}

/** Turns the arguments of a field into those of its form. Refuses bad ones like the resolver. */
export type Prepare<Args> = (given: never, viewer: Viewer, outer: never) => Args;

/** How a field is read in SQL. */
export type Form = FieldForm | NodesForm;

type FieldForm = {
  /** Absent for a field whose form does not depend on arguments. */
  prepare: Prepare<unknown> | undefined;
  /** Names of prepared arguments that decide about the text of the statement, such as an order. */
  structural: readonly string[];
  /** A condition without which the resolver would refuse; absent for none. */
  check: ((input: FormInput<never, never>) => RawBuilder<boolean>) | undefined;
} & (
  | {
      /** An expression: the value, or the array of values, of a scalar or an enum. */
      kind: 'value';
      sql(input: FormInput<never, never>): RawBuilder<unknown>;
    }
  | {
      /** A query: the row of an object, or the rows of a list of objects in their order. */
      kind: 'rows';
      sql(input: FormInput<never, never>): RawBuilder<unknown>;
    }
  | {
      /** A connection: pages of a list definition. */
      kind: 'list';
      list: ListDefinition<never, unknown>;
    }
);

interface FormOptions<Given, Args, Outer> {
  prepare?: (given: Given, viewer: Viewer, outer: Outer) => Args;
  structural?: readonly (keyof NonNullable<Args> & string)[];
  check?: (input: FormInput<Args, Outer>) => RawBuilder<boolean>;
}

/** The extension that holds a form. */
export type FormExtension = {
  form: Form;
};

/** Field option: the value, or array of values, as an expression over `parent`. */
export function inSql<Given = unknown, Args = undefined, Outer = unknown>(
  sql: (input: FormInput<Args, Outer>) => RawBuilder<unknown>,
  { prepare, structural = [], check }: FormOptions<Given, Args, Outer> = {},
): FormExtension {
  return { form: { kind: 'value', sql, prepare, structural, check: check as never } };
}

/** Field option: the object, or objects, as a query that may refer to `parent`. */
export function rowsInSql<Given = unknown, Args = undefined, Outer = unknown>(
  sql: (input: FormInput<Args, Outer>) => RawBuilder<unknown>,
  { prepare, structural = [], check }: FormOptions<Given, Args, Outer> = {},
): FormExtension {
  return { form: { kind: 'rows', sql, prepare, structural, check: check as never } };
}

/** Field option: a connection, as pages of a list of `parent`. */
export function listInSql<Given, Args, Row, Outer = unknown>(
  list: ListDefinition<Args, Row>,
  prepare: (given: Given & PageArguments, viewer: Viewer, outer: Outer) => Args,
  { structural = [], check }: Omit<FormOptions<Given, Args, Outer>, 'prepare'> = {},
): FormExtension {
  return { form: { kind: 'list', list, prepare, structural, check: check as never } };
}

/** The form of a field; undefined if it has none. */
export function formOf({ extensions }: { extensions: object }): Form | undefined {
  return (extensions as Partial<FormExtension>).form;
}

const parentColumn = (name: string): RawBuilder<unknown> => sql`parent.${sql.ref(name)}`;

/** Field option: the rows of a batch for the key in a column of the row; none for null. */
export function related<Row, Value>(
  batch: StatementBatch<null, Row, Value>,
  keyColumn: string,
): FormExtension {
  return rowsInSql(({ viewer }) =>
    batch.statement(viewer, sql`array[${parentColumn(keyColumn)}]`, null),
  );
}

/** Field option: a column, for a field whose resolver does more than to expose it. */
export function column(name: string): FormExtension {
  return inSql(() => parentColumn(name));
}

/**
 * Field option: a column with an email address, as `shownEmail` shows it. International domains, which
 * are shown in letters, are left to the resolver.
 */
export function emailColumn(name: string): FormExtension {
  const email = parentColumn(name);
  return inSql(() => email, {
    check: () =>
      sql`coalesce(octet_length(${email}) = length(${email}) and strpos(lower(${email}), 'xn--') = 0, true)`,
  });
}

/** Field option: a text that is always the same. */
export function constant(text: string): FormExtension {
  return inSql(() => sql`${sql.lit(text)}::text`);
}

/** Field option: the public id of the row as one of a type. */
export function publicIdOf(type: IdType): FormExtension {
  return inSql(() => publicIdInSql(type, sql`parent.id`));
}

/** Field option: whether a batch has a row for the row's id. */
export function flagged(batch: StatementBatch<null, { key: string }, boolean>): FormExtension {
  return inSql(
    ({ viewer }) => sql`exists (${batch.statement(viewer, sql`array[parent.id]`, null)})`,
  );
}

/** Field option: the row itself as another type, with columns by their names there, and texts. */
export function sameRow(
  columns: Readonly<Record<string, string>>,
  texts: Readonly<Record<string, string>> = {},
): FormExtension {
  const parts = [
    ...Object.entries(columns).map(
      ([name, column]) => sql`${parentColumn(column)} as ${sql.ref(name)}`,
    ),
    ...Object.entries(texts).map(([name, text]) => sql`${sql.lit(text)}::text as ${sql.ref(name)}`),
  ];
  return rowsInSql(() => sql`select ${sql.join(parts)}`);
}

/** The arguments of a list as the client gives them: each may be absent. */
export type GivenArguments<Args> = { [Name in keyof Args]?: Args[Name] | null | undefined };

/**
 * Field options of a connection: pages of a list of the row, for its resolver and in SQL. `prepare`
 * turns the arguments, apart from those of the page, into those of the list; it refuses bad ones.
 */
export function pagesOf<Given extends object, Args, Row>(
  list: ListDefinition<Args, Row>,
  prepare: (given: Given) => Args,
  structural: readonly (keyof NonNullable<Args> & string)[] = [],
) {
  return {
    resolve: (
      { id }: { id: string },
      given: Given & PageArguments,
      context: Context,
    ): Connection<Row> => connect(context, list, id, prepare(given), given),
    extensions: listInSql<Given, Args, Row>(list, prepare, { structural }),
  };
}

/** Field options of a count: the number of rows of a list of the row, for its resolver and in SQL. */
export function countOf<Args, Row>(list: ListDefinition<Args, Row>, args: Args) {
  return {
    resolve: ({ id }: { id: string }, _args: unknown, { loaders }: Context): Promise<number> =>
      loaders.load(countBatch(list), args, id),
    extensions: inSql(({ viewer }) => countOfParent(list, viewer, args)),
  };
}

/** Extensions of `boundedCount` of a connection, which the compiler writes with what it knows of the list. */
export const boundedCountInSql: FormExtension = rowsInSql(
  () => {
    throw new Unsupported('boundedCount outside a connection');
  },
  { prepare: countedRows },
);
