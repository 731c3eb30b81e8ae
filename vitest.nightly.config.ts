/** `npm run test:nightly`: every test at its large size, and those that are too long for every day. */
import { mergeConfig } from 'vitest/config';
import everyDay from './vitest.config.ts';

const HOUR_MS = 3_600_000;

const config = mergeConfig(everyDay, {
  test: { provide: { nightly: true }, testTimeout: 2 * HOUR_MS, hookTimeout: HOUR_MS },
});
// Lists are merged by adding to them, and nothing but what has a run of its own is left out at night.
if (config.test) config.test.exclude = ['test/browser/**'];
export default config;
