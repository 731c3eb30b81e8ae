/** All rows of a database as text, and a database made of them. */
import { sql } from 'kysely';
import type { Database } from '../../src/database/connect.ts';

/** The rows of one table, each value as PostgreSQL prints it. */
export interface TableSnapshot {
  name: string;
  columns: string[];
  rows: (string | null)[][];
}

/** What a caller read from the database before. */
export interface Reading {
  token: string;
  /** The organization header, for a person's token. */
  organization?: string;
  query: string;
  data: unknown;
}

/** A database of a version, in `test/fixtures`. */
export interface Baseline {
  /** Name of its newest migration. */
  migration: string;
  tables: TableSnapshot[];
  readings: Reading[];
}

interface Column {
  table: string;
  column: string;
  type: string;
  /** Whether the server numbers its rows. */
  numbered: boolean;
}

/** Columns that hold something of their own, by table. Partitions are read through the table that they are of. */
async function columnsOf(db: Database): Promise<Map<string, Column[]>> {
  const { rows } = await sql<Column>`
    select c.relname::text as table, a.attname::text as column, format_type(a.atttypid, a.atttypmod) as type, a.attidentity <> '' as numbered
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and c.relname not like 'kysely\\_%' and c.relname <> 'migration_checksums'
    order by c.relname, a.attnum`.execute(db);
  return Map.groupBy(rows, (row) => row.table);
}

/** Reads every table but those that say which migrations there are. */
export async function takeTables(db: Database): Promise<TableSnapshot[]> {
  const tables: TableSnapshot[] = [];
  for (const [name, columns] of await columnsOf(db)) {
    const values = sql.join(columns.map(({ column }) => sql`${sql.id(column)}::text`));
    const { rows } = await sql<{
      row: (string | null)[];
    }>`select array[${values}] as row from ${sql.table(name)} order by 1`.execute(db);
    tables.push({
      name,
      columns: columns.map(({ column }) => column),
      rows: rows.map(({ row }) => row),
    });
  }
  return tables;
}

/** Puts the rows in the place of all that are there. No trigger fires and no key is looked up, as in the restore of a dump. */
export async function restoreTables(db: Database, tables: readonly TableSnapshot[]): Promise<void> {
  const columns = await columnsOf(db);
  await db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    await sql`truncate ${sql.join([...columns.keys()].map((name) => sql.table(name)))}`.execute(tx);
    for (const table of tables) {
      const known = columns.get(table.name) ?? [];
      const values = table.columns.map((name, index) => {
        const { type } = known.find(({ column }) => column === name) ?? { type: 'text' };
        return sql`(row ->> ${sql.lit(index)})::${sql.raw(type)}`;
      });
      await sql`
        insert into ${sql.table(table.name)} (${sql.join(table.columns.map((name) => sql.id(name)))}) overriding system value
        select ${sql.join(values)} from jsonb_array_elements(${JSON.stringify(table.rows)}::jsonb) as row`.execute(
        tx,
      );
      for (const { column } of known.filter(({ numbered }) => numbered))
        await sql`
          select setval(pg_get_serial_sequence(${table.name}, ${column}), greatest(max(${sql.id(column)}), 1)) from ${sql.table(table.name)}`.execute(
          tx,
        );
    }
  });
}

/** The file of a baseline: one row per line, so that two of them can be compared. */
export function printBaseline({ migration, tables, readings }: Baseline): string {
  const lines = (values: readonly unknown[]): string =>
    values.map((value) => `\n    ${JSON.stringify(value)}`).join(',');
  const printed = tables.map(
    ({ name, columns, rows }) =>
      `\n  { "name": ${JSON.stringify(name)}, "columns": ${JSON.stringify(columns)}, "rows": [${lines(rows)}] }`,
  );
  return `{ "migration": ${JSON.stringify(migration)},\n"tables": [${printed.join(',')}\n],\n"readings": [${lines(readings)}\n] }\n`;
}
