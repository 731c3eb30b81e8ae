/** The parts of GraphiQL, as files with a hash in their name: a browser loads each once, compressed. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Folder of the files, as in their addresses. */
export const GRAPHIQL_FILES = '/graphiql/';

/** One file in the two forms that browsers take. Uncompressed, it is not served: the whole is nine megabytes. */
export interface PageFile {
  type: string;
  br: Uint8Array<ArrayBuffer>;
  gzip: Uint8Array<ArrayBuffer>;
}

/** The files by their names, and the names by what they are. */
export interface PageFiles {
  files: ReadonlyMap<string, PageFile>;
  names: Readonly<Record<'style' | 'icon' | 'script' | 'start', string>>;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const compress = { br: promisify(brotliCompress), gzip: promisify(gzip) };
/** Six of eleven: as small as gzip's best, in a sixth of a second for everything. */
const BROTLI_QUALITY = 6;

/** What the page runs once GraphiQL is loaded; its options stand in the page as data, so that no script is inline. */
function startScript(workers: Readonly<Record<string, string>>): string {
  return `'use strict';
const workers = ${JSON.stringify(workers)};
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] };
addEventListener('DOMContentLoaded', () => {
  const options = JSON.parse(document.querySelector('#options').textContent);
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), options);
});
`;
}

/** Reads the package of GraphiQL and compresses its parts. */
export async function makePageFiles(): Promise<PageFiles> {
  const parts = await import('@graphql-yoga/render-graphiql/graphiql');
  const files = new Map<string, PageFile>();
  const add = async (name: string, extension: string, type: string, content: string | Buffer): Promise<string> => {
    const bytes = Buffer.from(content);
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
    const path = `${GRAPHIQL_FILES}${name}.${hash}.${extension}`;
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
    const [br, gzipped] = [await compress.br(bytes, { params }), await compress.gzip(bytes)];
    files.set(path, { type, br: new Uint8Array(br), gzip: new Uint8Array(gzipped) });
    return path;
  };
  const icon = Buffer.from(parts.favicon.slice(parts.favicon.indexOf(',') + 1), 'base64');
  const workers = {
    editorWorkerService: await add('editor-worker', 'js', SCRIPT, parts.editorWorkerService),
    json: await add('json-worker', 'js', SCRIPT, parts.jsonWorker),
    graphql: await add('graphql-worker', 'js', SCRIPT, parts.graphqlWorker),
  };
  const names = {
    style: await add('style', 'css', 'text/css; charset=utf-8', parts.css),
    icon: await add('icon', 'ico', 'image/x-icon', icon),
    script: await add('graphiql', 'js', SCRIPT, parts.js),
    start: await add('start', 'js', SCRIPT, startScript(workers)),
  };
  return { files, names };
}
