/** The normalized cache of the schema. */
import { cacheExchange, type Cache, type KeyingConfig } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { possibleTypes, typesWithoutId } from '../generated/schema.ts';

/** Objects that are the same wherever they are selected, though they have no id. */
const keyedOtherwise: KeyingConfig = {
  UsageMetric: (data) => ('key' in data && typeof data.key === 'string' ? data.key : null),
};

/** Lists that views show page after page. Those with the newest first are read by `usePages`. */
const pages = relayPagination({ mergeMode: 'inwards' });

/** A normalized cache. One belongs to one credential that acts in one organization. */
export function createCache() {
  return cacheExchange({
    possibleTypes,
    keys: {
      ...Object.fromEntries(typesWithoutId.map((name) => [name, () => null])),
      ...keyedOtherwise,
    },
    resolvers: {
      Query: {
        // What the tree has read of an organization is shown at once on its page.
        node: (_parent, args, cache) =>
          knownNode(cache, args['id']) ?? cache.resolve('Query', 'node', args),
      },
      Organization: {
        children: pages,
        descendants: pages,
        members: pages,
        people: pages,
        invitations: pages,
        contacts: pages,
      },
      UsageSummary: { byChild: pages },
      Viewer: { invitations: pages, memberships: pages },
    },
  });
}

function knownNode(cache: Cache, id: unknown) {
  if (typeof id !== 'string' || !id.startsWith('org_')) return undefined;
  const entity = { __typename: 'Organization', id };
  return cache.resolve(entity, 'id') ? entity : undefined;
}
