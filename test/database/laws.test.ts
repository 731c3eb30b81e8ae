import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/connect.ts';
import { verifySchemaLaws, UNKEYED, type LawOptions } from '../../src/database/laws.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.close());

const STRICT: LawOptions = { production: false, apart: true };

/** What the check says and warns of. */
async function verdict(
  db: Database,
  options: LawOptions,
): Promise<{ said: string; warnings: string[] }> {
  const warnings: string[] = [];
  const log = createLogger('silent');
  log.warn = (_entry: unknown, message?: string) => void warnings.push(message ?? '');
  const said = await verifySchemaLaws(db, options, log).then(
    () => 'nothing is wrong',
    (error: Error) => `${error.constructor.name}: ${error.message}`,
  );
  return { said, warnings };
}

/** What is said after a change that is undone again. */
async function afterwards(...changes: RawBuilder<unknown>[]): Promise<string> {
  let said = '';
  await database.db
    .transaction()
    .execute(async (tx) => {
      for (const change of changes) await change.execute(tx);
      await sql`set local role banyan_gateway`.execute(tx);
      ({ said } = await verdict(tx, STRICT));
      throw new RangeError('undone');
    })
    .catch((error: unknown) => {
      if (!(error instanceof RangeError)) throw error;
    });
  return said;
}

describe('the laws of the schema', () => {
  it('hold after the migrations, for the role of the gateway', async () => {
    expect((await verdict(database.gatewayDb, STRICT)).said).toBe('nothing is wrong');
    expect(await afterwards()).toBe('nothing is wrong');
  });

  it('name no exception that no table needs', async () => {
    for (const table of Object.keys(UNKEYED)) {
      const { rows } =
        await sql`select from pg_constraint k where k.conrelid = ${table}::regclass and k.contype = 'f'`.execute(
          database.db,
        );
      expect({ table, keys: rows.length }).toEqual({ table, keys: 0 });
    }
  });

  it.each<[string, RawBuilder<unknown>[], string]>([
    [
      'a table of nobody',
      [sql`create table loose (organization_id uuid references organizations (id))`],
      'organization_id may be null in loose',
    ],
    [
      'a table of organizations that are not there',
      [sql`create table stray (organization_id uuid not null)`],
      'organization_id has no foreign key in stray',
    ],
    [
      'a quantity that is not exact',
      [sql`alter table usage_events add column weight double precision`],
      'usage_events.weight',
    ],
    [
      'a trigger that is disabled',
      [sql`alter table audit_events disable trigger audit_events_seal`],
      'audit_events.audit_events_seal',
    ],
    [
      'foreign keys that are disabled',
      [sql`alter table memberships disable trigger all`],
      'Triggers are disabled: memberships.RI_ConstraintTrigger',
    ],
    [
      'a constraint that was never validated',
      [sql`alter table users add constraint late check (name <> 'x') not valid`],
      'Constraints are not enforced or not validated: users.late',
    ],
    [
      'a constraint that is not enforced',
      [sql`alter table users add constraint idle check (name <> 'x') not enforced`],
      'Constraints are not enforced or not validated: users.idle',
    ],
    [
      'a sequence that starts over',
      [sql`alter table organizations alter column ordinal set cycle`],
      'Sequences start over at their end: organizations',
    ],
    [
      'a connection that fires no triggers',
      [sql`set local session_replication_role = replica`],
      'session_replication_role is not origin',
    ],
    [
      'a role that bypasses row security',
      [sql`alter role banyan_gateway bypassrls`],
      "The gateway's role banyan_gateway may bypass row security",
    ],
    [
      'a role that owns a table',
      [sql`alter table scopes owner to banyan_gateway`],
      "The gateway's role banyan_gateway owns tables",
    ],
  ])('stop the start for %s', async (_name, changes, sentence) => {
    const said = await afterwards(...changes);
    expect(said).toMatch(/^ConfigurationError: /);
    expect(said).toContain(sentence);
  });

  it('stop the start of a gateway that connects as the owner although the two are meant to be apart', async () => {
    expect((await verdict(database.db, STRICT)).said).toContain(
      "The gateway's role banyan is a superuser",
    );
  });

  it('let one role be everything where no other is given, and say so in production', async () => {
    const alone = { production: false, apart: false };
    expect((await verdict(database.db, alone)).said).toBe('nothing is wrong');
    const { warnings } = await verdict(database.db, { ...alone, production: true });
    expect(warnings).toEqual([
      'the gateway connects as the owner of the tables; DATABASE_MIGRATION_URL keeps the two apart',
    ]);
  });

  it('stop the start in production on a server that may lose what it has promised, and warn elsewhere', async () => {
    // The server of the tests runs without fsync.
    const { said, warnings } = await verdict(database.gatewayDb, {
      production: false,
      apart: true,
    });
    expect({ said, warnings }).toEqual({
      said: 'nothing is wrong',
      warnings: ['fsync of the database server must be on: a crash would lose or corrupt data'],
    });
    expect((await verdict(database.gatewayDb, { production: true, apart: true })).said).toBe(
      'ConfigurationError: fsync of the database server must be on: a crash would lose or corrupt data.',
    );
  });
});
