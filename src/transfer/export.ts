/** Writes a tree to a file, as of one instant and with bounded memory. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import packageJson from '../../package.json' with { type: 'json' };
import { AddressClient } from '../database/address-client.ts';
import { ConfigurationError } from '../errors.ts';
import { columnsOf } from './columns.ts';
import { FORMAT, printEnd, printHeader } from './file.ts';
import { usageSums } from './sums.ts';
import { TRANSFER_TABLES, type TransferTable } from './tables.ts';

export interface Exported {
  /** Rows by table. */
  rows: Record<string, number>;
}

interface Root {
  id: string;
  slug: string;
  path: string;
  parent: string | null;
  at: string;
  migration: string;
  events_from: string;
  /** Another tree whose audit log has events of this one. */
  entangled: string | null;
}

/**
 * Writes the tree below a top-level organization, deleted organizations included, to a new file
 * that only its owner may read: it holds the hashes of credentials. The transaction only reads, so
 * a hot standby can be asked too. Throws a `ConfigurationError` if there is no such tree or the file
 * cannot be made; a file that is not whole is removed.
 */
export async function exportTree(url: string, slug: string, file: string): Promise<Exported> {
  const client = new AddressClient({ connectionString: url });
  // The statement under way says it as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query(`set local timezone = 'UTC'`);
    await client.query('set local statement_timeout = 0');
    const root = await findRoot(client, slug);
    const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
    await once(out, 'open').catch((error: unknown) => {
      throw new ConfigurationError(`${file} cannot be made: ${(error as Error).message}.`);
    });
    try {
      const exported = await write(client, root, out);
      out.end();
      await once(out, 'finish');
      await client.query('commit');
      return exported;
    } catch (error) {
      out.destroy();
      await rm(file, { force: true });
      throw error;
    }
  } finally {
    await client.end();
  }
}

async function findRoot(client: pg.Client, slug: string): Promise<Root> {
  const {
    rows: [root],
  } = await client.query<Root>(
    `select o.id, o.slug, o.path, p.slug as parent, to_json(now()) #>> '{}' as at,
      (select max(name) from kysely_migration) as migration,
      (select to_json(events_from) #>> '{}' from usage_retention) as events_from,
      (select coalesce(r.slug, e.chain_id::text)
        from organizations b
        join audit_events e on e.organization_id = b.id
        left join organizations r on r.id = e.chain_id
        where b.path >= o.path and b.path < subtree_end(o.path)
          and not exists (select from organizations c
            where c.id = e.chain_id and c.path >= o.path and c.path < subtree_end(o.path))
        limit 1) as entangled
    from organizations o
    left join organizations t on t.id = o.lineage[1] and o.parent_id is not null
    left join organizations p on p.id = t.id
    where o.slug = $1`,
    [slug],
  );
  if (!root) throw new ConfigurationError(`There is no organization ${slug}.`);
  if (root.parent !== null)
    throw new ConfigurationError(
      `${slug} is below ${root.parent}: whole trees are exported, so name the organization at the top.`,
    );
  if (root.entangled !== null)
    throw new ConfigurationError(
      `Events of ${slug} are in the audit log of another tree, ${root.entangled}: a part of a log cannot be verified elsewhere.`,
    );
  return root;
}

async function write(client: pg.Client, root: Root, out: WriteStream): Promise<Exported> {
  const failed = new Promise<never>((_, reject) => out.once('error', reject));
  // Told when it is waited for.
  failed.catch(() => undefined);
  const put = async (text: string | Buffer): Promise<void> => {
    if (!out.write(text)) await Promise.race([once(out, 'drain'), failed]);
  };
  const { id, slug, migration, at, events_from: usageEventsFrom } = root;
  const { version } = packageJson;
  await put(
    printHeader({
      format: FORMAT,
      product: 'banyan',
      version,
      migration,
      at,
      organization: { id, slug },
      usageEventsFrom,
    }),
  );
  const columns = await columnsOf(client);
  const hash = createHash('sha256');
  const rows: Record<string, number> = {};
  for (const table of TRANSFER_TABLES) {
    const statement = copyStatement(table, columns.get(table.name) ?? [], root);
    let count = 0;
    for await (const piece of client.query(copyTo(statement))) {
      const bytes = piece as Buffer;
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
      hash.update(bytes);
      await put(bytes);
    }
    rows[table.name] = count;
  }
  const usage = await usageSums(client, id);
  await put(printEnd({ rows, usage, sha256: hash.digest('hex') }));
  return { rows };
}

/**
 * The statement that writes the lines of a table. JSON has no control characters, so no line needs
 * what CSV puts around some.
 */
function copyStatement(table: TransferTable, columns: readonly string[], root: Root): string {
  const { name, from, order, derived = [], written = {} } = table;
  const selected = [
    ...columns.filter((column) => !derived.includes(column)).map((column) => `t.${column}`),
    ...Object.entries(written).map(([column, expression]) => `${expression} as ${column}`),
  ];
  const rows = `select ${selected.join(', ')} from ${inTree(from, root)} order by ${order}`;
  return `copy (select '{"table":"${name}","row":' || row_to_json(r)::text || '}' from (${rows}) as r)
    to stdout (format csv, quote e'\\x01', delimiter e'\\x02')`;
}

/** Puts the sets of ids in their places. */
function inTree(sql: string, { path }: Root): string {
  const top = `${pg.escapeLiteral(path)} collate "C"`;
  const tree = `(select o.id from organizations o where o.path >= ${top} and o.path < subtree_end(${top}))`;
  // Events of purged organizations are the last that is known of them.
  const purged = `(select e.organization_id from audit_events e where e.chain_id in ${tree}
    and not exists (select from organizations o where o.id = e.organization_id))`;
  const chains = `(select id from ${tree} as below union select organization_id from ${purged} as gone)`;
  return sql
    .replaceAll('{chains}', chains)
    .replaceAll('{purged}', purged)
    .replaceAll('{tree}', tree);
}
