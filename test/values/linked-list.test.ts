/** The list of what is under way. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LinkedList } from '../../src/values/linked-list.ts';

describe('A linked list', () => {
  it('has its values in the order in which they were added, whatever is taken out', () => {
    const list = new LinkedList<string>();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((value) => list.add(value));
    if (!a || !b || !c || !d) throw new RangeError('there are four');
    expect([...list]).toEqual(['a', 'b', 'c', 'd']);
    list.delete(b);
    expect([...list]).toEqual(['a', 'c', 'd']);
    list.delete(a);
    expect([list.first?.value, list.size]).toEqual(['c', 2]);
    list.delete(d);
    list.add('e');
    expect([...list]).toEqual(['c', 'e']);
    list.delete(c);
    expect([...list]).toEqual(['e']);
  });

  it('takes an entry out once', () => {
    const list = new LinkedList<number>();
    const first = list.add(1);
    list.delete(first);
    list.add(2);
    list.delete(first);
    expect([[...list], list.size]).toEqual([[2], 1]);
  });

  it('may lose the entry that was returned while it is read', () => {
    const list = new LinkedList<number>();
    const entries = [1, 2, 3].map((value) => list.add(value));
    const read = [];
    for (const value of list) {
      const entry = entries[value - 1];
      if (entry) list.delete(entry);
      read.push(value);
    }
    expect([read, list.size, list.first]).toEqual([[1, 2, 3], 0, undefined]);
  });
});

/** Lets much pass through a list or a set, after a collection of all garbage. */
const CHURN = `
  import { LinkedList } from './src/values/linked-list.ts';
  const list = new LinkedList();
  const set = new Set();
  const add = process.argv[1] === 'list' ? (one) => list.add(one) : (one) => (set.add(one), one);
  const remove = process.argv[1] === 'list' ? (entry) => list.delete(entry) : (one) => set.delete(one);
  const underWay = [];
  for (let n = 0; n < 20_000; n++) {
    if (n === 2_000) gc();
    underWay.push(add(Array.from({ length: 500 }, (_, index) => ({ index }))));
    if (underWay.length > 16) remove(underWay.shift());
  }
`;

/** How often all garbage is collected meanwhile. */
async function collections(kind: 'list' | 'set'): Promise<number> {
  const flags = ['--trace-gc', '--expose-gc', '--max-semi-space-size=12', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', CHURN, kind]);
  return stdout.match(/Mark-Compact/g)?.length ?? 0;
}

it('What passed through a list is collected as young garbage, as what passed through a set is not', async () => {
  const [list, set] = [await collections('list'), await collections('set')];
  process.stdout.write(`collections of all garbage: ${list} with a list, ${set} with a set\n`);
  // One is asked for, and loading the module may take another.
  expect(list).toBeLessThanOrEqual(2);
  expect(set).toBeGreaterThan(2 * list);
});
