/** Reads the pages of the documentation: fenced blocks, headings and links. */
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '../..');

export interface Block {
  language: string;
  text: string;
  /** Line of the page that the text begins at. */
  line: number;
  /** Nearest heading above it. */
  heading: string;
}

export interface Page {
  /** Path from the root of the repository. */
  file: string;
  text: string;
  headings: string[];
  blocks: Block[];
}

/** Reads one page. */
export async function readPage(file: string): Promise<Page> {
  const text = await readFile(path.join(root, file), 'utf8');
  const page: Page = { file, text, headings: [], blocks: [] };
  let block: Block | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, language] = /^```(.*)$/.exec(line) ?? [];
    if (block && language === '') block = undefined;
    else if (block) block.text += `${line}\n`;
    else if (language !== undefined) {
      block = { language, text: '', line: index + 2, heading: page.headings.at(-1) ?? '' };
      page.blocks.push(block);
    } else if (/^#+ /.test(line)) page.headings.push(line.replace(/^#+ /, ''));
  }
  return page;
}

/** Reads all pages that match a pattern, in the order of their names. */
export async function readPages(...patterns: string[]): Promise<Page[]> {
  const files = await Array.fromAsync(
    glob(patterns, { cwd: root, exclude: (name) => name === 'node_modules' }),
  );
  return Promise.all(files.sort().map((file) => readPage(file)));
}

/** The fragment that a heading is linked by. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}
