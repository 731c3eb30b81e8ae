/** Invitations to an organization. */
import { pagesOf, related, rowsInSql, type GivenArguments } from '../../compiler/forms.ts';
import { casesOf, conditionOf } from '../../authorization/cases.ts';
import { requires, visibleTo } from '../../graphql/guards.ts';
import { can, isInSubtree } from '../../authorization/rights.ts';
import type { Viewer } from '../../database/loaders.ts';
import { nodesBy } from '../../graphql/node.ts';
import { builder } from '../../graphql/builder.ts';
import { connectionType, pageArguments } from '../../graphql/connection.ts';
import { creationOrder } from '../../graphql/order.ts';
import { tokenHash } from '../../authentication/secret.ts';
import { badInput, orNotFound } from '../../errors.ts';
import { atMost } from '../../graphql/cost.ts';
import { personPattern } from '../../values/email.ts';
import { OrganizationRef } from '../organization/refs.ts';
import {
  organizationById,
  organizationOfRow,
  organizationOfPerson,
} from '../organization/queries.ts';
import { ROLES_MAX } from '../role/choice.ts';
import { RoleRef } from '../role/type.ts';
import { rolesOfInvitation } from '../role/queries.ts';
import { ActorRef } from '../user/type.ts';
import {
  deliveryOfInvitation,
  deliveryOfRow,
  invitationById,
  inviterOfRow,
  invitations,
  previewByTokenHash,
  previewOf,
  type DeliveryRow,
  type InvitationRow,
  type InvitationsArguments,
  type InvitationStatus,
  type PreviewRow,
} from './queries.ts';

export const InvitationStatusRef = builder.enumType('InvitationStatus', {
  description: 'The state of an invitation.',
  values: {
    PENDING: { description: 'Waiting for an answer.' },
    ACCEPTED: { description: 'Accepted; the membership exists.' },
    DECLINED: { description: 'Declined by the person.' },
    REVOKED: { description: 'Taken back.' },
    EXPIRED: { description: 'Not answered in time.' },
  } satisfies Record<InvitationStatus, object>,
});

export const InvitationRef = builder.objectRef<InvitationRow>('Invitation');

nodesBy('Invitation', invitationById);

/** Where the people of the organization are visible. */
const mayReadPeople = ({ principal }: Viewer) =>
  conditionOf(
    principal,
    casesOf(principal, (lineage) => can(principal, 'members:read', lineage)),
  );

builder.node(InvitationRef, {
  description:
    'An offer to a person, by e-mail address, to join one organization with certain roles.',
  ...visibleTo({ scope: 'members:read', owner: 'shown_to' }),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    organization: t.field({
      type: OrganizationRef,
      description:
        'The organization to join. For the invited person it shows its basic fields only.',
      async resolve({ organization_id, lineage }, _args, { loaders, principal }) {
        const batch = isInSubtree(principal, lineage) ? organizationById : organizationOfPerson;
        return orNotFound(await loaders.load(batch, null, organization_id));
      },
      extensions: rowsInSql(({ viewer }) => organizationOfRow(viewer)),
    }),
    email: t.expose('email', { type: 'EmailAddress', description: 'The invited address.' }),
    roles: t.field({
      type: [RoleRef],
      description: `Roles offered, at most ${ROLES_MAX}.`,
      extensions: {
        ...atMost(ROLES_MAX),
        ...related(rolesOfInvitation, 'id'),
      },
      resolve: ({ id }, _args, { loaders }) => loaders.load(rolesOfInvitation, null, id),
    }),
    status: t.expose('status', { type: InvitationStatusRef, description: 'Its state.' }),
    invitedBy: t.field({
      type: ActorRef,
      description: 'Who invited, and acting from which organization.',
      resolve: (row, _args, { principal }) => ({
        kind: row.inviter_kind,
        // Whoever receives an invitation is not told of the people in an organization that it has not joined.
        userId: can(principal, 'members:read', row.lineage) ? row.inviter_user_id : null,
        apiKeyName: can(principal, 'members:read', row.lineage) ? row.inviter_api_key_name : null,
        organizationId: row.inviter_organization_id,
        lineage: row.lineage,
        scope: 'members:read' as const,
      }),
      extensions: rowsInSql(({ viewer }) => inviterOfRow(mayReadPeople(viewer))),
    }),
    expiresAt: t.expose('expires_at', {
      type: 'DateTime',
      description: 'When it can no longer be accepted.',
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updated_at', {
      type: 'DateTime',
      description: 'When it was last changed.',
    }),
    delivery: t.field({
      type: InvitationDeliveryRef,
      description: 'How sending the mail went.',
      resolve: async ({ id }, _args, { loaders }) =>
        (await loaders.load(deliveryOfInvitation, null, id)) ?? {
          invitation_id: id,
          status: 'QUEUED' as const,
          attempts: 0,
          last_error: null,
          sent_at: null,
        },
      extensions: rowsInSql(({ viewer }) => deliveryOfRow(viewer)),
    }),
  }),
});

