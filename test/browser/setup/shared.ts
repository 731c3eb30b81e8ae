/** One product for the whole run, which tests read and add to. */
import type { TestProject } from 'vitest/node';
import { findChromium } from './chromium.ts';
import { startProduct, type Origin } from './product.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The browser's program; undefined if the machine has none, and then all tests are skipped. */
    chromium: string | undefined;
    /** The product of the run; undefined without a browser. */
    product: Origin | undefined;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  const chromium = findChromium();
  project.provide('chromium', chromium);
  if (chromium === undefined) {
    project.provide('product', undefined);
    process.stderr.write(
      'No Chromium was found on the path or in CHROMIUM: tests of the console in a browser are skipped.\n',
    );
    return undefined;
  }
  const { origin, demo, discard } = await startProduct();
  project.provide('product', { origin, demo });
  return discard;
}
