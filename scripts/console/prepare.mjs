/**
 * Builds the console after an installation. Plain JavaScript, since an installation may run it with
 * a Node that does not know types. Without the tools, which a production installation leaves out,
 * nothing is built: an image copies dist/console from a stage that has them.
 */
import path from 'node:path';

const configFile = path.join(import.meta.dirname, '../../console/vite.config.ts');

const vite = await import('vite').catch((error) => {
  if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
  throw error;
});
if (vite) await vite.build({ configFile, logLevel: 'warn' });
else process.stdout.write('The console is not built: this installation has no build tools. See docs/console.md.\n');
