/** The map of what is in use. */
import { describe, expect, it } from 'vitest';
import { ReusedMap } from '../../src/values/reused-map.ts';

interface Counter {
  count: number;
}

const counters = (): ReusedMap<Counter> =>
  new ReusedMap<Counter>(
    () => ({ count: 0 }),
    ({ count }) => count === 0,
  );

/** Uses the objects of so many keys. */
const useAll = (map: ReusedMap<Counter>, keys: number): Counter[] =>
  Array.from({ length: keys }, (_, key) => {
    const counter = map.get(`used ${key}`);
    counter.count++;
    return counter;
  });

describe('A map of reused objects', () => {
  it('makes an object for a key once, and finds it', () => {
    const map = counters();
    expect(map.find('a')).toBeUndefined();
    const made = map.get('a');
    expect([map.get('a') === made, map.find('a') === made, map.get('b') === made]).toEqual([
      true,
      true,
      false,
    ]);
    expect([map.size, map.used]).toEqual([2, 0]);
  });

  it('stays bounded under a million keys, and keeps every object in use', () => {
    const map = counters();
    const used = useAll(map, 3_000);
    let sizeMax = 0;
    for (let key = 0; key < 1_000_000; key++) {
      const counter = map.get(`key ${key}`);
      counter.count++;
      counter.count--;
      sizeMax = Math.max(sizeMax, map.size);
    }
    expect(used.every((counter, key) => map.get(`used ${key}`) === counter)).toBe(true);
    expect(map.used).toBe(3_000);
    expect(sizeMax).toBeLessThanOrEqual(2 * 3_000 + 1_000);
  });

  it('shrinks again after many were in use at once', () => {
    const map = counters();
    for (const counter of useAll(map, 5_000)) counter.count--;
    for (let key = 0; key < 20_000; key++) map.get(`later ${key}`);
    expect(map.size).toBeLessThanOrEqual(1_000);
  });
});
