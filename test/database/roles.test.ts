/** What the role that gateways connect as cannot do, whatever a hole in the gateway might let somebody ask of it. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, describe, expect } from 'vitest';
import { verifyAuditLog } from '../../src/modules/audit/verify.ts';
import { grantGateway } from '../../src/database/grants.ts';
import { CreateRoleDocument } from '../generated/graphql.ts';
import { it } from '../setup/fixtures.ts';

let gateway: pg.Client;
it.beforeAll(async ({ world }) => {
  gateway = new pg.Client({ connectionString: world.gatewayUrl });
  await gateway.connect();
  await world.query(
    CreateRoleDocument,
    { input: { organizationId: world.org('north'), key: 'sealed', name: 'Sealed', scopes: [] } },
    { as: 'admin@north' },
  );
});
afterAll(async () => {
  await gateway.end();
});

/** The SQLSTATE and the sentence that a statement of the gateway's role ends with. */
async function refusal(statement: string): Promise<string> {
  await gateway.query('begin');
  try {
    return await gateway.query(statement).then(
      () => 'nothing was refused',
      (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
    );
  } finally {
    await gateway.query('rollback');
  }
}

describe("the gateway's role", () => {
  it.each(['audit_events', 'account_events', 'audit_chains'])(
    'is refused by privilege to change %s',
    async (table) => {
      // What the triggers say, also to an owner, is "the audit log can only be added to".
      const denied = `42501 permission denied for table ${table}`;
      expect(await refusal(`update ${table} set hash = ''`)).toBe(denied);
      expect(await refusal(`delete from ${table}`)).toBe(denied);
      expect(await refusal(`truncate ${table}`)).toBe(denied);
      expect(await refusal(`alter table ${table} disable trigger user`)).toBe(
        `42501 must be owner of table ${table}`,
      );
    },
  );

  it('is refused the ends of the chains of the audit log, which the seals alone move', async ({
    world,
  }) => {
    expect(await refusal('insert into audit_chains (id) values (uuidv7())')).toBe(
      '42501 permission denied for table audit_chains',
    );
    const insert = `insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id)
      select 'createRole', 'API_KEY', id, 'Role', 'x', 'r' from organizations where slug = 'north'`;
    expect(await refusal(insert)).toBe('nothing was refused');
    const { events, broken } = await verifyAuditLog(world.gatewayDb);
    expect(events).toBeGreaterThan(0);
    expect(broken).toBe(0);
  });

  it('can empty no table, disable no trigger and drop no table', async ({ world }) => {
    const { rows } = await sql<{ name: string }>`
      select c.oid::regclass::text as name from pg_class c
      where c.relnamespace in ('public'::regnamespace, 'graphile_worker'::regnamespace) and c.relkind in ('r', 'p') order by 1`.execute(
      world.db,
    );
    expect(rows.length).toBeGreaterThan(40);
    for (const { name } of rows) {
      expect(await refusal(`truncate ${name} cascade`)).toMatch(/^42501 permission denied for /);
      expect(await refusal(`alter table ${name} disable trigger all`)).toMatch(/^42501 /);
      expect(await refusal(`drop table ${name}`)).toMatch(/^42501 must be owner of /);
    }
  });

  it('is refused tables of its own for a session, whatever the database allowed everybody before', async ({
    world,
  }) => {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
      world.db,
    );
    await sql`grant temporary on database ${sql.id(rows[0]?.name ?? '')} to public`.execute(
      world.db,
    );
    expect(await refusal('create temporary table organizations (id uuid)')).toBe(
      'nothing was refused',
    );
    await grantGateway(world.db, 'banyan_gateway');
    expect(await refusal('create temporary table organizations (id uuid)')).toMatch(
      /^42501 permission denied to create temporary tables/,
    );
  });

  it.each([
    [
      'set session_replication_role = replica',
      /permission denied to set parameter "session_replication_role"/,
    ],
    ['create table anything (id integer)', /permission denied for schema public/],
    [
      'create temporary table organizations (id uuid)',
      /permission denied to create temporary tables/,
    ],
    ['create schema anything', /permission denied for database/],
    [
      'create function anything() returns integer language sql return 1',
      /permission denied for schema public/,
    ],
    [
      'create or replace function seal_audit_event() returns trigger language plpgsql as $$ begin return new; end $$',
      /permission denied|must be owner/,
    ],
    ['alter function seal_audit_event() security invoker', /must be owner of function/],
    ['alter table organizations add column anything text', /must be owner of table/],
    ['drop trigger audit_events_seal on audit_events', /must be owner of relation/],
    ['create role anything', /permission denied to create role/],
    ['set role banyan', /permission denied to set role/],
    ['update tree_settings set max_depth = 64', /permission denied for table tree_settings/],
    [
      `insert into trusted_documents (hash, client, document) values (sha256('{ __typename }'), 'x', '{ __typename }')`,
      /permission denied for table trusted_documents/,
    ],
    ["update scopes set implies = '{}'", /permission denied for table scopes/],
    [
      "insert into kysely_migration values ('9999', '')",
      /permission denied for table kysely_migration/,
    ],
    [
      "copy organizations to program 'cat'",
      /permission denied to COPY to or from an external program/,
    ],
    ["select pg_read_file('/etc/passwd')", /permission denied for function pg_read_file/],
  ])('is refused by privilege: %s', async (statement, sentence) => {
    const answer = await refusal(statement);
    expect(answer).toMatch(/^42501 /);
    expect(answer).toMatch(sentence);
  });

  it('prepares and drops months of usage only as far as a daily job needs it', async () => {
    expect(await refusal(`select prepare_usage_months(now(), now() + interval '3 months')`)).toBe(
      'nothing was refused',
    );
    expect(await refusal(`select prepare_usage_months(now(), now() + interval '9 years')`)).toMatch(
      /^22023 /,
    );
    expect(await refusal(`select prepare_usage_months('-infinity', now())`)).toMatch(/^22023 /);
    expect(await refusal(`select retire_usage_events(now() - interval '400 days')`)).toBe(
      'nothing was refused',
    );
    expect(await refusal(`select retire_usage_events(now())`)).toMatch(/^22023 /);
    expect(await refusal(`select retire_usage_events('infinity')`)).toMatch(/^22023 /);
  });

  it('has the same rights after they were granted again', async ({ world }) => {
    const rights = () =>
      world.rows(sql`select c.relname, c.relacl::text as rights from pg_class c
        where c.relnamespace in ('public'::regnamespace, 'graphile_worker'::regnamespace) order by 1`);
    const before = await rights();
    await Promise.all([
      grantGateway(world.db, 'banyan_gateway'),
      grantGateway(world.db, 'banyan_gateway'),
    ]);
    expect(await rights()).toEqual(before);
  });

  it('is the only one for which functions with the rights of the owner are, and each of them has a fixed search path', async ({
    world,
  }) => {
    const functions = await world.rows(sql<{ name: string; path: string | null; open: boolean }>`
      select p.proname as name, array_to_string(p.proconfig, ' ') as path, has_function_privilege('public', p.oid, 'execute') as open
      from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef order by 1`);
    const path = 'search_path=public, pg_temp';
    expect(functions).toEqual([
      { name: 'partition_usage_event_keys', path, open: false },
      { name: 'prepare_usage_months', path, open: false },
      { name: 'retire_usage_events', path, open: false },
      { name: 'seal_audit_event', path, open: false },
      {
        name: 'seal_audit_events',
        path: `${path} TimeZone=UTC enable_seqscan=off`,
        open: false,
      },
      { name: 'settle_search_index', path, open: false },
      { name: 'usage_event_keys_copy', path, open: false },
    ]);
  });
});
