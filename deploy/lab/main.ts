/**
 * `npm run lab`: three gateways over a cluster of three databases, in namespaces of their own, and
 * what callers notice while parts of it are killed, frozen, cut off or replaced.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, USAGE, type Options } from './options.ts';
import { findSystem, Unavailable } from './packages.ts';
import { runLab } from './run.ts';
import { canHaveSandbox, endWithParent, runInside } from './sandbox.ts';

const DATA = path.join(import.meta.dirname, '..', '..', '.data', 'lab');

const EXIT = { kept: 0, missed: 1, usage: 2, unavailable: 3 } as const;

/** Makes what is needed, and runs this program again inside of the namespaces. */
async function outside({ suite, isKept }: Options, args: readonly string[]): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !(await canHaveSandbox()))
    throw new Unavailable('it needs Linux, root, and unshare and ip to make namespaces with');
  const system = await findSystem(DATA, suite);
  const folder = path.join(DATA, `run-${process.pid}`);
  await mkdir(path.join(folder, 'logs'), { recursive: true });
  const self = fileURLToPath(import.meta.url);
  const code = await runInside([self, ...args, `--system=${system}`, `--folder=${folder}`]);
  if (code === EXIT.kept && !isKept) await rm(folder, { recursive: true });
  else console.log(`The logs are in ${path.join(folder, 'logs')}.`);
  return code ?? EXIT.missed;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(USAGE);
    return EXIT.kept;
  }
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (options.inside) {
    endWithParent();
    return (await runLab(options, options.inside)) ? EXIT.kept : EXIT.missed;
  }
  try {
    return await outside(options, args);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(`The lab cannot be had here: ${error.message}.`);
    return EXIT.unavailable;
  }
}

process.exit(await main(process.argv.slice(2)));
