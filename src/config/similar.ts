/** What somebody probably meant by a word that is not known. */

/** The candidate that is nearest to a word, if it is at most so many edits away; the first one of several. */
export function nearest(
  word: string,
  candidates: Iterable<string>,
  editsMax = 2,
): string | undefined {
  let nearestSoFar: string | undefined;
  let least = editsMax + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const edits = editDistance(word, candidate);
    if (edits < least) [nearestSoFar, least] = [candidate, edits];
  }
  return nearestSoFar;
}

/**
 * How many letters have to be inserted, removed, replaced or swapped with the next one (optimal
 * string alignment).
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, length) => length);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const inserted = (current[column - 1] ?? row) + 1;
      const removed = (last[column] ?? row) + 1;
      const replaced = (last[column - 1] ?? row) + (isSame ? 0 : 1);
      const swapped = isSwapped ? (beforeLast[column - 2] ?? row) + 1 : replaced;
      current.push(Math.min(inserted, removed, replaced, swapped));
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? a.length;
}
