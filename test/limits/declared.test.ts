import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  type GraphQLField,
} from 'graphql';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { SCOPES_MAX } from '../../src/authorization/scopes.ts';
import { costOf } from '../../src/graphql/cost.ts';
import { schema } from '../../src/schema.ts';
import { METRICS_MAX } from '../../src/modules/usage/catalog.ts';
import { it } from '../setup/fixtures.ts';

/** Every list field of the schema, as `Type.field`. */
const lists: [string, GraphQLField<unknown, unknown>][] = Object.values(schema.getTypeMap())
  .filter((type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
  .flatMap((type) =>
    Object.values(isObjectType(type) || isInterfaceType(type) ? type.getFields() : {}).map(
      (field) => [type.name, field] as const,
    ),
  )
  .filter(([, field]) => isListType(getNullableType(field.type)))
  .map(([type, field]) => [`${type}.${field.name}`, field]);

describe('the bound of a list', () => {
  it('is declared by every list field of the schema', () => {
    expect(lists.length).toBeGreaterThan(40);
    expect(
      lists.filter(([, field]) => costOf(field).items === undefined).map(([name]) => name),
    ).toEqual([]);
  });

  it('is a whole number whatever the arguments are, also where coercion is yet to refuse them', () => {
    const nonsense = [
      undefined,
      null,
      -1,
      1.5,
      NaN,
      Infinity,
      1e9,
      'x',
      '',
      [],
      ['x'],
      {},
      { users: 7, events: 'x' },
      true,
    ];
    for (const [name, field] of lists) {
      const { items } = costOf(field);
      if (typeof items !== 'function') {
        expect(items, name).toBeGreaterThan(0);
        continue;
      }
      for (const value of nonsense) {
        const all = Object.fromEntries(
          ['first', 'last', 'from', 'to', 'size', 'keys', 'ids', 'input'].map((key) => [
            key,
            value,
          ]),
        );
        for (const bound of [items(all, all), items({}, all), items(all, {})]) {
          expect(bound, `${name} for ${JSON.stringify(value)}`).toBeGreaterThanOrEqual(0);
          expect(bound, `${name} for ${JSON.stringify(value)}`).toBeLessThanOrEqual(10_000);
        }
      }
    }
  });

  it('looks at the arguments above only where it says so', () => {
    for (const [name, field] of lists) {
      const { items, readsParent = false } = costOf(field);
      if (typeof items !== 'function' || readsParent) continue;
      let looked = false;
      const parent = new Proxy({}, { get: () => (looked = true) });
      items({}, parent);
      expect(looked, name).toBe(false);
    }
  });

  it('holds for the catalogs that a migration can extend', async ({ world }) => {
    const [counts] = await world.rows(
      sql<{
        scopes: number;
        metrics: number;
      }>`select (select count(*)::int from scopes) as scopes, (select count(*)::int from usage_metrics) as metrics`,
    );
    expect(counts?.scopes).toBeLessThanOrEqual(SCOPES_MAX);
    expect(counts?.metrics).toBeLessThanOrEqual(METRICS_MAX);
  });

  it('is not needed anywhere else: no list lies in a list', () => {
    for (const [name, field] of lists) {
      const list = getNullableType(field.type);
      const item = isListType(list) ? getNullableType(list.ofType) : list;
      expect(isListType(item), name).toBe(false);
      expect(
        isCompositeType(getNamedType(field.type)) ||
          costOf(field).weight === undefined ||
          costOf(field).weight === 1,
        name,
      ).toBe(true);
    }
  });
});
