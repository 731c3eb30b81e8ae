/** The normalized cache of the schema. */
import {
  cacheExchange,
  type Cache,
  type KeyingConfig,
  type Resolver,
} from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { possibleTypes, typesWithoutId } from '../generated/schema.ts';
import { pagesUpToAsked } from './pages.ts';
import { updates } from './updates.ts';

/** Objects that are the same wherever they are selected, though they have no id. */
const keyedOtherwise: KeyingConfig = {
  UsageMetric: (data) => ('key' in data && typeof data.key === 'string' ? data.key : null),
};

const merged = relayPagination({ mergeMode: 'inwards' });

/**
 * Lists that views show page after page, as one list with the count of the page that was asked for.
 * Those with the newest first are read by `usePages`.
 */
const pages: Resolver = (parent, args, cache, info) => {
  // A list without arguments is kept under its plain name, which the merging does not look for.
  if (Object.keys(args).length === 0) return cache.resolve(info.parentKey, info.fieldName);
  const page = cache.resolve(info.parentKey, info.fieldName, args);
  const list = merged(parent, args, cache, info);
  if (typeof list !== 'object' || list === null) return list;
  const totalCount = typeof page === 'string' ? cache.resolve(page, 'totalCount') : undefined;
  return totalCount === undefined ? list : { ...list, totalCount };
};

/** A normalized cache. One belongs to one credential that acts in one organization. */
export function createCache() {
  return cacheExchange({
    possibleTypes,
    keys: {
      ...Object.fromEntries(typesWithoutId.map((name) => [name, () => null])),
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
        people: pages,
        invitations: pagesUpToAsked,
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
