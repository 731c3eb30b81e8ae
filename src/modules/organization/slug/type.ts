/** Whether a slug can be taken. */
import { builder } from '../../../graphql/builder.ts';
import { requireStorable } from '../../../values/text.ts';
import { isSlug, slugProblem, type SlugProblem } from './queries.ts';

export const SlugUnavailableReasonRef = builder.enumType('SlugUnavailableReason', {
  description: 'Why a slug cannot be taken.',
  values: {
    INVALID: { description: 'Not 3 to 63 of a-z, 0-9 and single hyphens between them.' },
    RESERVED: { description: 'Kept for the platform.' },
    TAKEN: { description: 'Belongs, or once belonged, to an organization.' },
  } satisfies Record<SlugProblem, object>,
});

const SlugAvailabilityRef = builder.objectRef<{ slug: string; reason: SlugProblem | null }>('SlugAvailability').implement({
  description: 'Whether a slug can be taken now.',
  fields: (t) => ({
    slug: t.exposeString('slug', { description: 'The slug that was asked for.' }),
    available: t.boolean({ description: 'Whether it can be taken.', resolve: ({ reason }) => reason === null }),
    reason: t.expose('reason', { type: SlugUnavailableReasonRef, nullable: true, description: 'Why not; null when it can.' }),
  }),
});

builder.queryField('slugAvailability', (t) =>
  t.field({
    type: SlugAvailabilityRef,
    nullable: true,
    description: 'Whether a slug can be taken now, and if not why. Needs a credential but no organization.',
    authScopes: { authenticated: true },
    args: { slug: t.arg.string({ required: true, description: 'The slug.' }) },
    async resolve(_root, { slug }, { db }) {
      requireStorable(slug, 'slug');
      if (!isSlug(slug)) return { slug, reason: 'INVALID' as const };
      // Slugs are unique over the platform, so this one question reaches beyond the caller's subtree, and answers yes or no alone.
      return { slug, reason: await slugProblem(db, slug) };
    },
  }),
);
