/** The shape of made-up forests: who is below whom, and since when. */
import type { Random } from './random.ts';

/** Shares of the largest trees; what is left over is spread over trees of 2 to 200 organizations. */
const LARGE_TREES = [0.3, 0.2, 0.1, 0.05, 0.02, 0.02, 0.01, 0.01, 0.01, 0.01];
const DEEPEST = 24;
const HISTORY_MS = 3 * 365 * 86_400_000;

/** Organizations by index, in the order of their creation. */
export interface Forest {
  ids: string[];
  parents: Int32Array;
  tree: Int32Array;
  createdAt: (index: number) => Date;
}

/** Grows a forest; with `oneTree`, every other root is a child of the first one. */
export function growForest(count: number, oneTree: boolean, random: Random, now: Date): Forest {
  const forest: Forest = {
    ids: Array.from({ length: count }, () => ''),
    parents: new Int32Array(count).fill(-1),
    tree: new Int32Array(count),
    createdAt: (index) =>
      new Date(now.getTime() - HISTORY_MS + Math.floor((index / count) * HISTORY_MS)),
  };
  const depth = new Uint8Array(count);
  const members: number[][] = LARGE_TREES.map(() => []);
  const shares: number[] = [];
  let sum = 0;
  for (const share of LARGE_TREES) shares.push((sum += share));
  let small: { members: number[]; size: number } | undefined;
  for (let index = 0; index < count; index++) {
    const draw = random.next();
    let treeIndex = shares.findIndex((bound) => draw < bound);
    let tree = members[treeIndex];
    if (!tree) {
      if (!small || small.members.length >= small.size) {
        small = { members: [], size: 2 + Math.floor(198 * random.next() ** 4) };
        members.push(small.members);
      }
      tree = small.members;
      treeIndex = members.indexOf(tree, members.length - 1);
    }
    const root = oneTree && index > 0 ? 0 : -1;
    const parent = tree.length === 0 ? root : chooseParent(tree, depth, random);
    forest.ids[index] = random.uuid(forest.createdAt(index));
    forest.parents[index] = parent;
    forest.tree[index] = treeIndex;
    if (parent >= 0) depth[index] = (depth[parent] ?? 0) + 1;
    tree.push(index);
  }
  return forest;
}

/**
 * Early organizations attract most children (the hubs), some parents are any, some continue the
 * newest branch.
 */
function chooseParent(tree: readonly number[], depth: Uint8Array, random: Random): number {
  const draw = random.next();
  const position =
    draw < 0.5
      ? Math.floor(tree.length * random.next() ** 6)
      : draw < 0.85
        ? random.below(tree.length)
        : tree.length - 1;
  const parent = tree[position] ?? 0;
  return (depth[parent] ?? 0) < DEEPEST ? parent : (tree[0] ?? 0);
}
