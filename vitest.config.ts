import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The same module loader as production: with vite's own, graphql would be loaded twice.
    experimental: { viteModuleRunner: false },
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.nightly.test.ts'],
    provide: { nightly: false },
    globalSetup: ['test/setup/postgres.ts'],
    reporters: ['default', './test/setup/closing-line.ts'],
    pool: 'forks',
    // Files wait for the database and for processes of their own; two share even a small machine well.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
