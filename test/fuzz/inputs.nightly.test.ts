/** Hostile values for every argument and input field of the schema, in large numbers and in worlds of their own. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../setup/world.ts';
import { figuresOf, fuzzInputs } from './run.ts';

const WORLDS = 10;
const REQUESTS = 10_000;

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

it.each(Array.from({ length: WORLDS }, (_, n) => n))(
  `answers ${REQUESTS} hostile requests without an internal error, a leak or a change of Object.prototype, world %i`,
  async (n) => {
    const seed = (Date.now() + n) % 1_000_000_000;
    const before = Reflect.ownKeys(Object.prototype);
    const fuzzed = await fuzzInputs(world, REQUESTS, seed);
    process.stdout.write(figuresOf(fuzzed, seed));
    expect(fuzzed.findings).toEqual([]);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
  },
  1_200_000,
);
