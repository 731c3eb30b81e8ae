/** Names documents by their hash, for gateways that answer only documents that they know. */
import { makeOperation, mapExchange, stringifyDocument, type Exchange } from 'urql';

/** Stands after the cache, which adds the names of types to documents. */
export const namedByHash: Exchange = mapExchange({
  async onOperation(operation) {
    if (operation.kind === 'teardown') return operation;
    const persistedQuery = { version: 1, sha256Hash: await sha256(operation.query) } as const;
    const extensions = { ...operation.extensions, persistedQuery };
    return makeOperation(operation.kind, { ...operation, extensions }, operation.context);
  },
});

async function sha256(document: Parameters<typeof stringifyDocument>[0]): Promise<string> {
  const bytes = new TextEncoder().encode(stringifyDocument(document));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return hash.toHex();
}
