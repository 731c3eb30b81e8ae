/** Whether a slug can be taken. */
import { inSql, rowsInSql } from '../../../compiler/forms.ts';
import { builder } from '../../../graphql/builder.ts';
import { requireStorable } from '../../../values/text.ts';
import {
  isAvailable,
  isSlug,
  slugAvailability,
  slugProblem,
  type AskedSlug,
  type SlugProblem,
} from './queries.ts';

export const SlugUnavailableReasonRef = builder.enumType('SlugUnavailableReason', {
  description: 'Why a slug is not available.',
  values: {
    INVALID: { description: 'Not 3 to 63 of a-z, 0-9 and single hyphens between them.' },
    RESERVED: { description: 'Reserved for the platform.' },
    TAKEN: { description: 'Belongs, or once belonged, to an organization.' },
  } satisfies Record<SlugProblem, object>,
});

const SlugAvailabilityRef = builder
  .objectRef<{ slug: string; reason: SlugProblem | null }>('SlugAvailability')
  .implement({
    description: 'Whether a slug is available.',
    fields: (t) => ({
      slug: t.exposeString('slug', { description: 'The slug that was asked for.' }),
      available: t.boolean({
        description: 'Whether it is available.',
        resolve: ({ reason }) => reason === null,
        extensions: inSql(() => isAvailable),
      }),
      reason: t.expose('reason', {
        type: SlugUnavailableReasonRef,
        nullable: true,
        description: 'Why it is not available; null when it is.',
      }),
    }),
  });

function askedSlug({ slug }: { slug: string }): AskedSlug {
  requireStorable(slug, 'slug');
  return { slug, isWellFormed: isSlug(slug) };
}

builder.queryField('slugAvailability', (t) =>
  t.field({
    type: SlugAvailabilityRef,
    nullable: true,
    description:
      'Whether a slug is available, and if not, why. Requires a credential but no organization.',
    authScopes: { authenticated: true },
    args: { slug: t.arg.string({ required: true, description: 'The slug.' }) },
    extensions: rowsInSql<{ slug: string }, AskedSlug>(({ args }) => slugAvailability(args), {
      prepare: askedSlug,
    }),
    async resolve(_root, given, { db }) {
      const { slug, isWellFormed } = askedSlug(given);
      if (!isWellFormed) return { slug, reason: 'INVALID' as const };
      // Slugs are unique over the platform, so this one question reaches beyond the caller's
      // subtree, and answers yes or no alone.
      return { slug, reason: await slugProblem(db, slug) };
    },
  }),
);
