/** Lists what the console asks, for gateways that answer registered documents alone. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { formatDocument, stringifyDocument } from '@urql/core';
import { Kind, type DocumentNode } from 'graphql';
import type { Plugin } from 'vite';

/** A document that the code generator wrote. */
const GENERATED = /^export const \w+ = (\{.*\}) as unknown as DocumentNode</gm;

/** The documents by their hash, as the client sends them: with the name of each object's type. */
export function documentsOf(folder: string): Record<string, string> {
  const texts = globSync('src/generated/**/graphql.ts', { cwd: folder })
    .toSorted()
    .flatMap((file) => [...readFileSync(path.join(folder, file), 'utf8').matchAll(GENERATED)])
    .map(([, json = '']) => JSON.parse(json) as DocumentNode)
    .filter(({ definitions: [first] }) => first?.kind === Kind.OPERATION_DEFINITION)
    .map((document) => stringifyDocument(formatDocument(document)));
  return Object.fromEntries(
    texts.map((text) => [`sha256:${createHash('sha256').update(text).digest('hex')}`, text]),
  );
}

/** Writes them to `documents.json`, a manifest as `banyan documents add` takes it. */
export function documentManifest(): Plugin {
  return {
    name: 'document-manifest',
    generateBundle() {
      const documents = documentsOf(import.meta.dirname);
      this.emitFile({
        type: 'asset',
        fileName: 'documents.json',
        source: JSON.stringify(documents, undefined, 2),
      });
    },
  };
}
