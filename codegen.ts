import { globSync } from 'node:fs';
import path from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';

const scalars = {
  ID: 'string',
  DateTime: 'string',
  Decimal: 'string',
  EmailAddress: 'string',
  URL: 'string',
  JSON: 'unknown',
};

/** Typed documents for the operations that the tests run; a client's own configuration looks the same. */
const tests: CodegenConfig['generates'] = {
  'test/generated/': {
    preset: 'client',
    documents: 'test/operations/*.graphql',
    // The manifest of what the client sends, for `banyan documents add`.
    presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
    config: {
      documentMode: 'string',
      useTypeImports: true,
      importExtension: '.ts',
      emitLegacyCommonJSImports: false,
      scalars,
      strictScalars: true,
    },
  },
};

/**
 * Typed documents for the console: one output for each folder with documents, so that a view that is
 * loaded later brings its own documents along. Fragments that views share stand in console/src/graphql.
 */
const folders = new Set(
  globSync('console/src/**/*.graphql').map((file) => path.posix.dirname(file)),
);
const SHARED = 'console/src/graphql';
folders.delete(SHARED);
const documents: CodegenConfig['generates'] = Object.fromEntries(
  [...folders].toSorted().map((folder) => [
    `${folder.replace('console/src/', 'console/src/generated/')}/`,
    {
      preset: 'client',
      documents: [`${SHARED}/*.graphql`, `${folder}/*.graphql`],
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
      config: {
        documentMode: 'documentNode',
        dedupeFragments: true,
        useTypeImports: true,
        importExtension: '.ts',
        emitLegacyCommonJSImports: false,
        nonOptionalTypename: true,
        skipTypeNameForRoot: true,
        scalars,
        strictScalars: true,
      },
    },
  ]),
);

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    ...tests,
    ...documents,
    'console/src/generated/schema.ts': { plugins: ['./scripts/console/cache-facts.ts'] },
  },
};

export default config;
