import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sized } from '../setup/size.ts';
import { createWorld, type World } from '../setup/world.ts';
import { gaps, isHidden, told } from './timing.ts';

const ROUNDS = sized(150, 20_000);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

describe('how long an answer takes', () => {
  it.each([
    [
      'Query.organization',
      (id: string) => `{ organization(id: "${id}") { id members { totalCount } } }`,
    ],
    ['Query.node', (id: string) => `{ node(id: "${id}") { id } }`],
  ])('tells nothing of whether what %s does not find exists', async (name, ask) => {
    const found = await gaps(world, ROUNDS, ask);
    process.stdout.write(told(name, found));
    expect(Object.entries(found).filter(([, gap]) => !isHidden(gap))).toEqual([]);
  });
});
