/** What a statement really reads, in the plan that the gateway's connections use (docs/decisions/0017-generic-plans.md). */
import pg from 'pg';

/** A statement as the gateway ran it. */
export interface Statement {
  text: string;
  parameters: readonly unknown[];
}

export interface Reading {
  /** Rows that the statement gave. */
  returned: number;
  /** The longest list among the parameters: for so many keys it was asked. */
  keys: number;
  /** Rows that were looked at, those thrown away included, by table that grows. */
  rows: Map<string, number>;
  /** Tables, or partitions of them, that grow and that are read from end to end; a part of a plan that never ran reads nothing. */
  scanned: string[];
  /** Pages of 8 kB that were touched, those that functions touch included. */
  pages: number;
  /** False for a write that could not be repeated, of which only the plan is known. */
  ran: boolean;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Rows Removed by Join Filter'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: PlanNode[];
}

/** Explains a statement on a connection whose `plan_cache_mode` is `force_generic_plan`, and leaves nothing of it behind. */
export async function reading(
  client: pg.Client,
  { text, parameters }: Statement,
  growing: ReadonlyMap<string, string>,
): Promise<Reading> {
  const call =
    parameters.length > 0
      ? `execute explained (${parameters.map(literal).join(', ')})`
      : 'execute explained';
  await client.query('begin');
  try {
    await client.query(`prepare explained as ${text}`);
    await client.query('savepoint before');
    let ran = true;
    const explained = await client
      .query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
        `explain (analyze, buffers, timing off, format json) ${call}`,
      )
      .catch(async () => {
        ran = false;
        await client.query('rollback to savepoint before');
        return client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
          `explain (format json) ${call}`,
        );
      });
    const plan = explained.rows[0]?.['QUERY PLAN'][0]?.Plan;
    if (!plan) throw new RangeError(`no plan for ${text}`);
    const result: Reading = {
      returned: plan['Actual Rows'] ?? 0,
      keys: Math.max(
        0,
        ...parameters.map((parameter) => (Array.isArray(parameter) ? parameter.length : 0)),
      ),
      rows: new Map(),
      scanned: [],
      pages: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
      ran,
    };
    collect(plan, growing, result);
    return result;
  } finally {
    await client.query('rollback');
    await client.query('deallocate all');
  }
}

function collect(node: PlanNode, growing: ReadonlyMap<string, string>, result: Reading): void {
  const table = growing.get(node['Relation Name'] ?? '');
  if (table !== undefined) {
    // The row that a write changes is counted where it is found.
    if (node['Node Type'] === 'Seq Scan' && node['Actual Loops'] !== 0)
      result.scanned.push(node['Relation Name'] ?? table);
    if (node['Node Type'] !== 'ModifyTable') {
      const each =
        (node['Actual Rows'] ?? 0) +
        (node['Rows Removed by Filter'] ?? 0) +
        (node['Rows Removed by Index Recheck'] ?? 0);
      result.rows.set(table, (result.rows.get(table) ?? 0) + each * (node['Actual Loops'] ?? 0));
    }
  }
  for (const child of node.Plans ?? []) collect(child, growing, result);
}

/** A parameter as it stands in `execute`, in the form in which the driver sends it. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  return pg.escapeLiteral(Array.isArray(value) ? arrayText(value) : textOf(value));
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function arrayText(values: readonly unknown[]): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return 'null';
    if (Array.isArray(value)) return arrayText(value);
    return `"${textOf(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  });
  return `{${items.join(',')}}`;
}
