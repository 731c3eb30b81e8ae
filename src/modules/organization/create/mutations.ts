/** The mutation that creates organizations. */
import { builder } from '../../../graphql/builder.ts';
import { decodeId, encodeId } from '../../../values/ids.ts';
import { INVITED_MAX, type InvitationOutcome } from '../../invitation/invite.ts';
import { InvitationRef } from '../../invitation/type.ts';
import { InviteUserInputRef, InviteUserOutcomeRef, invitedCount } from '../../invitation/mutations.ts';
import { invitationById } from '../../invitation/queries.ts';
import { atMost, atMostWithin } from '../../../graphql/cost.ts';
import { MembershipRef } from '../../membership/type.ts';
import { membershipById } from '../../membership/queries.ts';
import { idempotencyKey, mutation } from '../../../graphql/mutation.ts';
import { definePayload, rowField } from '../../../graphql/payload.ts';
import { ROLES_MAX } from '../../role/choice.ts';
import { createOrganization, type Created } from './commands.ts';
import { InvoiceOwnerRef } from '../profile/type.ts';
import { AddressInputRef, BrandingInputRef, ExternalAccountInputRef, MarketplaceOfferInputRef } from '../profile/mutations.ts';
import { OrganizationKindRef, OrganizationRef } from '../refs.ts';
import { organizationById } from '../queries.ts';
import { IdempotencyConflictError } from '../../../command/errors.ts';
import { EmailNotVerifiedError } from '../../invitation/errors.ts';
import { DepthLimitError, ExternalAccountTakenError, SlugTakenError } from '../errors.ts';
import { userErrorFields } from '../../../graphql/user-error.ts';
import { SlugUnavailableReasonRef } from '../slug/type.ts';

userErrorFields(SlugTakenError, (t) => ({
  slug: t.exposeString('slug', { description: 'The slug.' }),
  reason: t.expose('reason', { type: SlugUnavailableReasonRef, description: 'Why it cannot be taken.' }),
}));

userErrorFields(DepthLimitError, (t) => ({
  limit: t.exposeInt('limit', { description: 'Levels that may lie above an organization, counted from the root of the whole tree.' }),
}));

const invitationIds = (outcomes: readonly InvitationOutcome[]): string[] => outcomes.flatMap(({ invitationId }) => invitationId ?? []);

const CreateOrganizationPayload = definePayload<Created>('CreateOrganizationPayload', {
  description: 'The organization is there. Its provisioning goes on; `organization.provisioning` tells how far it is.',
  rows: {
    organization: rowField({
      type: OrganizationRef,
      batch: organizationById,
      id: ({ organizationId }) => organizationId,
      description: 'The new organization.',
    }),
    membership: rowField({
      type: MembershipRef,
      batch: membershipById,
      id: ({ membershipId }) => membershipId,
      nullable: true,
      description: "The calling person's own, as admin. Null for an API key: nobody is a member then until somebody accepts an invitation.",
    }),
  },
  nested: [{ batch: invitationById, ids: ({ outcomes }) => invitationIds(outcomes) }],
  fields: (t) => ({
    memberships: t.field({
      type: [MembershipRef],
      description: 'All members of the new organization: the calling person, or nobody.',
      extensions: atMost(1),
      resolve: async ({ membershipId }, _args, { loaders }) => {
        const found = membershipId === null ? null : await loaders.load(membershipById, null, membershipId);
        return found ? [found] : [];
      },
    }),
    invitations: t.field({
      type: [InvitationRef],
      description: 'The invitations of those who could be invited, in the order of the input.',
      extensions: atMostWithin(invitedCount),
      resolve: async ({ outcomes }, _args, { loaders }) => {
        const found = await Promise.all(invitationIds(outcomes).map((id) => loaders.load(invitationById, null, id)));
        return found.filter((invitation) => invitation !== null);
      },
    }),
    invitationOutcomes: t.field({
      type: [InviteUserOutcomeRef],
      description: 'What became of inviting each person, in the order of the input.',
      extensions: atMostWithin(invitedCount),
      resolve: ({ outcomes }) => outcomes,
    }),
    ignoredRoles: t.exposeStringList('ignoredRoles', {
      description: 'Role keys and ids that name no role here and were left out, each once.',
      extensions: atMostWithin((parent) => invitedCount(parent) * ROLES_MAX),
    }),
  }),
});

mutation('createOrganization', {
  description:
    'Creates an organization: below another one, which takes `child_organizations:manage` there, or as the top of a tree of its own, which ' +
    'any person may do without naming an organization, once while their address is not verified. The calling person becomes its admin. ' +
    'There is nothing yet that could change meanwhile, so it takes no `expectedVersion`.',
  input: builder.inputType('CreateOrganizationInput', {
    description: 'The new organization.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Display name: 1 to 200 characters, one of which can be seen, and no link.' }),
      slug: t.string({
        description:
          '3 to 63 of a-z, 0-9 and single hyphens between them; unique on the platform and fixed for life. Absent: made from the name, ' +
          'with six random letters and digits behind it where that slug cannot be taken.',
      }),
      parentId: t.id({
        description:
          'The organization to create it below: that of the request, or one below it. Absent: a standalone top-level organization.',
      }),
      kind: t.field({ type: OrganizationKindRef, defaultValue: 'CUSTOMER', description: 'What it is to the one above it.' }),
      domain: t.string({ description: 'Its own domain, in ASCII form; `domainVerification` tells how to prove that it is its own.' }),
      primaryAddress: t.field({ type: AddressInputRef, description: 'Its main address.' }),
      marketplaceOffers: t.field({ type: [MarketplaceOfferInputRef], description: 'Links to its offers, at most one a marketplace.' }),
      externalAccounts: t.field({
        type: [ExternalAccountInputRef],
        description: 'Its accounts in other systems, at most 20, one a system.',
      }),
      invoiceOwner: t.field({ type: InvoiceOwnerRef, description: 'Who owns the invoices in the billing system.' }),
      branding: t.field({ type: BrandingInputRef, description: 'How it presents itself.' }),
      billingEmail: t.field({ type: 'EmailAddress', description: "Where invoices go; the calling person's verified address when absent." }),
      users: t.field({ type: [InviteUserInputRef], description: `People to invite at once, at most ${INVITED_MAX}.` }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: CreateOrganizationPayload,
  errors: [SlugTakenError, DepthLimitError, ExternalAccountTakenError, EmailNotVerifiedError, IdempotencyConflictError],
  async run(input, request, context) {
    const parentId = input.parentId == null ? null : decodeId('Organization', input.parentId, 'parentId');
    const { idempotencyKey: key, kind, ...rest } = input;
    // Rights in a tree of one's own begin with it, so its rows cannot be read before.
    const prefetch = parentId === null ? undefined : request.prefetch;
    const created = await createOrganization(
      { ...request, prefetch },
      { ...rest, idempotencyKey: key, parentId, kind: kind ?? 'CUSTOMER' },
    );
    // The answer shows a tree of one's own as to a request that acts in it, which the person may from now on.
    if (parentId === null && 'organizationId' in created) {
      context.principal = await context.authenticate(encodeId('Organization', created.organizationId));
    }
    return created;
  },
});
