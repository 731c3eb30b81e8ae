import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sized } from '../setup/size.ts';
import { createWorld, type World } from '../setup/world.ts';
import { cases, disagreements } from './agreement.ts';

const TREES = sized(8, 2_000);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

describe('the ways to see a subtree', () => {
  it(`agree in ${TREES} random trees, at every page size, with and without child_organizations:manage`, async () => {
    await fc.assert(
      fc.asyncProperty(cases(12), async (drawn) => {
        expect(await disagreements(world, drawn)).toEqual([]);
      }),
      { numRuns: TREES, endOnFailure: true },
    );
  });
});
