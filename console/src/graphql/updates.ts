/** What mutations change in the cache beyond the objects that they return. */
import type { UpdatesConfig } from '@urql/exchange-graphcache';
import { organizationUpdates } from './organization-updates.ts';
import { dropFromPages } from './pages.ts';

export const updates: UpdatesConfig = {
  Mutation: {
    ...organizationUpdates,
    removeMember: (answer, { input }, cache) => {
      const id = of(of(answer, 'removeMember'), 'removedMembershipId');
      const organizationId = of(input, 'organizationId');
      if (typeof id !== 'string' || typeof organizationId !== 'string') return;
      dropFromPages(cache, {
        parent: { __typename: 'Organization', id: organizationId },
        field: 'members',
        key: `Membership:${id}`,
      });
    },
  },
};

/** A field of something that may not have it, such as the payload in a result that is a failure. */
function of(object: unknown, field: string): unknown {
  return typeof object === 'object' && object !== null
    ? (object as Record<string, unknown>)[field]
    : undefined;
}
