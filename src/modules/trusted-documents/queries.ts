/** Reads and writes of registered documents. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many } from '../../database/rows.ts';

/** The registered documents of a client. */
export interface RegisteredClient {
  client: string;
  documents: number;
  bytes: number;
  lastAddedAt: Date;
}

/**
 * Registers documents of a client, all or none, in addition to those it has. Returns how many were
 * new.
 */
export async function addTrustedDocuments(
  db: Database,
  client: string,
  documents: readonly { hash: Buffer; document: string }[],
): Promise<number> {
  const rows = await many(
    db,
    sql`
      insert into trusted_documents (client, hash, document)
      select ${client}, given.* from unnest(
        ${documents.map(({ hash }) => hash)}::bytea[], ${documents.map(({ document }) => document)}::text[]
      ) as given (hash, document)
      on conflict do nothing returning hash`,
  );
  return rows.length;
}

/** All clients with registered documents, by name. */
export async function listTrustedDocuments(db: Database): Promise<RegisteredClient[]> {
  const rows = await many(
    db,
    sql<RegisteredClient>`
      select client, count(*)::int as documents, sum(octet_length(document))::int as bytes,
        max(added_at) as "lastAddedAt"
      from trusted_documents group by client order by client`,
  );
  return rows;
}

/** Removes the documents of a client and returns their number. Those of other clients stay. */
export async function removeTrustedDocuments(db: Database, client: string): Promise<number> {
  const rows = await many(
    db,
    sql`delete from trusted_documents where client = ${client} returning hash`,
  );
  return rows.length;
}

/** The registered documents among the hashes (lower-case hex), by hash. */
export async function findTrustedDocuments(
  db: Database,
  hashes: readonly string[],
): Promise<Map<string, string>> {
  const rows = await many(
    db,
    sql<{ hash: string; document: string }>`
      select distinct encode(hash, 'hex') as hash, document from trusted_documents
      where hash in (select decode(given, 'hex') from unnest(${hashes}::text[]) as given)`,
  );
  return new Map(rows.map(({ hash, document }) => [hash, document]));
}
