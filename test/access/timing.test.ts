import { describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { sized } from '../setup/size.ts';
import { gaps, isHidden, told } from './timing.ts';

const ROUNDS = sized(150, 20_000);

describe('how long an answer takes', () => {
  it.for<[name: string, ask: (id: string) => string]>([
    ['Query.organization', (id) => `{ organization(id: "${id}") { id members { totalCount } } }`],
    ['Query.node', (id) => `{ node(id: "${id}") { id } }`],
  ])('tells nothing of whether what %s does not find exists', async ([name, ask], { world }) => {
    const found = await gaps(world, ROUNDS, ask);
    process.stdout.write(told(name, found));
    expect(Object.entries(found).filter(([, gap]) => !isHidden(gap))).toEqual([]);
  });
});
