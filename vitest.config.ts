import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/setup/longest-first.ts';

// Workers and the commands that tests start load the same modules over and over.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/modules', import.meta.url),
);

export default defineConfig({
  test: {
    // The same module loader as production: with vite's own, graphql would be loaded twice.
    experimental: { viteModuleRunner: false },
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.nightly.test.ts', 'test/browser/**'],
    provide: { nightly: false },
    globalSetup: ['test/setup/postgres.ts'],
    reporters: ['default', './test/setup/closing-line.ts'],
    pool: 'forks',
    // The product keeps nothing between gateways, so files can share what has been loaded: a third of the whole time otherwise.
    isolate: false,
    // Files wait for the database, for processes of their own and for time to pass: one more than there are cores.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes in its own time on a busy machine; claims about time are measured.
    expect: { poll: { timeout: 20_000 } },
  },
});
