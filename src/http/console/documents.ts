/** The documents of the console: the product's own, so that nobody has to register them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CONSOLE_FOLDER, ifAbsent } from './files.ts';

/** The manifest in the folder of the build, as `banyan documents add` takes it. */
const MANIFEST = 'documents.json';

const NONE: ReadonlyMap<string, string> = new Map();

/**
 * Returns a function that reads the documents of the build in `folder` by their hash (lower-case
 * hex). Without a build there are none, and it is looked for again.
 */
export function consoleDocuments(
  folder: string = CONSOLE_FOLDER,
): () => Promise<ReadonlyMap<string, string>> {
  let known: ReadonlyMap<string, string> | undefined;
  return async () => {
    if (known) return known;
    const text = await readFile(path.join(folder, MANIFEST), 'utf8').catch(ifAbsent);
    if (text === undefined) return NONE;
    const documents = Object.values(JSON.parse(text) as Record<string, string>);
    known = new Map(
      documents.map((document) => [createHash('sha256').update(document).digest('hex'), document]),
    );
    return known;
  };
}
