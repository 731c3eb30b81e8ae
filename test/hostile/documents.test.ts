/** The hostile corpus against a gateway in a process of its own, with the heap of production. */
import { describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { post, serveMeasured, type MeasuredGateway } from '../setup/process.ts';
import { sized } from '../setup/size.ts';
import type { World } from '../setup/world.ts';
import { answersLine, attackWithFamily, costOfRefusals, type FamilyFigures } from './attack.ts';
import { FAMILY_NAMES, SENDERS, STEPS, type Sender } from './corpus.ts';

const GROWTH_MAX_MIB = 64;
/** Processor time of a refusal at the 99th percentile of families; twice that where the machine is shared. */
const REFUSAL_CPU_MS = 25;
const NOISE = 2;
/** How long a legitimate request may take amid all that. */
const LEGITIMATE_MS = 3_000;

const legitimate = JSON.stringify({ query: '{ viewer { scopes } }' });

/** Every family from every sender, with a legitimate request after each. */
async function attackWithAll(
  world: World,
  gateway: MeasuredGateway,
  steps: readonly number[],
  senders: readonly Sender[] = SENDERS,
  every = 1,
) {
  const figures: FamilyFigures[] = [];
  let slowest = 0;
  for (const family of FAMILY_NAMES.filter((_, n) => n % every === 0)) {
    for (const sender of senders) {
      figures.push(
        await attackWithFamily({ gateway, key: world.token('key@north') }, family, sender, steps),
      );
      const startedAt = performance.now();
      const answer = await post(gateway.url, legitimate, world.token('key@rival'));
      slowest = Math.max(slowest, performance.now() - startedAt);
      expect(answer.status, `after ${family} from ${sender}: ${answer.text}`).toBe(200);
    }
  }
  return { figures, slowest };
}

/** Sizes that are spread over all there are. */
const spread = (count: number): number[] =>
  Array.from({ length: count }, (_, n) => STEPS - Math.floor((n * STEPS) / count));

async function withGateway(
  world: World,
  environment: Record<string, string>,
  work: (gateway: MeasuredGateway) => Promise<void>,
): Promise<void> {
  const gateway = await serveMeasured(world.gatewayUrl, {
    LOG_LEVEL: 'silent',
    WORKER: 'separate',
    ...environment,
  });
  try {
    await work(gateway);
    expect(gateway.runs()).toBe(true);
  } finally {
    const { code } = await gateway.end('SIGTERM');
    expect(code).toBe(0);
  }
}

describe('the hostile corpus ends no process, makes no error of ours and no memory grow, and leaves others their answers', () => {
  it('with budgets off, so that every document is looked at, and refuses at little cost', async ({
    world,
  }) => {
    await withGateway(world, { RATE_LIMITS: 'off' }, async (gateway) => {
      await attackWithAll(world, gateway, [STEPS]);
      const before = await gateway.memory();
      const { figures, slowest } = await attackWithAll(world, gateway, spread(sized(2, STEPS)));
      const growth = (await gateway.memory()) - before;
      const refusals = costOfRefusals(figures);
      process.stdout.write(
        answersLine(figures, growth) +
          refusals.line +
          `slowest legitimate answer: ${slowest.toFixed(0)} ms\n`,
      );
      expect(figures.flatMap(({ wrong }) => wrong)).toEqual([]);
      expect(growth).toBeLessThanOrEqual(GROWTH_MAX_MIB);
      expect(slowest).toBeLessThan(LEGITIMATE_MS);
      expect(refusals.families).toBeGreaterThan(FAMILY_NAMES.length);
      expect(refusals.p99).toBeLessThan(REFUSAL_CPU_MS * NOISE);
    });
  });

  it('with budgets as they are by default', async ({ world }) => {
    await withGateway(world, {}, async (gateway) => {
      for (let n = 0; n < 100; n++) await post(gateway.url, legitimate, world.token('key@acme'));
      const before = await gateway.memory();
      // A refusal over budget is held back, so that there is time for one sender and a third of all families by day.
      const { figures, slowest } = await attackWithAll(
        world,
        gateway,
        spread(sized(1, STEPS)),
        sized(1, 0) === 1 ? ['forger'] : SENDERS,
        sized(3, 1),
      );
      const growth = (await gateway.memory()) - before;
      process.stdout.write(
        `${answersLine(figures, growth)}slowest legitimate answer: ${slowest.toFixed(0)} ms\n`,
      );
      expect(figures.flatMap(({ wrong }) => wrong)).toEqual([]);
      expect(figures.some(({ statuses }) => statuses.has(429))).toBe(true);
      expect(growth).toBeLessThanOrEqual(GROWTH_MAX_MIB);
      expect(slowest).toBeLessThan(LEGITIMATE_MS);
    });
  });
});
