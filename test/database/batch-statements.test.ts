import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Principal } from '../../src/authorization/principal.ts';
import { readableOrganizations } from '../../src/authorization/rights.ts';
import { batchStatement, type WriteStatement } from '../../src/database/batch-statements.ts';
import type { TestDatabase } from '../setup/database.ts';
import { it } from '../setup/fixtures.ts';

const ids = (n: number): string => `019ac2f1-d0b8-7a3e-8c5f-4b2a1d0e9f8${n}`;

function keyOf(n: number, scopes: readonly string[] = ['child_organizations:manage']): Principal {
  return {
    credential: { kind: 'API_KEY', id: ids(n), name: `key ${n}`, expiresAt: null },
    user: null,
    organization: { id: ids(n), lineage: [ids(0), ids(n)], scopes: new Set(scopes) },
  };
}

const now = new Date('2026-05-05T00:00:00Z');

let names = 0;

/** Writes a statement for several callers in turn, often enough that its text is kept if it can be. */
function written(database: TestDatabase, write: WriteStatement<unknown>, args = '') {
  const name = `batch ${names++}`;
  return (principal: Principal, keys: readonly string[] = [ids(1)]) => {
    const request = { db: database.db, principal, now };
    const { sql: text, parameters } = batchStatement(name, args, request, keys, write);
    const fresh = write(request, keys).compile(database.db);
    return { text, parameters, fresh: { text: fresh.sql, parameters: fresh.parameters } };
  };
}

describe('Statements of batches', () => {
  it('have the text and the parameters of the request, whoever asked before', ({ database }) => {
    const statement = written(
      database,
      ({ principal, now: at }, keys) =>
        sql`select o.id, ${at}::timestamptz from ${readableOrganizations(principal)} as o where o.id = any (${keys}::uuid[])`,
    );
    for (const principal of [1, 2, 3, 4, 5].map((n) => keyOf(n)))
      for (const keys of [[ids(1)], [ids(2), ids(3)]]) {
        const { fresh, ...ours } = statement(principal, keys);
        expect(ours).toEqual(fresh);
      }
  });

  it('are written once per shape, not once per request', ({ database }) => {
    let times = 0;
    const statement = written(database, ({ principal }) => {
      times++;
      return sql`select ${principal.organization?.id}`;
    });
    for (let n = 0; n < 10; n++) statement(keyOf(n % 5));
    // Each call of this test writes one for comparison; the second one is written with slots as well.
    expect(times - 10).toBe(3);
  });

  it('differ between callers with different scopes', ({ database }) => {
    const statement = written(
      database,
      ({ principal }) => sql`select * from ${readableOrganizations(principal)} as o`,
    );
    for (let n = 0; n < 4; n++)
      for (const principal of [keyOf(1), keyOf(1, ['members:read']), keyOf(1, [])]) {
        const { fresh, ...ours } = statement(principal);
        expect(ours).toEqual(fresh);
      }
  });

  it.for<[string, WriteStatement<unknown>]>([
    [
      'compares two ids',
      ({ principal: { credential, organization } }) =>
        sql`select ${sql.lit(credential?.id === organization?.id)}`,
    ],
    [
      'puts an id into the text',
      ({ principal }) => sql`select ${sql.lit(String(principal.credential?.id))}`,
    ],
    ['reads a time', ({ now: at }) => sql`select ${at.getTime()}`],
    ['compares a time', ({ now: at }) => sql`select ${sql.lit(at > new Date(0))}`],
    [
      'counts keys',
      (_viewer, keys) => sql`select ${sql.lit(Array.isArray(keys) ? keys.length : -1)}`,
    ],
    ['takes the lineage apart', ({ principal }) => sql`select ${principal.organization?.lineage}`],
  ])('are not kept where the code %s', ([_what, write], { database }) => {
    const statement = written(database, write);
    for (const n of [1, 2, 1, 2, 3, 2])
      for (const keys of [[ids(1)], [ids(2), ids(3)]]) {
        const { fresh, ...ours } = statement(keyOf(n), keys);
        expect(ours).toEqual(fresh);
      }
  });
});
