/** Lists that are shown page after page. */
import type { Cache, DataField, Resolver } from '@urql/exchange-graphcache';
import { stringifyVariables } from '@urql/core';

type Arguments = Record<string, unknown> | null;

/**
 * Shows a list from its beginning to the page that is asked for. Only pages that follow each other
 * are joined: when the beginning has changed, and what followed it does not any more, the list ends
 * there and can be continued, where a list that joins whatever it knows would have a gap.
 */
export const pagesUpToAsked: Resolver = (_parent, args, cache, { parentKey, fieldName }) => {
  const list = listOf(args);
  const pages = new Map<unknown, string>();
  for (const { fieldName: name, fieldKey, arguments: known } of cache.inspectFields(parentKey)) {
    if (name !== fieldName || listOf(known) !== list) continue;
    const page = cache.resolve(parentKey, fieldKey);
    const after = known?.['after'] ?? null;
    // Pages of other sizes belong to the list as well, but one of the size that is asked for is better.
    if (typeof page === 'string' && (!pages.has(after) || known?.['first'] === args['first']))
      pages.set(after, page);
  }
  const asked = pages.get(args['after'] ?? null);
  // Nothing is known: the gateway is asked.
  if (asked === undefined) return undefined;
  const shown = [pages.get(null) ?? asked];
  let last = shown[0] ?? asked;
  while (last !== asked) {
    const next = pages.get(pageInfoOf(cache, last, 'endCursor'));
    if (next === undefined || shown.includes(next)) break;
    shown.push(next);
    last = next;
  }
  const rowsOf = (field: 'nodes' | 'edges') => [
    ...new Set(shown.flatMap((page) => linksOf(cache, page, field))),
  ];
  return {
    __typename: cache.resolve(asked, '__typename'),
    nodes: rowsOf('nodes'),
    edges: rowsOf('edges'),
    totalCount: cache.resolve(asked, 'totalCount'),
    pageInfo: {
      __typename: 'PageInfo',
      hasNextPage: pageInfoOf(cache, last, 'hasNextPage') ?? false,
      endCursor: pageInfoOf(cache, last, 'endCursor') ?? null,
    },
  };
};

/** Takes a row out of all pages of a list that are known. */
export function dropFromPages(
  cache: Cache,
  {
    parent,
    field,
    key,
  }: { parent: { __typename: string; id: string }; field: string; key: string },
): void {
  for (const { fieldName, fieldKey } of cache.inspectFields(parent)) {
    const page = fieldName === field ? cache.resolve(parent, fieldKey) : null;
    if (typeof page !== 'string') continue;
    const nodes = linksOf(cache, page, 'nodes');
    if (nodes.includes(key))
      cache.link(
        page,
        'nodes',
        nodes.filter((node) => node !== key),
      );
  }
}

/** What tells one list of a field from another: everything but the page. */
function listOf(args: Arguments): string {
  const { first: _first, last: _last, after: _after, before: _before, ...list } = args ?? {};
  return stringifyVariables(list);
}

function linksOf(cache: Cache, page: string, field: 'nodes' | 'edges'): string[] {
  const links = cache.resolve(page, field);
  return Array.isArray(links) ? links.filter((link) => typeof link === 'string') : [];
}

function pageInfoOf(cache: Cache, page: string, field: string): DataField | undefined {
  const info = cache.resolve(page, 'pageInfo');
  return typeof info === 'string' ? cache.resolve(info, field) : undefined;
}
