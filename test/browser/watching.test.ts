import { describe, expect } from 'vitest';
import { startListener } from '../setup/listener.ts';
import { it } from './setup/fixtures.ts';

describe('Every test in a browser', () => {
  it('fails if a page asks anything but its gateway, breaks the policy or throws', async ({
    open,
  }) => {
    const visit = await open();
    const elsewhere = await startListener(() => ({ status: 200, body: '{}' }));
    await visit.page.evaluate(
      `fetch(${JSON.stringify(`${elsewhere.url}/fetched`)}).catch(() => undefined)`,
    );
    await visit.page.evaluate(`setTimeout(() => { throw new Error('thrown by a test'); })`);
    await visit.page.evaluate(`console.error('logged by a test')`);
    const expected = [
      /^request to http:\/\/127/,
      /content security policy/i,
      /^exception: .*thrown by a test/,
      /^console: logged by a test/,
    ];
    await visit.page.goto(elsewhere.url);
    for (const text of expected)
      await expect.poll(() => visit.problems).toContainEqual(expect.stringMatching(text));
    // The policy kept the first of them from being sent.
    expect(elsewhere.calls.map(({ path }) => path)).not.toContain('/fetched');
    await elsewhere.close();
    for (const text of [...expected, /Fetch API cannot load/, /favicon|status of/])
      visit.allow(text);
  });
});
