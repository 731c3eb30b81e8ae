/** The pages of the documentation hold together: links lead somewhere, the index is whole, the reference is current. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { apiReference } from '../../scripts/api-reference/page.ts';
import { anchorOf, readPage, readPages, root } from './pages.ts';

const pages = await readPages('*.md', 'docs/**/*.md', 'docs/*.txt', 'bench/*.md', '.github/*.md');

/** The targets of a page's links within the repository, as a file and an anchor. */
function linksOf({
  file,
  text,
}: {
  file: string;
  text: string;
}): { file: string; anchor: string | undefined; written: string }[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, written = '']) => written)
    .filter((written) => !/^[a-z]+:/.test(written))
    .map((written) => {
      const [target = '', anchor] = written.split('#');
      return {
        file: target === '' ? file : path.join(path.dirname(file), target),
        anchor,
        written,
      };
    });
}

describe('the documentation', () => {
  it('has no link that leads nowhere', async () => {
    const broken: string[] = [];
    for (const page of pages) {
      for (const { file, anchor, written } of linksOf(page)) {
        const exists = await stat(path.join(root, file)).then(
          () => true,
          () => false,
        );
        const leads =
          exists &&
          (anchor === undefined ||
            (await readPage(file)).headings.some((heading) => anchorOf(heading) === anchor));
        if (!leads) broken.push(`${page.file}: ${written}`);
      }
    }
    expect(pages.length).toBeGreaterThan(40);
    expect(broken).toEqual([]);
  });

  it('lists every page of docs in llms.txt, the decision records in their own list', () => {
    const listed = (file: string): Set<string> =>
      new Set(
        pages
          .filter((page) => page.file === file)
          .flatMap(linksOf)
          .map((link) => link.file),
      );
    const index = listed('docs/llms.txt');
    const records = listed('docs/decisions/README.md');
    const missing = pages
      .map(({ file }) => file)
      .filter((file) => /^docs\/.*\.md$/.test(file))
      .filter((file) => !index.has(file) && !records.has(file));
    expect(missing).toEqual([]);
  });

  it('has an API reference that follows the schema (npm run docs:api writes it)', async () => {
    const schema = await readFile(path.join(root, 'schema.graphql'), 'utf8');
    expect(await readFile(path.join(root, 'docs/reference/api.md'), 'utf8')).toBe(
      apiReference(schema),
    );
  });

  it('prints only operations that the schema accepts', async () => {
    const schema = buildSchema(await readFile(path.join(root, 'schema.graphql'), 'utf8'));
    const operations = pages.flatMap(({ file, blocks }) =>
      blocks
        .filter(({ language }) => language === 'graphql')
        .map(({ text, line }) => ({ where: `${file}:${line}`, text })),
    );
    const refused = operations.flatMap(({ where, text }) =>
      validate(schema, parse(text)).map(({ message }) => `${where}: ${message}`),
    );
    expect(operations.length).toBeGreaterThan(20);
    expect(refused).toEqual([]);
  });

  it('keeps the README short', async () => {
    const { text } = await readPage('README.md');
    expect(text.split('\n').length).toBeLessThan(200);
  });
});
