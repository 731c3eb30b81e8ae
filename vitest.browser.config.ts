/** `npm run test:browser`: the console in a real browser, two files at a time, since a page waits for its gateway. */
import { mergeConfig } from 'vitest/config';
import everyDay from './vitest.config.ts';

const config = mergeConfig(everyDay, { test: { maxWorkers: 2 } });
// Lists are merged by adding to them, and these tests need no database but that of the product.
if (config.test) {
  config.test.include = ['test/browser/**/*.test.ts'];
  config.test.exclude = [];
  config.test.globalSetup = ['test/browser/setup/shared.ts'];
}
export default config;
