/** Reading the rows of a statement: exactly one, one or none, or all of them. */
import { sql, type Compilable, type RawBuilder, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { DB } from './types.ts';

/** A statement that returns rows: text made with `sql`, or one of Kysely's builders. */
export type Statement<Row> = RawBuilder<Row> | Compilable<Row>;

/**
 * Columns of a table as a statement returns them. A column that is renamed, or misspelt here, does
 * not compile.
 */
export type Columns<Table extends keyof DB, Name extends keyof Selectable<DB[Table]>> = Pick<
  Selectable<DB[Table]>,
  Name
>;

/** All rows of the statement. */
export async function many<Row>(db: Database, statement: Statement<Row>): Promise<Row[]> {
  return (await db.executeQuery<Row>(statement.compile(db))).rows;
}

/** The first row of the statement, or undefined when there is none. */
export async function maybeOne<Row>(
  db: Database,
  statement: Statement<Row>,
): Promise<Row | undefined> {
  return (await db.executeQuery<Row>(statement.compile(db))).rows[0];
}

/**
 * The first row of a statement that always has one. Throws an internal error with the statement's
 * text when it has none.
 */
export async function one<Row>(db: Database, statement: Statement<Row>): Promise<Row> {
  const query = statement.compile(db);
  const [row] = (await db.executeQuery<Row>(query)).rows;
  if (row === undefined)
    throw new Error(`a statement returned no row where there must be one: ${query.sql.trim()}`);
  return row;
}

/**
 * A value that must be there, such as that of a row that was just written. Throws an internal error
 * that names it when it is not.
 */
export function present<Value>(value: Value | null | undefined, what: string): Value {
  if (value === undefined || value === null) throw new Error(`${what} is missing where it must be`);
  return value;
}

/** A row that is the same as JSON: its columns are texts, numbers, flags, or lists of these. */
type Plain<Row> = Extract<Row[keyof Row], Date | Buffer> extends never ? Row : never;

/**
 * The rows of several statements, in one round trip. They travel as JSON.
 *
 * It is one statement with one snapshot. What one of them waits for, the others do not see: rows
 * that a lock protects are read by the statement that locks them, or by a later one.
 */
export async function together<Rows extends Record<string, object>>(
  db: Database,
  statements: { readonly [Name in keyof Rows]: RawBuilder<Plain<Rows[Name]>> },
): Promise<{ [Name in keyof Rows]: Rows[Name][] }> {
  const parts = Object.entries<RawBuilder<unknown>>(statements).map(
    ([name, statement]) =>
      sql`(select coalesce(json_agg(part), '[]') from (${statement}) as part) as ${sql.ref(name)}`,
  );
  return one(db, sql<{ [Name in keyof Rows]: Rows[Name][] }>`select ${sql.join(parts)}`);
}
