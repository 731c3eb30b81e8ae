import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const execute = promisify(execFile);

/** The most that a first view may load, compressed, in bytes. */
const SCRIPT_BYTES_MAX = 200_000;

/** Loaded right after signing in: the frame's own script, and the view of the tree. */
const FIRST_VIEW = ['index.html', 'src/organizations/tree/tree.view.tsx'];

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

let folder: string;
let manifest: Record<string, Chunk>;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-console-'));
  // In a process of its own: tests run in another mode, for which React has a larger build.
  const root = path.join(import.meta.dirname, '../..');
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  const config = path.join(root, 'console/vite.config.ts');
  await execute(
    process.execPath,
    [vite, 'build', '--config', config, '--outDir', folder, '--logLevel', 'error'],
    { env: { ...process.env, NODE_ENV: undefined } },
  );
  const text = await readFile(path.join(folder, '.vite/manifest.json'), 'utf8');
  manifest = JSON.parse(text) as Record<string, Chunk>;
});
afterAll(() => rm(folder, { recursive: true }));

/** The files of some chunks and of everything that they import. */
function filesOf(names: readonly string[]): Set<string> {
  const files = new Set<string>();
  const visit = (name: string): void => {
    const { file, imports = [], css = [] } = manifest[name] ?? { file: `${name} is not there` };
    if (files.has(file)) return;
    for (const one of [file, ...css]) files.add(one);
    for (const one of imports) visit(one);
  };
  for (const name of names) visit(name);
  return files;
}

/** The bytes of a file as a browser gets it with gzip. */
async function bytesOf(file: string): Promise<number> {
  const gzipped = await readFile(path.join(folder, `${file}.gz`)).catch(() => undefined);
  return (gzipped ?? (await readFile(path.join(folder, file)))).byteLength;
}

describe('the build of the console', () => {
  it('loads at most 200 kB of compressed script for the first view', async () => {
    const scripts = [...filesOf(FIRST_VIEW)].filter((file) => file.endsWith('.js'));
    const sizes = await Promise.all(scripts.map(bytesOf));
    const sum = sizes.reduce((sum, size) => sum + size, 0);
    expect(scripts.length).toBeGreaterThan(1);
    expect(sum, `${sum} bytes in ${scripts.join(', ')}`).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
  });

  it('has no inline script or style, and everything it needs is beside it', async () => {
    const page = await readFile(path.join(folder, 'index.html'), 'utf8');
    expect(page).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\bsrc=)/);
    const references = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, at = '']) => at);
    expect(references.length).toBeGreaterThan(2);
    expect(references.filter((at) => !at.startsWith('/console/_files/'))).toEqual([]);
    const files = await readdir(path.join(folder, '_files'));
    for (const at of references) expect(files).toContain(path.basename(at));
  });

  it('holds every longer file in both compressions, with the same content', async () => {
    const files = await readdir(path.join(folder, '_files'));
    const plain = files.filter((name) => !/\.(br|gz)$/.test(name));
    for (const name of plain) {
      const bytes = await readFile(path.join(folder, '_files', name));
      if (bytes.byteLength < 1_024) continue;
      const of = (ending: string) => readFile(path.join(folder, '_files', `${name}${ending}`));
      expect(brotliDecompressSync(await of('.br')).equals(bytes)).toBe(true);
      expect(gunzipSync(await of('.gz')).equals(bytes)).toBe(true);
    }
  });
});
