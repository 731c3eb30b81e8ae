/** Databases as they were after an earlier migration, with a little of everything that had a place by then. */
import { copyFile } from 'node:fs/promises';
import { hash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import { expect } from 'vitest';
import { verifyAuditLog } from '../../src/modules/audit/verify.ts';
import { isBaseline, isReplaced, LAST_REPLACED } from '../../src/database/baseline.ts';
import type { Database } from '../../src/database/connect.ts';
import { GATEWAY_ROLE } from '../../src/embedded-postgres/start.ts';
import { grantGateway } from '../../src/database/grants.ts';
import { verifySchemaLaws } from '../../src/database/laws.ts';
import { knownMigrations, migrate, MIGRATIONS } from '../../src/database/migrate.ts';
import { installQueue } from '../../src/jobs/worker.ts';
import { verifyTree } from '../../src/modules/organization/verify.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { verifyUsage } from '../../src/modules/usage/verify.ts';
import { rollUpUsage } from '../../src/modules/usage/roll-up.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { BEFORE_BASELINE, migrationFolder, namesIn } from '../setup/migrations.ts';

/** Organizations that `plant` leaves. */
export const PLANTED = 5;

const log = createLogger('silent');

/** What had a place already. */
interface Planted {
  metered: boolean;
  audited: boolean;
}

/** Plants something after one migration, under names with its number. */
async function plant({ db }: TestDatabase, number: string): Promise<Planted> {
  const run = async <Row>(statement: RawBuilder<Row>): Promise<Row[]> =>
    (await statement.execute(db)).rows;
  const has = async (table: string, column: string): Promise<boolean> =>
    (
      await run(
        sql`select from pg_attribute where attrelid = to_regclass(${table}) and attname = ${column} and not attisdropped`,
      )
    ).length > 0;
  const organization = async (name: string, parent: string | null): Promise<string> => {
    const [row] = await run(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id) values (${`${name}-${number}`}, ${`Café ${number}`}, ${parent}) returning id`);
    return row?.id ?? '';
  };
  const root = await organization('root', null);
  const middle = await organization('middle', root);
  const leaf = await organization('leaf', middle);
  const asleep = await organization('asleep', root);
  const gone = await organization('gone', leaf);
  if (await has('users', 'id')) {
    const email = `ann@${number}.example`;
    const verified = await has('users', 'email_verified');
    const [user] = await run(sql<{ id: string }>`
      insert into users (email, canonical_email, name ${sql.raw(verified ? ', email_verified' : '')})
      values (${email}, ${email}, 'Zoë' ${sql.raw(verified ? ', true' : '')}) returning id`);
    const [membership] = await run(sql<{ id: string }>`
      insert into memberships (organization_id, user_id) values (${middle}, ${user?.id}) returning id`);
    await run(
      sql`insert into membership_roles (membership_id, role_id) select ${membership?.id}, id from roles where built_in and key = 'admin'`,
    );
  }
  if (await has('invitations', 'id')) {
    const secret = (await has('invitations', 'token_hash'))
      ? hash('sha256', number, 'buffer')
      : undefined;
    await run(sql`
      insert into invitations (organization_id, email, canonical_email, inviter_kind, inviter_api_key_name, inviter_organization_id, expires_at
        ${sql.raw(secret ? ', token_hash' : '')})
      values (${middle}, 'new@invited.example', 'new@invited.example', 'API_KEY', 'key', ${root}, now() + interval '1 day'
        ${secret ? sql`, ${secret}::bytea` : sql``})`);
  }
  const audited = await has('audit_events', 'id');
  if (audited)
    await run(sql`
      insert into audit_events (action, actor_kind, actor_api_key_name, acting_organization_id, organization_id, target_type, target_id, request_id)
      values ('createOrganization', 'API_KEY', 'key', ${root}, ${leaf}, 'Organization', 'planted', ${number})`);
  const metered = await has('usage_events', 'id');
  if (metered) {
    const organizations = [root, middle, leaf, gone];
    if (await has('usage_event_keys', 'id'))
      await run(sql`
        insert into usage_event_keys (organization_id, id, occurred_at)
        select id, 'planted', date_trunc('day', now()) from unnest(${organizations}::uuid[]) as id`);
    await run(sql`
      insert into usage_events (organization_id, id, metric, quantity, occurred_at)
      select id, 'planted', 'voice_calls', 2.5, date_trunc('day', now()) from unnest(${organizations}::uuid[]) as id`);
  }
  // A move, a suspension and a deletion, as they were done by then.
  await run(sql`update organizations set parent_id = ${root} where id = ${leaf}`);
  await run(sql`update organizations set status = 'SUSPENDED' where id = ${asleep}`);
  const together = (await has('organizations', 'deleted_with'))
    ? sql`, deleted_with = id, status_before_deletion = 'ACTIVE'`
    : sql``;
  await run(
    sql`update organizations set status = 'DELETED', deleted_at = now() ${together} where id = ${gone}`,
  );
  return { metered, audited };
}

/** What an upgraded database held before. */
export interface Upgraded {
  database: TestDatabase;
  /** Numbers of the migrations after which something was planted, and those of them that had a place for usage and for events. */
  points: string[];
  metered: string[];
  audited: string[];
}

/**
 * Every migration that a database of version 0.1 has had by now, in order: those of version 0.1, and those that follow the
 * baseline. The baseline itself is applied to new databases only.
 */
export async function allMigrations(): Promise<string[]> {
  return [
    ...(await namesIn(BEFORE_BASELINE)),
    ...(await knownMigrations()).filter((name) => !isBaseline(name)),
  ];
}

/** Brings a database of version 0.1 to its last migration, as that version did. Returns what it applied. */
export async function toBaseline(db: Database): Promise<string[]> {
  const { rows } = await sql`select from kysely_migration where name = '0100_text'`.execute(db);
  return rows.length > 0 ? [] : migrate(db, { folder: BEFORE_BASELINE });
}

/** Migrates an empty database, plants something after each of the migrations that are named, and goes on to the newest. */
export async function upgradeFrom(names: readonly string[]): Promise<Upgraded> {
  const database = await createDatabase({ empty: true });
  const upgraded: Upgraded = { database, points: [], metered: [], audited: [] };
  const [earlier, later] = [await migrationFolder(''), await migrationFolder('0199')];
  for (const name of await allMigrations()) {
    const [from, folder] = isReplaced(name) ? [BEFORE_BASELINE, earlier] : [MIGRATIONS, later];
    await copyFile(new URL(`${name}.sql`, from), new URL(`${name}.sql`, folder.url));
    // The last of version 0.1 is applied in any case, since this version takes over nothing before it.
    if (!names.includes(name) && name !== LAST_REPLACED) continue;
    await migrate(database.db, { folder: folder.url });
    if (!names.includes(name)) continue;
    const number = name.slice(0, 4);
    upgraded.points.push(number);
    const { metered, audited } = await plant(database, number);
    if (metered) upgraded.metered.push(number);
    if (audited) upgraded.audited.push(number);
  }
  await Promise.all([earlier.remove(), later.remove()]);
  await migrate(database.db);
  return upgraded;
}

/** Does what follows a migration, and expects that everything which `banyan check` and a start look at is as it should be. */
export async function expectSound({
  db,
  gatewayDb,
  url,
}: TestDatabase): Promise<{ organizations: number; events: number; metered: number }> {
  await installQueue(url, log);
  await grantGateway(db, GATEWAY_ROLE);
  await verifySchemaLaws(gatewayDb, { production: false, apart: true }, log);
  while ((await rollUpUsage(gatewayDb)) > 0);
  const [tree, trail, usage] = [
    await verifyTree(db),
    await verifyAuditLog(db),
    await verifyUsage(db),
  ];
  const { rows: unfound } = await sql`
    select o.slug from organizations o left join search_documents d on d.organization_id = o.id
    where d.text is distinct from o.search_text`.execute(db);
  expect(unfound).toEqual([]);
  expect({ tree: tree.examples, trail: trail.examples, usage: usage.examples }).toEqual({
    tree: [],
    trail: [],
    usage: [],
  });
  return { organizations: tree.organizations, events: trail.events, metered: usage.organizations };
}
