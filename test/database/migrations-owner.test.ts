/** The owner of a database need not be a superuser: managed databases give nobody that right. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Database } from '../../src/database/connect.ts';
import { grantGateway } from '../../src/database/grants.ts';
import { compareMigrations, migrate } from '../../src/database/migrate.ts';
import { one } from '../../src/database/rows.ts';
import { GATEWAY_ROLE } from '../../src/embedded-postgres/start.ts';
import { installQueue } from '../../src/jobs/worker.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

const log = createLogger('silent');
const role = `owner_${randomBytes(6).toString('hex')}`;
let database: TestDatabase;
let ownerUrl: string;
let owner: Database;

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  const name = new URL(database.url).pathname.slice(1);
  await sql`create role ${sql.id(role)} login password ${sql.lit(role)}`.execute(database.db);
  await sql`alter database ${sql.id(name)} owner to ${sql.id(role)}`.execute(database.db);
  const address = new URL(database.url);
  address.username = role;
  address.password = role;
  ownerUrl = address.href;
  owner = connect({ url: ownerUrl, poolSize: 2, log });
});
afterAll(async () => {
  await owner.destroy();
  const { db } = database;
  await sql`reassign owned by ${sql.id(role)} to current_user`.execute(db);
  await sql`drop owned by ${sql.id(role)}`.execute(db);
  await sql`drop role ${sql.id(role)}`.execute(db);
  await database.close();
});

it('An owner who is no superuser migrates an empty database, and the gateway seals the audit log there', async () => {
  await migrate(owner);
  await installQueue(ownerUrl, log);
  await grantGateway(owner, GATEWAY_ROLE);
  expect(await compareMigrations(database.gatewayDb)).toEqual({ missing: [], newer: [] });

  await sql`
    with organization as (
      insert into organizations (slug, name) values ('first', 'First') returning id
    )
    insert into audit_events
      (organization_id, actor_kind, action, target_type, target_id, request_id)
    select id, 'OPERATOR', 'createOrganization', 'Organization', id, 'test'
    from organization`.execute(owner);
  const sealed = sql<{ sealed: number }>`select seal_audit_events(10) as sealed`;
  expect(await one(database.gatewayDb, sealed)).toEqual({ sealed: 1 });
  await expect(sql`update audit_events set action = 'another'`.execute(owner)).rejects.toThrow(
    'the audit log can only be added to',
  );
});
