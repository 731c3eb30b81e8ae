import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { many, maybeOne, one, present } from '../../src/database/rows.ts';
import { it } from '../setup/fixtures.ts';

const numbers = (count: number) =>
  sql<{ n: number }>`select n from generate_series(1, ${count}::int) as n`;

describe('Reading rows', () => {
  it('gives all rows, the first of them, or none', async ({ database }) => {
    expect(await many(database.db, numbers(2))).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await maybeOne(database.db, numbers(2))).toEqual({ n: 1 });
    expect(await maybeOne(database.db, numbers(0))).toBeUndefined();
    expect(await one(database.db, numbers(1))).toEqual({ n: 1 });
  });

  it('takes a query of the builder, and runs it in the transaction that it is given', async ({
    database,
  }) => {
    await database.db.transaction().execute(async (tx) => {
      await one(
        tx,
        tx.insertInto('phone_numbers').values({ number: '+12025550100' }).returning('number'),
      );
      const query = database.db.selectFrom('phone_numbers').select('number');
      expect(await one(tx, query)).toEqual({ number: '+12025550100' });
      expect(await many(database.db, query)).toEqual([]);
      await tx.deleteFrom('phone_numbers').execute();
    });
  });

  it('refuses a missing row with the text of the statement', async ({ database }) => {
    await expect(one(database.db, numbers(0))).rejects.toThrow(
      'a statement returned no row where there must be one: select n from generate_series(1, $1::int) as n',
    );
    expect(() => present(undefined, 'the role')).toThrow('the role is missing where it must be');
    expect(present(0, 'the count')).toBe(0);
  });
});
