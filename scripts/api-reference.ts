/** Writes docs/reference/api.md from schema.graphql; run after `npm run schema`. */
import { readFile, writeFile } from 'node:fs/promises';
import { apiReference } from './api-reference/page.ts';

const root = new URL('../', import.meta.url);
await writeFile(
  new URL('docs/reference/api.md', root),
  apiReference(await readFile(new URL('schema.graphql', root), 'utf8')),
);
