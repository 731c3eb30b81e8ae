/** The built console: its page, and its files with a hash in their name, as the build compressed them. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/** The path of the console. */
export const CONSOLE_PATH = '/console';

/** The folder of files whose name changes with their content. */
const HASHED = '_files';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** One file in the forms that it can be sent in; those that the build left out are absent. */
export interface ConsoleFile {
  type: string;
  plain: Uint8Array<ArrayBuffer>;
  br?: Uint8Array<ArrayBuffer>;
  gzip?: Uint8Array<ArrayBuffer>;
}

/** The console as it was built. */
export interface BuiltConsole {
  page: ConsoleFile;
  /** The other files by their path. What is not in here does not exist, whatever a path looks like. */
  files: ReadonlyMap<string, ConsoleFile>;
}

/** The path of the hashed files. */
export const CONSOLE_FILES = `${CONSOLE_PATH}/${HASHED}/`;

/** Reads the build in `folder`; undefined if there is none. */
export async function readConsole(folder: string): Promise<BuiltConsole | undefined> {
  const page = await readForms(path.join(folder, 'index.html')).catch(ifAbsent);
  if (!page) return undefined;
  const files = new Map<string, ConsoleFile>();
  const names = await readdir(path.join(folder, HASHED));
  for (const name of names.filter((name) => TYPES[path.extname(name)] !== undefined))
    files.set(`${CONSOLE_FILES}${name}`, await readForms(path.join(folder, HASHED, name)));
  return { page, files };
}

/** Where `npm ci` puts the build. */
export const CONSOLE_FOLDER = path.join(import.meta.dirname, '../../../dist/console');

async function readForms(file: string): Promise<ConsoleFile> {
  const plain = new Uint8Array(await readFile(file));
  const br = await readFile(`${file}.br`).catch(ifAbsent);
  const gzip = await readFile(`${file}.gz`).catch(ifAbsent);
  return {
    type: TYPES[path.extname(file)] ?? 'application/octet-stream',
    plain,
    ...(br && { br: new Uint8Array(br) }),
    ...(gzip && { gzip: new Uint8Array(gzip) }),
  };
}

/** Takes a file that is not there for nothing. */
export function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
