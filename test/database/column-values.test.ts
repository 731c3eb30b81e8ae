import { sql } from 'kysely';
import fc from 'fast-check';
import pg from 'pg';
import { describe, expect } from 'vitest';
import { columnValues } from '../../src/database/column-values.ts';
import { one } from '../../src/database/rows.ts';
import { it } from '../setup/fixtures.ts';

const RUNS = 300;

/** Texts in which quotes, braces, commas and NULL are as likely as letters. */
const hostileText = fc
  .array(fc.constantFrom('a', 'é', ',', '"', '\\', '{', '}', ' ', 'NULL', 'null', '\n'), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));

describe('Values of columns', () => {
  it('reads arrays of texts as they were sent, whatever the texts contain', async ({
    database,
  }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(hostileText), { maxLength: 5 }), async (texts) => {
        const statement = sql<{ texts: unknown }>`select ${texts}::text[] as texts`;
        expect((await one(database.db, statement)).texts).toEqual(texts);
      }),
      { numRuns: RUNS },
    );
  });

  it('reads arrays of UUIDs, arrays with bounds of their own, and arrays of arrays', async ({
    database,
  }) => {
    const ids = ['019ac2f1-d0b8-7a3e-8c5f-4b2a1d0e9f87', '019ac2f1-d0b8-7a3e-8c5f-4b2a1d0e9f88'];
    const row = await one(
      database.db,
      sql<Record<string, unknown>>`
        select ${ids}::uuid[] as ids, '{}'::uuid[] as none, array[null::uuid] as missing,
          '[0:1]={a,b}'::text[] as bounds, array[array['a', 'b'], array['c', 'd']] as nested, null::text[] as absent`,
    );
    expect(row).toEqual({
      ids,
      none: [],
      missing: [null],
      bounds: ['a', 'b'],
      nested: [
        ['a', 'b'],
        ['c', 'd'],
      ],
      absent: null,
    });
  });

  it('gives each row an array of its own', async ({ database }) => {
    const row = await one(
      database.db,
      sql<{ a: string[]; b: string[] }>`select array['x', 'y'] as a, array['x', 'y'] as b`,
    );
    row.a.push('z');
    expect(row.b).toEqual(['x', 'y']);
  });

  it('reads instants like the driver does, from before Christ to far in the future', async ({
    database,
  }) => {
    const client = new pg.Client({
      connectionString: database.url,
      options: '-c timezone=UTC',
    });
    await client.connect();
    try {
      const texts = [
        '2026-11-01 00:00:00Z',
        '2026-11-01 23:59:59.999999Z',
        '1883-11-18 12:03:58.001Z',
        '0050-01-01 00:00:00Z',
        '12026-01-01 00:00:00.5Z',
        '0044-03-15 12:00:00Z BC',
        'infinity',
        '-infinity',
      ];
      for (const text of texts) {
        const { rows } = await client.query<{ at: string; shown: Date }>(
          'select $1::timestamptz as shown, $1::timestamptz::text as at',
          [text],
        );
        const parse = columnValues.getTypeParser(1184, 'text') as (text: string) => unknown;
        expect(parse(rows[0]?.at ?? ''), text).toEqual(rows[0]?.shown);
        const ours = await one(database.db, sql<{ at: Date }>`select ${text}::timestamptz as at`);
        expect(ours.at, text).toEqual(rows[0]?.shown);
      }
    } finally {
      await client.end();
    }
  });

  it('reads every millisecond exactly', () => {
    const parse = columnValues.getTypeParser(1184, 'text') as (text: string) => Date;
    for (let ms = 0; ms < 1_000; ms++) {
      const digits = String(ms).padStart(3, '0');
      expect(parse(`2026-11-01 00:00:00.${digits}+00`).getUTCMilliseconds()).toBe(ms);
      expect(parse(`2026-11-01 00:00:00.${digits}999+00`).getUTCMilliseconds()).toBe(ms);
    }
  });
});
