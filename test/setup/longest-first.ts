/** The order of test files: what takes longest begins first, so that no file of a minute is left to one worker at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longer than their size says, longest first. Vitest orders by what each took last
 * time, and by size where there was no last time, as in CI.
 */
const LONG = [
  'browser/views',
  'browser/bad-days',
  'database/plans',
  'access/matrix',
  'cli/serve',
  'replicas/replicas',
  'compiler/hostile',
  'cli/commands',
  'usage/totals',
  'faults/overload',
  'organization/creating',
  'access/histories',
  'database/supervision',
  'database/described',
  'database/embedded',
  'access/subtree',
  'organization/search',
];

const rank = ({ moduleId }: TestSpecification): number => {
  const place = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return place < 0 ? LONG.length : place;
};

/** Puts the long files before all others. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
