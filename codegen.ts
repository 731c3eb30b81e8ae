import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for the operations that the tests run; a client's own configuration looks the same. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'test/operations/*.graphql',
  generates: {
    'test/generated/': {
      preset: 'client',
      // The manifest of what the client sends, for `banyan documents add`.
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        importExtension: '.ts',
        emitLegacyCommonJSImports: false,
        scalars: {
          ID: 'string',
          DateTime: 'string',
          Decimal: 'string',
          EmailAddress: 'string',
          URL: 'string',
          JSON: 'unknown',
        },
        strictScalars: true,
      },
    },
  },
};

export default config;
