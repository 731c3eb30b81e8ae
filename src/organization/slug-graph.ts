/** Whether a slug can be taken. */
import { sql } from 'kysely';
import { builder } from '../builder.ts';
import { requireStorable } from '../text.ts';

type Reason = 'INVALID' | 'RESERVED' | 'TAKEN';

const ReasonRef = builder.enumType('SlugUnavailableReason', {
  description: 'Why a slug cannot be taken.',
  values: {
    INVALID: { description: 'Not 3 to 63 of a-z, 0-9 and single hyphens between them.' },
    RESERVED: { description: 'Kept for the platform.' },
    TAKEN: { description: 'Belongs, or once belonged, to an organization.' },
  } satisfies Record<Reason, object>,
});

const SlugAvailabilityRef = builder.objectRef<{ slug: string; reason: Reason | null }>('SlugAvailability').implement({
  description: 'Whether a slug can be taken now.',
  fields: (t) => ({
    slug: t.exposeString('slug', { description: 'The slug that was asked for.' }),
    available: t.boolean({ description: 'Whether it can be taken.', resolve: ({ reason }) => reason === null }),
    reason: t.expose('reason', { type: ReasonRef, nullable: true, description: 'Why not; null when it can.' }),
  }),
});

builder.queryField('slugAvailability', (t) =>
  t.field({
    type: SlugAvailabilityRef,
    description: 'Whether a slug can be taken now, and if not why. Needs a credential but no organization.',
    authScopes: { authenticated: true },
    args: { slug: t.arg.string({ required: true, description: 'The slug.' }) },
    async resolve(_root, { slug }, { db }) {
      requireStorable(slug, 'slug');
      if (!/^[a-z0-9](-?[a-z0-9])*$/.test(slug) || slug.length < 3 || slug.length > 63) return { slug, reason: 'INVALID' as const };
      // Slugs are unique over the platform, so this one question reaches beyond the caller's subtree, and answers yes or no alone.
      const { rows } = await sql<{ reason: Reason | null }>`
        select case
          when exists (select from reserved_slugs where slug = ${slug}) then 'RESERVED'
          when exists (select from organizations where slug = ${slug}) or exists (select from retired_slugs where slug = ${slug}) then 'TAKEN'
        end as reason`.execute(db);
      return { slug, reason: rows[0]?.reason ?? null };
    },
  }),
);
