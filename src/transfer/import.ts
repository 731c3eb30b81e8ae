/** Brings an exported tree into a database: all of it or nothing. */
import type pg from 'pg';
import { AddressClient } from '../database/address-client.ts';
import { ConfigurationError, sqlState } from '../errors.ts';
import { columnsOf } from './columns.ts';
import type { Header } from './file.ts';
import { resumeJobs } from './jobs.ts';
import { findObstacles } from './obstacles.ts';
import { matchPeople } from './people.ts';
import { stageFile } from './staging.ts';
import { usageSums, type UsageSums } from './sums.ts';
import { TRANSFER_TABLES, type TransferTable } from './tables.ts';

export interface Imported {
  slug: string;
  /** Rows by table, as they were inserted. */
  rows: Record<string, number>;
  /** People who were here before. */
  peopleFound: number;
  /** Jobs that go on here. */
  jobs: number;
  usage: UsageSums;
}

/** How long a table or a row is waited for. Nobody else waits behind the import any longer. */
const LOCK_TIMEOUT = '10s';

/**
 * Imports a file of `exportTree` in one transaction, as the owner of the database. Triggers stay in
 * force except the one that numbers audit events, so writers of the audit log wait from then until
 * the end of the transaction. Throws a `ConfigurationError` that names what is in the way; then
 * nothing was changed.
 */
export async function importTree(url: string, file: string): Promise<Imported> {
  const client = new AddressClient({ connectionString: url });
  // The statement under way says it as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`set local timezone = 'UTC'`);
    await client.query('set local statement_timeout = 0');
    await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    const imported = await bring(client, file);
    await client.query('commit');
    return imported;
  } catch (error) {
    throw explained(error);
  } finally {
    // Whatever is not committed is undone with the connection.
    await client.end();
  }
}

async function bring(client: pg.Client, file: string): Promise<Imported> {
  const { header, end } = await stageFile(client, file, (first) =>
    requireSameSchema(client, first),
  );
  const obstacles = [...(await matchPeople(client)), ...(await findObstacles(client, header))];
  if (obstacles.length > 0)
    throw new ConfigurationError(`Nothing was imported. ${obstacles.join(' ')}`);
  await numberOrganizations(client, header.organization.id);
  const columns = await columnsOf(client);
  const rows: Record<string, number> = {};
  for (const table of TRANSFER_TABLES) {
    for (const statement of table.before ?? []) await client.query(statement);
    const count = await insert(client, table, columns.get(table.name) ?? []);
    for (const statement of table.after ?? []) await client.query(statement);
    rows[table.name] = count;
    if (table.only === undefined && count !== (end.rows[table.name] ?? 0))
      throw new ConfigurationError(
        `Nothing was imported: ${count} of ${end.rows[table.name] ?? 0} rows of ${table.name} fit the tree of ${file}.`,
      );
  }
  await requireSeals(client);
  const usage = await usageSums(client, header.organization.id);
  requireSameSums(usage, end.usage);
  const jobs = await resumeJobs(client);
  const peopleFound = (end.rows.users ?? 0) - (rows.users ?? 0);
  return { slug: header.organization.slug, rows, peopleFound, jobs, usage };
}

async function requireSameSchema(client: pg.Client, { migration }: Header): Promise<void> {
  const { rows } = await client.query<{ migration: string }>(
    'select max(name) as migration from kysely_migration',
  );
  const here = rows[0]?.migration ?? 'none';
  if (here !== migration)
    throw new ConfigurationError(
      `The file was exported with the schema of ${migration}, and this database has that of ${here}: migrate both to the same version, and export again.`,
    );
}

/**
 * Gives every organization of the file a number of this installation, in order of creation, and its
 * depth, so that parents are inserted first. Those that do not hang together with the root are left
 * out.
 */
