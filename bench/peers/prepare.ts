/** Brings a forest into the state that the queries need: functions, open invitations, audit logs, and no traces of earlier runs. */
import { sql } from 'kysely';
import type { Database } from '../../src/database/connect.ts';
import { FUNCTIONS } from './sql/functions.ts';

/** Organizations with a log, and events in each. */
const AUDITED = 400;
const EVENTS = 40;

/** Prepares the forest for requests about the tree of `root`. Nothing is done twice. */
export async function prepare(db: Database, root: string): Promise<void> {
  for (const statement of FUNCTIONS) await sql.raw(statement).execute(db);
  // The forest is older than a week, so its invitations would all have expired.
  await sql`update invitations set expires_at = '2100-01-01Z' where expires_at < '2100-01-01Z'`.execute(
    db,
  );
  await writeLogs(db, root);
  await clear(db);
}

/** Gives some organizations of the tree a log, if there is none yet. */
async function writeLogs(db: Database, root: string): Promise<void> {
  const { rows } = await sql<{ is_written: boolean }>`
    select exists (select from audit_events where request_id = 'peers-log') as is_written`.execute(
    db,
  );
  if (rows[0]?.is_written) return;
  console.log('writing audit logs…');
  await sql`
    insert into audit_events
      (action, actor_kind, actor_api_key_name, acting_organization_id, organization_id, target_type, target_id, before, after, request_id)
    select 'updateOrganization', 'API_KEY', 'bench', ${root}::uuid, o.id, 'Organization', organization_public_id(o.id),
      jsonb_build_object('name', 'Name ' || n), jsonb_build_object('name', 'Name ' || n + 1), 'peers-log'
    from generate_series(1, ${EVENTS}::integer) as n cross join (
      select o.id from organizations o where o.lineage[1] = ${root}::uuid order by hashtext(o.id::text), o.id limit ${AUDITED}
    ) as o`.execute(db);
}

/** Removes the organizations and jobs that earlier runs created, and adds recorded usage to the totals. */
async function clear(db: Database): Promise<void> {
  console.log('removing what earlier runs created…');
  await sql`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))`.execute(
    db,
  );
  await sql`delete from organizations where slug like 'peers-%'`.execute(db);
  const roll = sql<{ done: number }>`select roll_usage(100000) as done`;
  const rollUp = sql<{ done: number }>`select roll_up_subtrees(100000) as done`;
  for (const step of [rollUp, roll]) {
    let done: number | undefined;
    do done = (await step.execute(db)).rows[0]?.done;
    while (done);
  }
  await sql`vacuum analyze`.execute(db);
}
