import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';
import {
  median,
  measure,
  OPTION,
  rowNamed,
  sinceAnswer,
  slowness,
  untilFirstPaint,
  type Took,
} from './setup/stopwatch.ts';

const REPEATS = 5;

/** A page of its own for what the machine takes for next to nothing. */
async function control(page: Page): Promise<number> {
  const plain = await page.context().browser()?.newPage();
  if (!plain) throw new Error('The page has no browser.');
  const times = await slowness(plain);
  await plain.close();
  return times;
}

/** Prints what people wait for, which is also up to the gateway and its database. */
function print(what: string, took: readonly Took[]): void {
  const figures = took.map(({ whole }) => whole.toFixed(0)).join(', ');
  process.stdout.write(`${what}: ${figures} ms\n`);
}

/** Prints what was measured, and holds it to the limit, which is that of an idle machine. */
function hold(what: string, took: readonly number[], limitMs: number, times: number): void {
  const figures = took.map((value) => value.toFixed(0)).join(', ');
  process.stdout.write(
    `${what}: ${median(took).toFixed(0)} ms (${figures}), at most ${limitMs} on an idle machine; this one is ${times.toFixed(1)} times slower\n`,
  );
  expect(median(took)).toBeLessThan(limitMs * times);
}

describe('The console answers', () => {
  it('with a page that can be used within a second of the server', async ({ open }) => {
    const pages: number[] = [];
    const trees: number[] = [];
    const times: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { page } = await open('/console/');
      await page.getByRole('button', { name: 'Open the demonstration' }).waitFor();
      pages.push(await untilFirstPaint(page));
      await openDemonstration(page);
      trees.push(await sinceAnswer(page, rowNamed('Cedar North')));
      times.push(await control(page));
    }
    hold('sign-in page', pages, 1_000, median(times));
    hold('tree', trees, 1_000, median(times));
  });

  it('a row that is opened within 100 ms of its own', async ({ open }) => {
    const took: Took[] = [];
    const times: number[] = [];
    const { page } = await open();
    await openDemonstration(page);
    const way = ['Cedar North', 'Harbor Telecom', 'Harbor Dental', 'Harbor Dental East'];
    const below = ['Harbor Telecom', 'Harbor Dental', 'Harbor Dental East', 'Harbor Dental Pier 4'];
    for (const [at, name] of way.entries()) {
      const expand = page.getByRole('button', { name: `Expand ${name}`, exact: true });
      await expand.waitFor();
      took.push(await measure(page, () => expand.click(), rowNamed(below[at] ?? '')));
      times.push(await control(page));
    }
    print('opening a row, with the gateway', took);
    hold(
      'opening a row',
      took.map(({ own }) => own),
      100,
      median(times),
    );
  });

  it('a search within 150 ms of its own after the last letter', async ({ open }) => {
    const took: Took[] = [];
    const times: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { page } = await open();
      await openDemonstration(page);
      await page.getByRole('searchbox', { name: 'Search organizations' }).focus();
      took.push(await measure(page, () => page.keyboard.insertText('harbor'), OPTION));
      times.push(await control(page));
    }
    print('search, with the gateway', took);
    hold(
      'search',
      took.map(({ own }) => own),
      150,
      median(times),
    );
  });
});
