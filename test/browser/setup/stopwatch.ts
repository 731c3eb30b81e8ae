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

/** Milliseconds from the last key or press of `act` to the frame that shows something. */
export async function measure(
  page: Page,
  act: () => Promise<void>,
  selector: string,
): Promise<number> {
  await page.evaluate(`(() => {
    for (const type of ['keydown', 'pointerup'])
      addEventListener(type, (event) => { globalThis.lastAct = event.timeStamp; }, true);
  })()`);
  const end = page.evaluate<number>(shown(selector));
  await act();
  const finished = await end;
  return finished - (await page.evaluate<number>('globalThis.lastAct'));
}

/** Milliseconds from the last answer of the gateway, or from that to the page itself, until it shows something. */
export async function sinceAnswer(page: Page, selector: string, path: string): Promise<number> {
  const end = await page.evaluate<number>(shown(selector));
  const answered = await page.evaluate<number>(`Math.max(0, ...performance.getEntries()
    .filter(({ name }) => new URL(name, location.href).pathname === ${JSON.stringify(path)})
    .map(({ responseEnd }) => responseEnd ?? 0))`);
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
      took.push(await measure(page, ask, rowNamed('answer')));
    }
    return Math.max(1, median(took) / PLAIN_MS, contention());
  } finally {
    await plain.close();
  }
}
