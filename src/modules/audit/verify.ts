/**
 * Verifies that the audit log is intact: numbered without gaps, each event hashed together with the
 * one before it. It reads in pieces, in the order of an index, so that memory and the length of a
 * statement do not depend on the size of the log, and can go on where an earlier run ended.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { one } from '../../database/rows.ts';
import { ConfigurationError } from '../../errors.ts';
import { sealAuditLog } from './seal.ts';

export interface AuditLogReport {
  /** The number of events that were verified. */
  events: number;
  /** The number of events that were changed or are missing. */
  broken: number;
  /** At most five broken places. */
  examples: string[];
}

/** What was found so far, and where a later run can go on. */
export interface AuditLogProgress extends AuditLogReport {
  position: string;
}

export interface AuditLogOptions {
  /** A position that an earlier run reported; everything up to it is taken as verified. */
  after?: string | undefined;
  /** The number of events, or of ends of chains, per statement. */
  pieceRows?: number;
  /** Called after every piece. */
  onProgress?: (progress: AuditLogProgress) => void;
}

const EXAMPLES_MAX = 5;
const PIECE_ROWS = 5_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** The parts of the log, in the order in which they are verified. */
const PARTS = ['events', 'account-events', 'ends'] as const;
const TABLES = { events: 'audit_events', 'account-events': 'account_events' } as const;

interface Position {
  part: (typeof PARTS)[number];
  chain: string;
  sequence: string;
}

/** A piece: how many rows it has, what is broken among them, and the last of them. */
interface Piece {
  count: number;
  broken: number;
  examples: string[];
  chain: string | null;
  sequence: string | null;
}

/**
 * Seals what waits for it, and reads the log from its beginning, or from a position, to its end.
 * Throws a `ConfigurationError` if the position is none.
 */
export async function verifyAuditLog(
  db: Database,
  { after, pieceRows = PIECE_ROWS, onProgress }: AuditLogOptions = {},
): Promise<AuditLogReport> {
  const report: AuditLogReport = { events: 0, broken: 0, examples: [] };
  const start = after === undefined ? undefined : parsePosition(after);
  await sealAuditLog(db);
  for (const part of PARTS.slice(start && PARTS.indexOf(start.part))) {
    let position: Position =
      start?.part === part ? start : { part, chain: FIRST_ID, sequence: '0' };
    for (;;) {
      const piece = await one(db, readPiece(position, pieceRows));
      if (piece.chain === null || piece.sequence === null) break;
      position = { part, chain: piece.chain, sequence: piece.sequence };
      if (part !== 'ends') report.events += piece.count;
      report.broken += piece.broken;
      report.examples = [...report.examples, ...piece.examples].slice(0, EXAMPLES_MAX);
      onProgress?.({ ...report, position: `${part}/${position.chain}/${position.sequence}` });
      if (piece.count < pieceRows) break;
    }
  }
  return report;
}

function parsePosition(text: string): Position {
  const [, part, chain, sequence] =
    /^([a-z-]+)\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\/(\d{1,18})$/.exec(text) ?? [];
  const known = PARTS.find((name) => name === part);
  if (known === undefined || chain === undefined || sequence === undefined)
    throw new ConfigurationError(
      `${text} is no position in the audit log: it must be one that banyan check printed, such as events/${FIRST_ID}/1.`,
    );
  return { part: known, chain, sequence };
}

function readPiece(position: Position, rows: number): RawBuilder<Piece> {
  return position.part === 'ends'
    ? summary(ends(position, rows))
    : summary(events(TABLES[position.part], position, rows));
}

/** Sums up rows with `chain_id`, `sequence` and `is_broken`. */
function summary(rows: RawBuilder<unknown>): RawBuilder<Piece> {
  return sql<Piece>`
    with piece as materialized (${rows})
    select count(*)::int as count, count(*) filter (where is_broken)::int as broken,
      array(
        select chain_id || ' number ' || sequence from piece
        where is_broken order by chain_id, sequence limit ${EXAMPLES_MAX}
      ) as examples,
      (array_agg(chain_id::text order by chain_id desc, sequence desc))[1] as chain,
      (array_agg(sequence::text order by chain_id desc, sequence desc))[1] as sequence
    from piece`;
}

/**
 * The events after a position. The event at the position is read again, since the first of a piece
 * has to follow from it; if it is gone, the first does not.
 */
function events(
  table: (typeof TABLES)[keyof typeof TABLES],
  { chain, sequence }: Position,
  rows: number,
): RawBuilder<unknown> {
  return sql`
    select chain_id, sequence, sequence <> previous + 1 or hash <> audit_hash(previous_hash, event) as is_broken
    from (
      select chain_id, sequence, hash, event, is_before,
        lag(sequence, 1, 0::bigint) over chain as previous,
        lag(hash, 1, ''::bytea) over chain as previous_hash
      from (
        (select e.chain_id, e.sequence, e.hash, e as event, true as is_before from ${sql.table(table)} as e
          where e.chain_id = ${chain}::uuid and e.sequence = ${sequence}::bigint)
        union all
        (select e.chain_id, e.sequence, e.hash, e, false from ${sql.table(table)} as e
          where e.sequence is not null and (e.chain_id, e.sequence) > (${chain}::uuid, ${sequence}::bigint)
          order by e.chain_id, e.sequence limit ${rows})
      ) as read
      window chain as (partition by chain_id order by sequence)
    ) as followed
    where not is_before`;
}

/** The ends of chains after a position. A chain that was cut off has no event where it ends. */
function ends({ chain }: Position, rows: number): RawBuilder<unknown> {
  return sql`
    select c.id as chain_id, c.sequence, not exists (
      select from audit_events e where e.chain_id = c.id and e.sequence = c.sequence and e.hash = c.hash
      union all
      select from account_events e where e.chain_id = c.id and e.sequence = c.sequence and e.hash = c.hash
    ) as is_broken
    from (select * from audit_chains where id > ${chain}::uuid order by id limit ${rows}) as c`;
}
