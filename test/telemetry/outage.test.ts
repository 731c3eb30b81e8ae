import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Outage } from '../../src/telemetry/outage.ts';
import { createLab, type Lab } from '../faults/lab.ts';
import { keepLines, type LogLine } from '../setup/log-lines.ts';

const PAUSE_MS = 300;
const kept = keepLines();
let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ log: kept.log, outage: new Outage(kept.log, 'the database', PAUSE_MS) });
});
afterAll(() => lab.close());
beforeEach(() => void kept.texts.splice(0));

const read = () => lab.ask('{ organization { slug } }');
const outageLines = (): LogLine[] => kept.lines().filter(({ outage }) => outage !== undefined);
const sum = (lines: readonly LogLine[]): number =>
  lines.reduce((all, { failures }) => all + Number(failures), 0);

/** Asks until the outage is told to be over, and returns how many requests failed meanwhile. */
async function untilOver(): Promise<number> {
  let failed = 0;
  await expect
    .poll(
      async () => {
        if ((await read()).status === 503) failed++;
        return outageLines().at(-1)?.msg;
      },
      { timeout: 20_000 },
    )
    .toBe('an outage is over');
  return failed;
}

describe('a database that is away', () => {
  it.each(['resets connections and refuses new ones', 'vanishes without a word'])(
    'is told in a few lines that add up when it %s',
    async (how) => {
      const silent = how.startsWith('vanishes');
      expect(await read()).toMatchObject({ status: 200 });
      if (silent) lab.proxy.mode('swallow');
      else {
        lab.proxy.refuse(true);
        lab.proxy.cut();
      }
      const began = performance.now();
      const rounds = silent ? 1 : 10;
      for (let round = 0; round < rounds; round++) {
        const answers = await Promise.all(Array.from({ length: 20 }, read));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      }
      lab.proxy.refuse(false);
      lab.proxy.mode('pass');
      const total = 20 * rounds + (await untilOver());
      const lines = outageLines();
      expect(lines[0]).toMatchObject({
        msg: 'an outage begins',
        outage: 'the database',
        failures: 1,
        total: 1,
        level: 50,
      });
      expect(lines.at(-1)).toMatchObject({ total, level: 30, reason: expect.any(String) });
      expect(sum(lines)).toBe(total);
      expect(lines.length).toBeLessThanOrEqual(2 + (performance.now() - began) / PAUSE_MS);
      // Beside them there is one line for each request, and no stack anywhere.
      expect(new Set(kept.lines().map(({ msg }) => msg))).toEqual(
        new Set(['request', ...lines.map(({ msg }) => msg)]),
      );
      expect(
        kept
          .lines('request')
          .filter(
            ({ status, code, errors }) => status === 503 && code === 'UNAVAILABLE' && errors === 1,
          ),
      ).toHaveLength(total);
      expect(kept.texts.filter((text) => text.includes('"stack"'))).toEqual([]);
    },
  );
});

describe('an outage', () => {
  it('is not over while things succeed and fail in turns, and tells the rest when the process ends', async () => {
    const outage = new Outage(kept.log, 'it', 100);
    const began = performance.now();
    let failures = 0;
    while (performance.now() - began < 450) {
      outage.failed(new Error(`connect ECONNREFUSED ${++failures}`));
      outage.succeeded();
      await new Promise((resolve) => setImmediate(resolve));
    }
    outage.close();
    const lines = outageLines();
    expect(sum(lines)).toBe(failures);
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(new Set(lines.slice(1).map(({ msg }) => msg))).toEqual(new Set(['an outage goes on']));
    expect(lines.at(-1)).toMatchObject({
      total: failures,
      reason: `connect ECONNREFUSED ${failures}`,
    });
  });
});
