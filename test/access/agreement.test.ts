import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { sized } from '../setup/size.ts';
import { cases, disagreements } from './agreement.ts';

const TREES = sized(8, 2_000);

describe('the ways to see a subtree', () => {
  it(`agree in ${TREES} random trees, at every page size, with and without child_organizations:manage`, async ({
    world,
  }) => {
    await fc.assert(
      fc.asyncProperty(cases(12), async (drawn) => {
        expect(await disagreements(world, drawn)).toEqual([]);
      }),
      { numRuns: TREES, endOnFailure: true },
    );
  });
});
