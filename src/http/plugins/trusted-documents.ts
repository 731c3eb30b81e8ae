/**
 * Requests that name a registered document by its hash instead of sending it
 * (docs/decisions/0024-trusted-documents.md).
 */
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { Database } from '../../database/connect.ts';
import { RequestError } from '../../errors.ts';
import { recordOf } from '../../telemetry/request-record.ts';
import { TrustedDocuments, type ReadDocuments } from '../../modules/trusted-documents/lookup.ts';
import { findTrustedDocuments } from '../../modules/trusted-documents/queries.ts';

/**
 * Whether registered documents can be requested by their hash, and whether anything else is
 * accepted.
 */
export type TrustedDocumentsPolicy = 'off' | 'allow' | 'require';

/**
 * The parameter that names a document in the GraphQL-over-HTTP specification; Yoga reads it because
 * of `extraParamNames`.
 */
export const DOCUMENT_ID = 'documentId';

const notFound = (): RequestError =>
  new RequestError('PERSISTED_DOCUMENT_NOT_FOUND', 'No document with this hash is registered.', {
    http: { status: 404 },
  });

const required = (): RequestError =>
  new RequestError(
    'PERSISTED_DOCUMENT_REQUIRED',
    'Only registered documents are accepted: send a "documentId" and no "query".',
    {
      http: { status: 403 },
    },
  );

function badInput(argument: string, bound: string): RequestError {
  return new RequestError('BAD_USER_INPUT', `The ${argument} of the request ${bound}.`, {
    argument,
    bound,
    http: { status: 400 },
  });
}

/** Registered documents, and the policy for them. */
export interface Registered {
  policy: Exclude<TrustedDocumentsPolicy, 'off'>;
  documents: TrustedDocuments;
}

/**
 * The documents that are registered in a database, and those that the product brings along (`own`, by
 * their hash in lower-case hex); undefined if the policy is off.
 */
export function registeredIn(
  db: Database,
  policy: TrustedDocumentsPolicy,
  own: () => Promise<ReadonlyMap<string, string>> = async () => new Map(),
): Registered | undefined {
  if (policy === 'off') return undefined;
  const read: ReadDocuments = async (hashes) => {
    const known = await own();
    const found = await findTrustedDocuments(db, hashes);
    for (const hash of hashes) {
      const document = known.get(hash);
      if (document !== undefined) found.set(hash, document);
    }
    return found;
  };
  return { policy, documents: new TrustedDocuments(read) };
}

/**
 * Returns the hash that parameters name, in lower-case hex; null if there is none. Throws
 * `BAD_USER_INPUT` for a malformed one.
 */
export function hashIn(params: GraphQLParams): string | null {
  const documentId: unknown = DOCUMENT_ID in params ? params[DOCUMENT_ID] : undefined;
  if (documentId != null) {
    const [, hash] =
      typeof documentId === 'string' ? (/^sha256:([0-9a-f]{64})$/.exec(documentId) ?? []) : [];
    if (hash === undefined)
      throw badInput(DOCUMENT_ID, 'must be sha256: and the 64 lower-case hex digits of a document');
    return hash;
  }
  const persisted: unknown = params.extensions?.['persistedQuery'];
  if (typeof persisted !== 'object' || persisted === null || !('sha256Hash' in persisted))
    return null;
  const hash = persisted.sha256Hash;
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) {
    throw badInput(
      'persistedQuery.sha256Hash',
      'must be the 64 lower-case hex digits of a document',
    );
  }
  return hash;
}

/** Replaces the hash of a registered document with the document, before anything is parsed. */
export function trustedDocuments({ policy, documents }: Registered): Plugin {
  return usePersistedOperations({
    allowArbitraryOperations: policy === 'allow',
    extractPersistedOperationId(params, request) {
      const given: Record<string, unknown> = { ...params };
      if (request.method === 'GET')
        given[DOCUMENT_ID] ??= new URL(request.url).searchParams.get(DOCUMENT_ID);
      const hash = hashIn(given);
      if (hash !== null) recordOf(request).documentHash = hash;
      return hash;
    },
    getPersistedOperation: async (hash) => (await documents.find(hash)) ?? null,
    customErrors: {
      notFound,
      persistedQueryOnly: required,
      keyNotFound: () =>
        policy === 'require'
          ? required()
          : badInput(
              'query',
              'must be the text of a GraphQL document, unless "documentId" names one',
            ),
    },
  });
}
