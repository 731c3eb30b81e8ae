/**
 * Measures in the page itself, since the way between the test and the browser takes time of its own.
 * The functions run in the page, where the policy allows what a debugger evaluates.
 */
import type { Page } from 'playwright-core';
import { contention } from '../../faults/control.ts';
import { startListener } from '../../setup/listener.ts';

/** What is waited for, in the words of the page: roles and names, as people are told of them. */
export const rowNamed = (name: string): string => `[role="row"][aria-label="${name}"]`;
export const OPTION = '[role="option"]';

/** Waits in the page until something is in a frame that is shown. */
const shown = (selector: string): string => `new Promise((done) => {
  const look = () =>
    document.querySelector(${JSON.stringify(selector)})
      ? requestAnimationFrame(() => done(performance.now()))
      : requestAnimationFrame(look);
  look();
})`;

/** What an act took, in milliseconds. */
export interface Took {
  /** From the last key or press to the frame that shows what came of it. */
  whole: number;
  /** The part of the page: without the time that the last request was on its way. */
  own: number;
}

/** Measures from the last key or press of `act` to the frame that shows something. */
export async function measure(
  page: Page,
  act: () => Promise<void>,
  selector: string,
): Promise<Took> {
  await page.evaluate(`(() => {
    for (const type of ['keydown', 'pointerup', 'input'])
      addEventListener(type, (event) => { globalThis.lastAct = event.timeStamp; }, true);
  })()`);
  const end = page.evaluate<number>(shown(selector));
  await act();
  const finished = await end;
  const whole = finished - (await page.evaluate<number>('globalThis.lastAct'));
  const request = await page.evaluate<number>(
    `performance.getEntriesByType('resource').map(({ duration }) => duration).at(-1)`,
  );
  return { whole, own: whole - request };
}

/** Milliseconds from the answer with the page to the first frame with something in it, which a script draws. */
export const untilFirstPaint = (page: Page): Promise<number> =>
  page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint')[0].startTime -
    performance.getEntriesByType('navigation')[0].responseEnd`);

/** Milliseconds from the last answer of the API to the frame that shows something. */
export async function sinceAnswer(page: Page, selector: string): Promise<number> {
  const end = await page.evaluate<number>(shown(selector));
  const answered = await page.evaluate<number>(`Math.max(...performance.getEntriesByType('resource')
    .filter(({ name }) => name.endsWith('/graphql'))
    .map(({ responseEnd }) => responseEnd))`);
  return end - answered;
}

/** What is between two values as often as not. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What the plain page takes on idle cores: a request to this machine, and the next two frames. */
const PLAIN_MS = 45;

const PLAIN = `<!doctype html><title>Plain</title><button>Ask</button><main></main><script>
document.querySelector('button').addEventListener('pointerup', async () => {
  const text = await (await fetch('/answer')).text();
  document.querySelector('main').innerHTML = '<p role="row" aria-label="' + text + '">' + text;
});
</script>`;

/**
 * How many times longer the machine takes at the moment than idle cores: what a plain page takes for
 * a request and what comes of it, and what a core is shared with; at least 1.
 */
export async function slowness(page: Page): Promise<number> {
  const plain = await startListener(({ path }) => ({
    status: 200,
    body: path === '/' ? PLAIN : 'answer',
    headers: { 'content-type': 'text/html' },
  }));
  try {
    const took: number[] = [];
    for (let times = 0; times < 5; times++) {
      await page.goto(plain.url);
      const ask = (): Promise<void> => page.getByRole('button', { name: 'Ask' }).click();
      took.push((await measure(page, ask, rowNamed('answer'))).whole);
    }
    return Math.max(1, median(took) / PLAIN_MS, contention());
  } finally {
    await plain.close();
  }
}
