/** How the console is built: hashed files in dist/console, compressed beforehand. */
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressFiles } from './compress.ts';
import { documentManifest } from './documents.ts';

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [
    // Before all others: it replaces texts of components in languages that the console does not have.
    { ...optimizeLocales.vite({ locales: ['en-US'] }), enforce: 'pre' },
    react(),
    documentManifest(),
    compressFiles(),
  ],
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    // An underscore is in no slug, so that no address of an organization begins like that of a file.
    assetsDir: '_files',
    // The content policy allows no inline script, and inline files would be in the page each time.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // All that the page itself imports is one file, which compresses better than twenty.
          groups: [{ name: 'frame', tags: ['$initial'] }],
        },
      },
    },
    target: 'es2024',
    // Compressed sizes are what counts, and a test measures them.
    reportCompressedSize: false,
  },
});
