/** The normalized cache of the schema. */
import { cacheExchange, type Cache, type KeyingConfig } from '@urql/exchange-graphcache';
import { possibleTypes, typesWithoutId } from '../generated/schema.ts';
import { pagesUpToAsked } from './pages.ts';
import { updates } from './updates.ts';

/** The build puts a text in its place. */
declare const process: { env: { NODE_ENV?: string } };

/** Objects that are the same wherever they are selected, though they have no id. */
const keyedOtherwise: KeyingConfig = {
  UsageMetric: (data) => ('key' in data && typeof data.key === 'string' ? data.key : null),
};

/** A normalized cache. One belongs to one credential that acts in one organization. */
export function createCache() {
  return cacheExchange({
    possibleTypes,
    keys: {
      // Types without an id are warned of, but not in production.
      ...(process.env.NODE_ENV !== 'production' &&
        Object.fromEntries(typesWithoutId.map((name) => [name, () => null]))),
      ...keyedOtherwise,
    },
    updates,
    resolvers: {
      Query: {
        // What the tree has read of an organization is shown at once on its page.
        node: (_parent, args, cache) =>
          knownNode(cache, args['id']) ?? cache.resolve('Query', 'node', args),
      },
      Organization: {
        // Not `children`: the tree watches each page by itself, since a change would read all again.
        members: pagesUpToAsked,
        invitations: pagesUpToAsked,
        apiKeys: pagesUpToAsked,
        auditLog: pagesUpToAsked,
      },
      UsageSummary: { byChild: pagesUpToAsked },
      Viewer: { memberships: pagesUpToAsked },
    },
  });
}

function knownNode(cache: Cache, id: unknown) {
  if (typeof id !== 'string' || !id.startsWith('org_')) return undefined;
  const entity = { __typename: 'Organization', id };
  return cache.resolve(entity, 'id') ? entity : undefined;
}
