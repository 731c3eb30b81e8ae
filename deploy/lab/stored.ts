/** What a trial left in the database. */
import { sql } from 'kysely';
import { connect } from '../../src/database/connect.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import type { Stored } from './accounts.ts';
import { OWNER, primaryUrl } from './layout.ts';

interface Counted {
  name: string;
  count: number;
}

/** Counts the organizations and events whose names begin with this. */
export async function storedBy(prefix: string): Promise<Stored> {
  const db = connect({ url: primaryUrl(OWNER), poolSize: 1, log: createLogger('silent') });
  try {
    const pattern = `${prefix}-%`;
    const organizations = await sql<Counted>`
      select name, count(*)::int as count
      from organizations
      where name like ${pattern}
      group by name`.execute(db);
    const events = await sql<Counted>`
      select id as name, count(*)::int as count
      from usage_events
      where id like ${pattern}
      group by id`.execute(db);
    const counts = ({ rows }: { rows: Counted[] }): Map<string, number> =>
      new Map(rows.map(({ name, count }) => [name, count]));
    return { organizations: counts(organizations), events: counts(events) };
  } finally {
    await db.destroy();
  }
}
