/** `npm run test:browser`: the console in a real browser, one file after another, since some measure time. */
import { mergeConfig } from 'vitest/config';
import everyDay from './vitest.config.ts';

const config = mergeConfig(everyDay, { test: { maxWorkers: 1 } });
// Lists are merged by adding to them, and these tests need no database but that of the product.
if (config.test) {
  config.test.include = ['test/browser/**/*.test.ts'];
  config.test.exclude = [];
  config.test.globalSetup = ['test/browser/setup/shared.ts'];
}
export default config;
