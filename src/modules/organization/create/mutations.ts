/** The mutation that creates organizations. */
import { builder } from '../../../graphql/builder.ts';
import { decodeId, encodeId } from '../../../values/ids.ts';
import { INVITED_MAX, type InvitationOutcome } from '../../invitation/invite.ts';
import { InvitationRef } from '../../invitation/type.ts';
import {
  InviteUserInputRef,
  InviteUserOutcomeRef,
  invitedCount,
} from '../../invitation/mutations.ts';
import { invitationById } from '../../invitation/queries.ts';
import { atMost, atMostWithin } from '../../../graphql/cost.ts';
import { MembershipRef } from '../../membership/type.ts';
import { membershipById } from '../../membership/queries.ts';
import { idempotencyKey, mutation } from '../../../graphql/mutation.ts';
import { definePayload, rowField } from '../../../graphql/payload.ts';
import { ROLES_MAX } from '../../role/choice.ts';
import { createOrganization, type Created } from './commands.ts';
import {
  AddressInputRef,
  ExternalAccountInputRef,
  MarketplaceOfferInputRef,
  profileInputFields,
} from '../profile/mutations.ts';
import { OrganizationKindRef, OrganizationRef } from '../refs.ts';
import { organizationById } from '../queries.ts';
import type { CommandRequest } from '../../../command/run.ts';
import { IdempotencyConflictError } from '../../../command/errors.ts';
import { EmailNotVerifiedError } from '../../invitation/errors.ts';
import { DepthLimitError, ExternalAccountTakenError, SlugTakenError } from '../errors.ts';
import { userErrorFields } from '../../../graphql/user-error.ts';
import { SlugUnavailableReasonRef } from '../slug/type.ts';

userErrorFields(SlugTakenError, (t) => ({
  slug: t.exposeString('slug', { description: 'The slug.' }),
  reason: t.expose('reason', {
    type: SlugUnavailableReasonRef,
    description: 'Why it is not available.',
  }),
}));

userErrorFields(DepthLimitError, (t) => ({
  limit: t.exposeInt('limit', {
    description:
      'The maximum number of levels above an organization, counted from the root of its tree.',
  }),
}));

const invitationIds = (outcomes: readonly InvitationOutcome[]): string[] =>
  outcomes.flatMap(({ invitationId }) => invitationId ?? []);

const CreateOrganizationPayload = definePayload<Created>('CreateOrganizationPayload', {
  description:
    'The organization was created. Its provisioning continues; `organization.provisioning` shows the progress.',
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
      description:
        "The calling user's own membership, as admin. Null for an API key: the organization then has no members until someone accepts an invitation.",
    }),
  },
  nested: [{ batch: invitationById, ids: ({ outcomes }) => invitationIds(outcomes) }],
  fields: (t) => ({
    memberships: t.field({
      type: [MembershipRef],
      description: 'All members of the new organization: the calling user, or nobody.',
      extensions: atMost(1),
      resolve: async ({ membershipId }, _args, { loaders }) => {
        const membership =
          membershipId === null ? null : await loaders.load(membershipById, null, membershipId);
        return membership ? [membership] : [];
      },
    }),
    invitations: t.field({
      type: [InvitationRef],
      description: 'The invitations of those who could be invited, in the order of the input.',
      extensions: atMostWithin(invitedCount),
      resolve: async ({ outcomes }, _args, { loaders }) => {
        const invitations = await Promise.all(
          invitationIds(outcomes).map((id) => loaders.load(invitationById, null, id)),
        );
        return invitations.filter((invitation) => invitation !== null);
      },
    }),
    invitationOutcomes: t.field({
      type: [InviteUserOutcomeRef],
      description: 'The outcome for each person, in the order of the input.',
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
    'Creates an organization: below another one, which requires the `child_organizations:manage` scope there, or as the top of a tree of its own, which ' +
    'any person may do without naming an organization, once while their address is not verified. The calling user becomes its admin. ' +
    'Nothing exists yet that could change meanwhile, so it has no `expectedVersion`.',
  input: builder.inputType('CreateOrganizationInput', {
    description: 'The new organization.',
    fields: (t) => ({
      name: t.string({
        required: true,
        description:
          'Display name: 1 to 200 characters, at least one of them visible, and not a link.',
      }),
      slug: t.string({
        description:
          '3 to 63 of a-z, 0-9 and single hyphens between them; unique on the platform and never changes. Absent: made from the name, ' +
          'with six random letters and digits behind it where that slug cannot be taken.',
      }),
      parentId: t.id({
        description:
          "The parent: the caller's organization, or one below it. When absent, a standalone top-level organization is created.",
      }),
      kind: t.field({
        type: OrganizationKindRef,
        defaultValue: 'CUSTOMER',
        description: 'The kind of organization it is to the one above it.',
      }),
      domain: t.string({
        description:
          "The organization's own domain, in ASCII form; `domainVerification` shows how to prove ownership.",
      }),
      primaryAddress: t.field({ type: AddressInputRef, description: 'Its main address.' }),
      marketplaceOffers: t.field({
        type: [MarketplaceOfferInputRef],
        description: "Links to the organization's offers, at most one per marketplace.",
      }),
      externalAccounts: t.field({
        type: [ExternalAccountInputRef],
        description: 'Accounts in other systems, at most 20, one per system.',
      }),
      ...profileInputFields(t),
      billingEmail: t.field({
        type: 'EmailAddress',
        description: "Where invoices go; the calling person's verified address when absent.",
      }),
      users: t.field({
        type: [InviteUserInputRef],
        description: `People to invite at once, at most ${INVITED_MAX}.`,
      }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: CreateOrganizationPayload,
  errors: [
    SlugTakenError,
    DepthLimitError,
    ExternalAccountTakenError,
    EmailNotVerifiedError,
    IdempotencyConflictError,
  ],
  async run(input, request, context) {
    const parentId =
      input.parentId == null ? null : decodeId('Organization', input.parentId, 'parentId');
    const { idempotencyKey: key, kind, ...rest } = input;
    let isRepeat = true;
    const prefetch: CommandRequest['prefetch'] = (principal, result) => {
      isRepeat = false;
      return request.prefetch?.(principal, result) ?? [];
    };
    const created = await createOrganization(
      { ...request, prefetch },
      { ...rest, idempotencyKey: key, parentId, kind: kind ?? 'CUSTOMER' },
    );
    // A tree of one's own is shown as to a request that acts in it, which the person may from now on: a repeat as well.
    if (parentId === null && isRepeat && 'organizationId' in created) {
      context.principal = await context.authenticate(
        encodeId('Organization', created.organizationId),
      );
    }
    return created;
  },
});