async function numberOrganizations(client: pg.Client, root: string): Promise<void> {
  await client.query(`
    create temp table import_numbers on commit drop as
    select (i.row ->> 'id')::uuid as id, (i.row ->> 'parent_id')::uuid as parent_id,
      nextval(pg_get_serial_sequence('organizations', 'ordinal')) as ordinal
    from import_rows i
    where i."table" = 'organizations'
    order by i.number`);
  await client.query('create index on import_numbers (parent_id)');
  await client.query('analyze import_numbers');
  await client.query(
    `create temp table import_organizations (id uuid primary key, ordinal bigint, depth integer) on commit drop`,
  );
  await client.query(
    `with recursive tree (id, ordinal, depth) as (
      select n.id, n.ordinal, 0 from import_numbers n where n.id = $1 and n.parent_id is null
      union all
      select n.id, n.ordinal, t.depth + 1 from tree t join import_numbers n on n.parent_id = t.id
    )
    insert into import_organizations select * from tree`,
    [root],
  );
  await client.query('analyze import_organizations');
}

/** Inserts the rows of a table in the order of the file, organizations from the top down. */
async function insert(
  client: pg.Client,
  { name, derived = [], read = {}, only }: TransferTable,
  columns: readonly string[],
): Promise<number> {
  const values = columns
    .filter((column) => column in read || !derived.includes(column))
    .map((column): [string, string] => [column, read[column] ?? `t.${column}`]);
  const isTree = name === 'organizations';
  const { rowCount } = await client.query(`
    insert into ${name} (${values.map(([column]) => column).join(', ')}) overriding system value
    select ${values.map(([, expression]) => expression).join(', ')}
    from import_rows i
    cross join lateral jsonb_populate_record(null::${name}, i.row) as t
    ${isTree ? 'join import_organizations place on place.id = t.id' : ''}
    where i."table" = '${name}'${only === undefined ? '' : ` and ${only}`}
    order by ${isTree ? 'place.depth, ' : ''}i.number`);
  return rowCount ?? 0;
}

/** Verifies the seals of the audit logs that were imported. */
async function requireSeals(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ broken: number }>(`
    with chains as (
      select (i.row ->> 'id')::uuid as id, (i.row ->> 'sequence')::bigint as sequence
      from import_rows i
      where i."table" = 'audit_chains'
    ),
    seals as (
      select e.chain_id, e.sequence,
        e.sequence <> lag(e.sequence, 1, 0::bigint) over chain
          + 1 or e.hash <> audit_hash(lag(e.hash, 1, ''::bytea) over chain, e) as is_broken
      from audit_events e
      where e.chain_id in (select id from chains) and e.sequence is not null
      window chain as (partition by e.chain_id order by e.sequence)
    )
    select (select count(*) from seals where is_broken)::int + (
      select count(*) from chains c
      where c.sequence is distinct from (select max(s.sequence) from seals s where s.chain_id = c.id)
    )::int as broken`);
  const broken = rows[0]?.broken ?? 0;
  if (broken > 0)
    throw new ConfigurationError(
      `Nothing was imported: the audit log of the file is broken in ${broken} places.`,
    );
}

function requireSameSums(here: UsageSums, said: UsageSums): void {
  const keys = new Set([...Object.keys(here), ...Object.keys(said)]);
  const different = [...keys].filter((key) => here[key] !== said[key]);
  if (different.length > 0)
    throw new ConfigurationError(
      `Nothing was imported: totals of usage would differ from those of the export: ${different
        .map((key) => `${key} is ${here[key] ?? '0'} instead of ${said[key] ?? '0'}`)
        .join(', ')}.`,
    );
}

/** What the database refused, as a sentence; what is a defect of ours stays as it is. */
function explained(error: unknown): unknown {
  const state = sqlState(error);
  if (!(error instanceof Error) || state === undefined) return error;
  if (state === '55P03')
    return new ConfigurationError(
      `Nothing was imported: another transaction held a table for more than ${LOCK_TIMEOUT}. Try again.`,
    );
  const isData = state.startsWith('22') || state.startsWith('23');
  if (!isData) return error;
  const { detail } = error as { detail?: string };
  return new ConfigurationError(
    `Nothing was imported: ${error.message.replace(/\.$/, '')}${detail === undefined ? '' : ` (${detail.replace(/\.$/, '')})`}.`,
  );
}
