/**
 * Declares, next to a field, how it is read in SQL (docs/compiler.md):
 *
 *     depth: t.int({ …, resolve: …, extensions: inSql(({ viewer }) => sql`…`) })
 *
 * A form refers to the row that the field belongs to as `parent`. Fields that expose a column need
 * no form, since the column is one. An operation of which every field has a form becomes one
 * statement; any other is executed by its resolvers.
 */
import type { RawBuilder } from 'kysely';
import type { ListDefinition } from '../database/list.ts';
import type { Viewer } from '../database/loaders.ts';
import type { PageArguments } from '../database/keyset.ts';
import type { Principal } from '../authorization/principal.ts';

/** What a form is written with. */
export interface FormInput<Args> {
  /** The caller. Their ids stand for those of the request, and may be used as parameters only. */
  viewer: Viewer;
  /**
   * The arguments, as `prepare` returned them. Texts, numbers, times and arrays stand for those of
   * the request, and may be used as parameters only. `null`, booleans and what `structural` names
   * are what they are.
   */
  args: Args;
}

/** Turns the arguments of a field into those of its form. Refuses bad ones like the resolver. */
export type Prepare<Args> = (given: never, viewer: Viewer) => Args;

/** How a field is read in SQL. */
export type Form = {
  /** Absent for a field whose form does not depend on arguments. */
  prepare: Prepare<unknown> | undefined;
  /** Names of prepared arguments that decide about the text of the statement, such as an order. */
  structural: readonly string[];
} & (
  | {
      /** An expression: the value, or the array of values, of a scalar or an enum. */
      kind: 'value';
      sql(input: FormInput<never>): RawBuilder<unknown>;
    }
  | {
      /** A query: the row of an object, or the rows of a list of objects in their order. */
      kind: 'rows';
      sql(input: FormInput<never>): RawBuilder<unknown>;
    }
  | {
      /** A connection: pages of a list definition. */
      kind: 'list';
      list: ListDefinition<never, unknown>;
    }
);

interface FormOptions<Given, Args> {
  prepare?: (given: Given, viewer: Viewer) => Args;
  structural?: readonly (keyof Args & string)[];
}

/** The extension that holds a form. */
export type FormExtension = {
  form: Form;
};

/** Field option: the value, or array of values, as an expression over `parent`. */
export function inSql<Given = unknown, Args = undefined>(
  sql: (input: FormInput<Args>) => RawBuilder<unknown>,
  { prepare, structural = [] }: FormOptions<Given, Args> = {},
): FormExtension {
  return { form: { kind: 'value', sql: sql as never, prepare, structural } };
}

/** Field option: the object, or objects, as a query that may refer to `parent`. */
export function rowsInSql<Given = unknown, Args = undefined>(
  sql: (input: FormInput<Args>) => RawBuilder<unknown>,
  { prepare, structural = [] }: FormOptions<Given, Args> = {},
): FormExtension {
  return { form: { kind: 'rows', sql: sql as never, prepare, structural } };
}

/** Field option: a connection, as pages of a list of `parent`. */
export function listInSql<Given, Args, Row>(
  list: ListDefinition<Args, Row>,
  prepare: (given: Given & PageArguments) => Args,
  structural: readonly (keyof NonNullable<Args> & string)[] = [],
): FormExtension {
  return { form: { kind: 'list', list: list as never, prepare, structural } };
}

/** The form of a field; undefined if it has none. */
export function formOf({ extensions }: { extensions: object }): Form | undefined {
  return (extensions as Partial<FormExtension>).form;
}

/** Type option: the condition under which a row of the type, `parent`, may be shown. */
export interface VisibilityExtension {
  visibility(principal: Principal): RawBuilder<boolean>;
}