const DeliveryStatusRef = builder.enumType('DeliveryStatus', {
  description: 'State of sending a mail.',
  values: {
    QUEUED: { description: 'Waiting to be sent.' },
    SENT: {
      description:
        'Handed over to the mail server. Delivery is not guaranteed: mail servers drop mail, and so does the gateway when an address receives too much.',
    },
    FAILED: { description: 'Given up.' },
  },
});

const InvitationDeliveryRef = builder.objectRef<DeliveryRow>('InvitationDelivery').implement({
  description: "How sending an invitation's mail went.",
  fields: (t) => ({
    status: t.expose('status', { type: DeliveryStatusRef, description: 'State of sending.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    lastError: t.exposeString('last_error', {
      nullable: true,
      description: 'Why the last attempt failed.',
    }),
    sentAt: t.expose('sent_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was handed over.',
    }),
  }),
});

export const InvitationConnectionRef = connectionType<InvitationRow>({
  name: 'Invitation',
  node: InvitationRef,
  plural: 'invitations',
});

const InvitationOrderRef = creationOrder('InvitationOrder', 'invitations');

builder.objectField(OrganizationRef, 'invitations', (t) =>
  t.field({
    type: InvitationConnectionRef,
    nullable: true,
    description:
      'Invitations to this organization, newest first by default. Requires the `members:read` scope.',
    args: {
      status: t.arg({
        type: [InvitationStatusRef],
        defaultValue: ['PENDING'],
        description: 'Only invitations in one of these states.',
      }),
      orderBy: t.arg({
        type: InvitationOrderRef,
        defaultValue: 'CREATED_AT_DESC',
        description: 'Order of the list.',
      }),
      search: t.arg.string({
        description:
          'Part of the address, regardless of case and Unicode form; at most 64 characters. Empty or blank: no search.',
      }),
      ...pageArguments(t.arg),
    },
    authScopes: requires('members:read'),
    ...pagesOf(
      invitations,
      ({ orderBy, status, search }: GivenArguments<InvitationsArguments>) => {
        if (status?.length === 0) throw badInput('status', 'must name at least one state');
        return {
          orderBy: orderBy ?? 'CREATED_AT_DESC',
          status: status ?? ['PENDING'],
          search: personPattern(search),
        };
      },
      ['orderBy'],
    ),
  }),
);

const InvitationPreviewRef = builder.objectRef<PreviewRow>('InvitationPreview').implement({
  description: 'What an invitation offers, for the person who holds its token.',
  fields: (t) => ({
    organizationName: t.exposeString('organization_name', {
      description: 'Name of the organization to join.',
    }),
    email: t.expose('email', { type: 'EmailAddress', description: 'The invited address.' }),
    roles: t.exposeStringList('roles', {
      description: 'Keys of the roles offered.',
      extensions: atMost(ROLES_MAX),
    }),
    status: t.expose('status', { type: InvitationStatusRef, description: 'Its state.' }),
    expiresAt: t.expose('expires_at', {
      type: 'DateTime',
      description: 'When it can no longer be accepted.',
    }),
  }),
});

/** Longest text that is taken for a token. */
export const TOKEN_LENGTH_MAX = 200;

/** The hex SHA-256 of a token. */
function askedToken({ token }: { token: string }): { hash: string } {
  if (token.length === 0 || token.length > TOKEN_LENGTH_MAX)
    throw badInput('token', `must have between 1 and ${TOKEN_LENGTH_MAX} characters`);
  return { hash: tokenHash(token).toString('hex') };
}

builder.queryField('invitationPreview', (t) =>
  t.field({
    type: InvitationPreviewRef,
    nullable: true,
    description:
      'What an invitation token offers, for the person who received it. Requires a credential but no organization; null for a token that is unknown.',
    authScopes: { authenticated: true },
    args: {
      token: t.arg.string({
        required: true,
        description: `The token from the mail, at most ${TOKEN_LENGTH_MAX} characters.`,
      }),
    },
    resolve: (_root, given, { loaders }) =>
      loaders.load(previewByTokenHash, null, askedToken(given).hash),
    extensions: rowsInSql(({ viewer, args }) => previewOf(viewer, args), { prepare: askedToken }),
  }),
);
