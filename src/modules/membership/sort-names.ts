/**
 * Writes what memberships are sorted by in lists by name (docs/decisions/0043-members-by-name.md): for
 * memberships of before there was such an order, and for people whose names changed.
 */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { maybeOne, one } from '../../database/rows.ts';
import { sqlState } from '../../errors.ts';
import { startPeriodic } from '../../jobs/periodic.ts';
import type { Logger } from '../../telemetry/log.ts';

/** The number of memberships per transaction. */
const MEMBERSHIPS_AT_ONCE = 1_000;
const EVERY_MS = 1_000;
/** The advisory lock of the one process that works. */
const WORK_LOCK = 4_307_849_481_001;
/** A request has had a membership for too long. The next run tries again. */
const LOCK_NOT_AVAILABLE = '55P03';
/** Less than the second after which PostgreSQL looks for a deadlock: this work gives way. */
const LOCK_WAIT = '500ms';

/** No id is greater: all names are there. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Whether there is more to do, and the number of memberships that were read. */
interface Batch {
  memberships: number;
  more: boolean;
}

const NOTHING: Batch = { memberships: 0, more: false };

/**
 * Does all that is to be done and returns the number of memberships that were read. One process at
 * a time; in another one there is nothing to do. Names that changed while older transactions are
 * open are left to a later run.
 */
export async function writeSortNames(db: Database, atOnce = MEMBERSHIPS_AT_ONCE): Promise<number> {
  let all = 0;
  for (const next of [renameBatch, fillBatch]) {
    for (;;) {
      const { memberships, more } = await alone(db, (tx) => next(tx, atOnce));
      all += memberships;
      if (!more) break;
    }
  }
  return all;
}

/** Runs a batch in a transaction if no other process is at one, and gives way to requests. */
async function alone(db: Database, work: (tx: Database) => Promise<Batch>): Promise<Batch> {
  try {
    return await db.transaction().execute(async (tx) => {
      const { isAlone } = await one(
        tx,
        sql<{ isAlone: boolean }>`
          select pg_try_advisory_xact_lock(${WORK_LOCK}) as "isAlone",
            set_config('lock_timeout', ${LOCK_WAIT}, true)`,
      );
      return isAlone ? await work(tx) : NOTHING;
    });
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return NOTHING;
    throw error;
  }
}

/** Gives some memberships of a person who was renamed their name of now. */
async function renameBatch(tx: Database, atOnce: number): Promise<Batch> {
  const { seen } = await one(tx, seeRenamed);
  const renamed = await maybeOne(tx, nextRenamed);
  if (!renamed) return { memberships: 0, more: seen > 0 };
  const { id, user_id: user, done_to: doneTo } = renamed;
  const { memberships } = await one(
    tx,
    sql<{ memberships: number }>`
      with batch as materialized (
        select id from memberships
        where user_id = ${user}::uuid and id > ${doneTo}::uuid
        order by id limit ${atOnce}
      ),
      changed as (
        update member_names as n set sort_name = person_sort_name(u.name, u.email)
        from batch cross join users as u
        where n.membership_id = batch.id and u.id = ${user}::uuid
          and n.sort_name <> person_sort_name(u.name, u.email)
      ),
      advanced as (
        update renamed_people set done_to = (select id from batch order by id desc limit 1)
        where id = ${id} and (select count(*) from batch) = ${atOnce}
      ),
      finished as (
        delete from renamed_people
        where id = ${id} and (select count(*) from batch) < ${atOnce}
      )
      select count(*)::int as memberships from batch`,
  );
  return { memberships, more: true };
}

/** Takes note of the transactions that a new name has to wait for: those that are open now. */
const seeRenamed = sql<{ seen: number }>`
  with seen as (
    update renamed_people set from_transaction = pg_snapshot_xmax(pg_current_snapshot())
    where from_transaction is null
    returning id
  )
  select count(*)::int as seen from seen`;

/** A person whose name every membership that is added from now on has. */
const nextRenamed = sql<{ id: string; user_id: string; done_to: string }>`
  select id, user_id, done_to from renamed_people
  where from_transaction <= pg_snapshot_xmin(pg_current_snapshot())
  order by id limit 1`;

/** Writes the names of some memberships of before there was an order by name. */
async function fillBatch(tx: Database, atOnce: number): Promise<Batch> {
  const { memberships } = await one(
    tx,
    sql<{ memberships: number }>`
      with batch as materialized (
        select id, organization_id, user_id from memberships
        where id > (select up_to from member_names_filled)
        order by id limit ${atOnce} for key share
      ),
      added as (
        insert into member_names (membership_id, organization_id, sort_name)
        select batch.id, batch.organization_id, person_sort_name(u.name, u.email)
        from batch join users as u on u.id = batch.user_id
        on conflict do nothing
      ),
      progress as (
        update member_names_filled set up_to = case
          when (select count(*) from batch) < ${atOnce} then ${LAST_ID}::uuid
          else (select id from batch order by id desc limit 1)
        end
        where up_to < ${LAST_ID}::uuid
      )
      select count(*)::int as memberships from batch`,
  );
  return { memberships, more: memberships === atOnce };
}

/**
 * Works every second. Until it has filled in the names of all memberships, lists by name are exact
 * but slower; until it has come to a person who was renamed, they stand where they did. Returns a
 * function that stops it.
 */
export function startWritingSortNames(db: Database, log: Logger): () => Promise<void> {
  return startPeriodic(
    {
      everyMs: EVERY_MS,
      outage: 'sorting members by name',
      failure: 'members could not be sorted by name; it will be retried',
      log,
    },
    () => writeSortNames(db),
  );
}
