import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';
import { median, measure, OPTION, rowNamed, sinceAnswer, slowness } from './setup/stopwatch.ts';

const REPEATS = 5;

/** A page of its own for what the machine takes for next to nothing. */
async function control(page: Page): Promise<number> {
  const plain = await page.context().browser()?.newPage();
  if (!plain) throw new Error('The page has no browser.');
  const times = await slowness(plain);
  await plain.close();
  return times;
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
      const address = new URL(page.url()).pathname;
      await page.getByRole('button', { name: 'Open the demonstration' }).waitFor();
      pages.push(await sinceAnswer(page, 'button', address));
      await openDemonstration(page);
      trees.push(await sinceAnswer(page, rowNamed('Cedar North'), '/graphql'));
      times.push(await control(page));
    }
    hold('sign-in page', pages, 1_000, median(times));
    hold('tree', trees, 1_000, median(times));
  });

  it('a row that is opened within 100 ms', async ({ open }) => {
    const took: number[] = [];
    const times: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { page } = await open();
      await openDemonstration(page);
      const expand = page.getByRole('button', { name: 'Expand Cedar North' });
      await expand.waitFor();
      took.push(await measure(page, () => expand.click(), rowNamed('Harbor Telecom')));
      times.push(await control(page));
    }
    hold('opening a row', took, 100, median(times));
  });

  it('a search within 150 ms of the last letter', async ({ open }) => {
    const took: number[] = [];
    const times: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { page } = await open();
      await openDemonstration(page);
      await page.getByRole('searchbox', { name: 'Search organizations' }).focus();
      took.push(await measure(page, () => page.keyboard.type('harbor'), OPTION));
      times.push(await control(page));
    }
    hold('search', took, 150, median(times));
  });
});
