/**
 * The parts of GraphiQL as compressed files with a hash in their name: a browser loads each only
 * once.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** The path of the files. */
export const GRAPHIQL_FILES = '/graphiql/';

/**
 * One file in the two encodings that browsers accept. It is never served uncompressed: all files
 * together are nine megabytes.
 */
export interface PageFile {
  type: string;
  br: Uint8Array<ArrayBuffer>;
  gzip: Uint8Array<ArrayBuffer>;
}

/** The files by name, and the names by purpose. */
export interface PageFiles {
  files: ReadonlyMap<string, PageFile>;
  names: Readonly<Record<'style' | 'icon' | 'script' | 'start', string>>;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const compress = { br: promisify(brotliCompress), gzip: promisify(gzip) };
/** Quality 6 of 11: as small as gzip's best, in a sixth of a second for all files. */
const BROTLI_QUALITY = 6;

/**
 * The script that the page runs once GraphiQL is loaded. Its options are in the page as data, so
 * that no script is inline.
 */
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

/** Reads GraphiQL's package and compresses its parts. */
export async function makePageFiles(): Promise<PageFiles> {
  const parts = await import('@graphql-yoga/render-graphiql/graphiql');
  const files = new Map<string, PageFile>();
  const add = async (
    name: string,
    extension: string,
    type: string,
    content: string | Buffer,
  ): Promise<string> => {
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
