/** Hostile values for every argument and input field of the schema: every answer is one that a caller may get. */
import { expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { figuresOf, fuzzInputs } from './run.ts';

const REQUESTS = 1_000;

it(`answers ${REQUESTS} hostile requests without an internal error, a leak or a change of Object.prototype`, async ({
  world,
}) => {
  const seed = Date.now() % 1_000_000_000;
  const rejections: unknown[] = [];
  const reject = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', reject);
  const before = Reflect.ownKeys(Object.prototype);
  const fuzzed = await fuzzInputs(world, REQUESTS, seed);
  process.off('unhandledRejection', reject);
  process.stdout.write(figuresOf(fuzzed, seed));
  expect(fuzzed.findings).toEqual([]);
  expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
  expect(rejections).toEqual([]);
  // Good requests are among them: what is refused at the door reaches nothing.
  expect(fuzzed.answers.get('200 ok')).toBeGreaterThan(REQUESTS / 10);
}, 300_000);
