/**
 * Fixtures of the tests in a browser. At the end of each test, no page may have asked anything but
 * its gateway, and nothing may have gone wrong in a page that the test did not allow.
 */
import { chromium } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { CHROMIUM_FLAGS } from './chromium.ts';
import { startProvider } from './provider.ts';
import { startProduct } from './product.ts';
import { visit, type Visit, type VisitOptions } from './visit.ts';

const withBrowser = test
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await chromium.launch({
      executablePath: inject('chromium') ?? '',
      args: [...CHROMIUM_FLAGS],
    });
    onCleanup(() => browser.close());
    return browser;
  })
  // The product of the run: tests may add to it, and change nothing that others read.
  .extend('product', { scope: 'file' }, () => {
    const product = inject('product');
    if (!product) throw new Error('There is no product without a browser.');
    return product;
  })
  // A product of the file's own, which it may stop.
  .extend('ownProduct', { scope: 'file' }, async ({}, { onCleanup }) => {
    const own = await startProduct();
    onCleanup(() => own.discard());
    return own;
  })
  // An identity provider that people of the file's own product sign in with.
  .extend('provider', { scope: 'file' }, async ({ ownProduct }, { onCleanup }) => {
    const provider = await startProvider(
      `${ownProduct.origin}/console/_/callback`,
      'dana.meyer@mail.example',
    );
    onCleanup(() => provider.close());
    await ownProduct.stop();
    await ownProduct.start(provider.environment);
    return provider;
  })
  .extend('open', async ({ browser, product, task }, { onCleanup }) => {
    const visits: Visit[] = [];
    onCleanup(async () => {
      // What a failed test saw says more than what it waited for.
      if (task.result?.state === 'fail')
        for (const { page } of visits)
          process.stderr.write(`${page.url()}\n${await page.locator('body').ariaSnapshot()}\n`);
      const problems = visits.flatMap((one) => one.problems);
      await Promise.all(visits.map((one) => one.close()));
      expect(problems).toEqual([]);
    });
    return async (address = '/console/', options: Partial<VisitOptions> = {}): Promise<Visit> => {
      const opened = await visit(browser, { origin: product.origin, ...options, address });
      visits.push(opened);
      return opened;
    };
  });

/** Tests with a browser; skipped where there is none. */
export const it = withBrowser.skipIf(inject('chromium') === undefined) as typeof withBrowser;
