/** Document manifests, as code generators write them: a JSON object from hash to document. */
import { createHash } from 'node:crypto';
// oxlint-disable-next-line no-restricted-imports -- documents are held against the schema itself.
import { GraphQLError, parse, validate, type GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { ConfigurationError } from '../../errors.ts';

/** The maximum number of bytes of one document; the table has the same limit. */
export const TRUSTED_DOCUMENT_BYTES_MAX = 100_000;
/** The maximum number of documents in one manifest. */
export const MANIFEST_DOCUMENTS_MAX = 10_000;

/** A document whose hash was verified. */
export interface ManifestDocument {
  hash: Buffer;
  document: string;
}

const manifestForm = z.record(z.string(), z.string());

function problemOf(document: string, schema: GraphQLSchema): string | undefined {
  try {
    return validate(schema, parse(document))[0]?.message;
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}

/**
 * Returns the documents of a manifest. Keys are SHA-256 in hex, with or without the prefix
 * `sha256:`. Throws a `ConfigurationError` that names the first document whose hash is wrong, which is too
 * long, or which the schema refuses.
 */
export function readManifest(text: string, schema: GraphQLSchema): ManifestDocument[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigurationError('The manifest is not JSON.');
  }
  const manifest = manifestForm.safeParse(value);
  if (!manifest.success)
    throw new ConfigurationError('The manifest must be a JSON object from hashes to documents.');
  const entries = Object.entries(manifest.data);
  if (entries.length === 0 || entries.length > MANIFEST_DOCUMENTS_MAX) {
    throw new ConfigurationError(
      `The manifest must contain between 1 and ${MANIFEST_DOCUMENTS_MAX} documents.`,
    );
  }
  return entries.map(([key, document]) => {
    const hash = createHash('sha256').update(document).digest();
    if (key.replace(/^sha256:/, '') !== hash.toString('hex')) {
      throw new ConfigurationError(
        `The document "${key}" has a different hash: sha256:${hash.toString('hex')}.`,
      );
    }
    if (document === '' || Buffer.byteLength(document) > TRUSTED_DOCUMENT_BYTES_MAX) {
      throw new ConfigurationError(
        `The document "${key}" must have between 1 and ${TRUSTED_DOCUMENT_BYTES_MAX} bytes.`,
      );
    }
    const problem = problemOf(document, schema);
    if (problem !== undefined)
      throw new ConfigurationError(`The document "${key}" is not valid for the schema: ${problem}`);
    return { hash, document };
  });
}
