/** What changes of the tree make wrong in the cache: lists and counts of what lies around. */
import type { Cache, UpdatesConfig } from '@urql/exchange-graphcache';

type Row = Record<string, unknown>;
const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null;

/** Lists and counts of what is below. */
const BELOW = new Set([
  'children',
  'descendants',
  'childCount',
  'descendantCount',
  'hasChildren',
  'people',
]);
/** What depends on where an organization is. */
const ABOVE = new Set(['ancestors', 'parent', 'depth', 'partnership']);

/** Forgets fields of an organization, with whatever arguments they were asked for. */
function forget(cache: Cache, organization: unknown, names: ReadonlySet<string>): void {
  if (!isRow(organization) || typeof organization['id'] !== 'string') return;
  const entity = { __typename: 'Organization', id: organization['id'] };
  for (const { fieldName, arguments: given } of cache.inspectFields(entity))
    if (names.has(fieldName)) cache.invalidate(entity, fieldName, given ?? undefined);
}

/** Forgets what an organization and all above it know of what is below them. */
function forgetBelow(cache: Cache, organization: unknown): void {
  forget(cache, organization, BELOW);
  const above = isRow(organization) ? organization['ancestors'] : undefined;
  if (Array.isArray(above)) for (const one of above) forget(cache, one, BELOW);
}

/** Forgets where the organizations are whose pages were shown. */
function forgetPlaces(cache: Cache): void {
  for (const { fieldName, fieldKey } of cache.inspectFields('Query')) {
    if (fieldName !== 'organization') continue;
    const key = cache.resolve('Query', fieldKey);
    if (typeof key !== 'string') continue;
    for (const field of cache.inspectFields(key))
      if (ABOVE.has(field.fieldName))
        cache.invalidate(key, field.fieldName, field.arguments ?? undefined);
  }
}

/** The payload of a mutation; undefined if it failed. Failures have none of these fields. */
const payloadOf = (result: Row, mutation: string): Row | undefined => {
  const payload = result[mutation];
  return isRow(payload) ? payload : undefined;
};

const parentOf = (payload: Row | undefined): unknown =>
  isRow(payload?.['organization']) ? payload['organization']['parent'] : undefined;

export const organizationUpdates: NonNullable<UpdatesConfig['Mutation']> = {
  createOrganization: (result, _args, cache) =>
    forgetBelow(cache, parentOf(payloadOf(result, 'createOrganization'))),
  restoreOrganization: (result, _args, cache) =>
    forgetBelow(cache, parentOf(payloadOf(result, 'restoreOrganization'))),
  moveOrganization: (result, _args, cache) => {
    const payload = payloadOf(result, 'moveOrganization');
    if (!payload || payload['dryRun'] !== false) return;
    forgetPlaces(cache);
    forgetBelow(cache, payload['oldParent']);
    forgetBelow(cache, payload['newParent']);
  },
  deleteOrganization: (result, _args, cache) => {
    const payload = payloadOf(result, 'deleteOrganization');
    const ids = payload?.['deletedOrganizationIds'];
    if (!payload || !Array.isArray(ids)) return;
    for (const id of ids)
      if (typeof id === 'string') cache.invalidate({ __typename: 'Organization', id });
    forgetBelow(cache, payload['parent']);
  },
};
