/** The organization's partner: the organization above it, as far as the caller sees it. */
import { related, rowsInSql } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { inside } from '../../graphql/guards.ts';
import { OrganizationRef, OrganizationStatusRef } from './refs.ts';
import { organizationById, visiblePartnership, type OrganizationRow } from './queries.ts';

const PartnershipRef = builder.objectRef<OrganizationRow>('Partnership').implement({
  description: 'Which organization another one is below, and since when.',
  fields: (t) => ({
    partner: t.field({
      type: OrganizationRef,
      nullable: true,
      description: 'The organization directly above. Null while that is deleted.',
      resolve: ({ parent_id }, _args, { loaders }) =>
        parent_id === null ? null : loaders.load(organizationById, null, parent_id),
      extensions: related(organizationById, 'parent_id'),
    }),
    since: t.expose('partner_since', {
      type: 'DateTime',
      description: 'When it was created there, or moved there last.',
    }),
    status: t.expose('status', {
      type: OrganizationStatusRef,
      description: 'Whether the organization is in use; while it is not, nor is the partnership.',
    }),
  }),
});

builder.objectFields(OrganizationRef, (t) => ({
  partnership: t.field({
    type: PartnershipRef,
    nullable: true,
    description:
      "Its partner, the organization directly above, and since when. Null for the caller's own organization: nothing above it is shown.",
    authScopes: inside,
    resolve: (organization, _args, { principal }) =>
      organization.parent_id === null || organization.id === principal.organization?.id
        ? null
        : organization,
    extensions: rowsInSql(({ viewer }) => visiblePartnership(viewer)),
  }),
}));
