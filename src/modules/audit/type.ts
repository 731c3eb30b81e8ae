/** The audit log. */
import { inSql, pagesOf, related, sameRow, type GivenArguments } from '../../compiler/forms.ts';
import { requires, requiresReach, visibleTo } from '../../graphql/guards.ts';
import { nodesBy } from '../../graphql/node.ts';
import { builder } from '../../graphql/builder.ts';
import { connectionType, pageArguments } from '../../graphql/connection.ts';
import { creationOrder } from '../../graphql/order.ts';
import type { Context } from '../../graphql/context.ts';
import { badInput, orNotFound } from '../../errors.ts';
import { atMost } from '../../graphql/cost.ts';
import { OrganizationRef } from '../organization/refs.ts';
import { organizationById } from '../organization/queries.ts';
import { decodeId, parseId } from '../../values/ids.ts';
import { requireStorable } from '../../values/text.ts';
import { ActorRef } from '../user/type.ts';
import { redact, type SeenState } from './redaction.ts';
import { redactedParts, stateAsSeen } from './redaction-queries.ts';
import {
  auditLog,
  idBounds,
  isViaAncestor,
  type AuditArguments,
  type AuditEventRow,
  auditEventById,
} from './queries.ts';

export const AuditEventRef = builder.objectRef<AuditEventRow>('AuditEvent');

nodesBy('AuditEvent', auditEventById);

builder.node(AuditEventRef, {
  description: 'An action that was performed or refused.',
  ...visibleTo({ scope: 'audit:read' }),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
    action: t.exposeString('action', {
      description:
        'The action: the name of the mutation, or `seed` for a tree that an operator filled with generated data.',
    }),
    actor: t.field({
      type: ActorRef,
      description: 'Who did it.',
      resolve: (row) => ({
        kind: row.actor_kind,
        userId: row.actor_user_id,
        apiKeyName: row.actor_api_key_name,
        organizationId: row.acting_organization_id,
        lineage: row.lineage,
        scope: 'audit:read' as const,
      }),
      extensions: sameRow(
        {
          kind: 'actor_kind',
          userId: 'actor_user_id',
          apiKeyName: 'actor_api_key_name',
          organizationId: 'acting_organization_id',
          lineage: 'lineage',
        },
        { scope: 'audit:read' },
      ),
    }),
    actingOrganization: t.field({
      type: OrganizationRef,
      nullable: true,
      description:
        "The organization the actor acted from; null when it is outside the caller's subtree.",
      resolve: ({ acting_organization_id }, _args, { loaders }) =>
        acting_organization_id === null
          ? null
          : loaders.load(organizationById, null, acting_organization_id),
      extensions: related(organizationById, 'acting_organization_id'),
    }),
    organization: t.field({
      type: OrganizationRef,
      description: 'The organization acted on.',
      resolve: async ({ organization_id }, _args, { loaders }) =>
        orNotFound(await loaders.load(organizationById, null, organization_id)),
      extensions: related(organizationById, 'organization_id'),
    }),
    targetType: t.exposeString('target_type', {
      description: 'Type of what was changed, e.g. Membership.',
    }),
    targetId: t.exposeID('target_id', { description: 'Public id of what was changed.' }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The state before the change, limited to fields that the caller may read; null when the target is new.',
      resolve: async (row, _args, context) => (await asSeen(row, row.before, context)).state,
      extensions: inSql(({ viewer }) => stateAsSeen(viewer, 'before')),
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The state after the change, limited to fields that the caller may read; null when the target was removed or the action was refused.',
      resolve: async (row, _args, context) => (await asSeen(row, row.after, context)).state,
      extensions: inSql(({ viewer }) => stateAsSeen(viewer, 'after')),
    }),
    redacted: t.stringList({
      description:
        'Parts that were left out of `before` and `after` because the caller may not read their fields, e.g. before.billingEmail. At most 100.',
      extensions: { ...atMost(100), ...inSql(({ viewer }) => redactedParts(viewer)) },
      async resolve(row, _args, context) {
        const [before, after] = [
          await asSeen(row, row.before, context),
          await asSeen(row, row.after, context),
        ];
        return [
          ...before.redacted.map((name) => `before.${name}`),
          ...after.redacted.map((name) => `after.${name}`),
        ];
      },
    }),
    viaAncestor: t.boolean({
      description:
        'Whether the actor acted from an organization above, where membership in this organization is not needed.',
      resolve: ({ organization_id, acting_organization_id }) =>
        acting_organization_id !== null && acting_organization_id !== organization_id,
      extensions: inSql(() => isViaAncestor),
    }),
    refusal: t.exposeString('refusal', {
      nullable: true,
      description:
        'Code of the refusal, e.g. FORBIDDEN or LAST_ADMIN; null when the action was performed.',
    }),
    requestId: t.exposeString('request_id', {
      description:
        "Id of the request, as in the server's log; the name of the command for an operator.",
    }),
  }),
});

function asSeen(
  event: AuditEventRow,
  state: object | null,
  { loaders, principal }: Context,
): Promise<SeenState> {
  return redact(
    event,
    state,
    principal,
    async (id) => (await loaders.load(organizationById, null, id)) !== null,
  );
}

const AuditEventConnectionRef = connectionType<AuditEventRow>({
  name: 'AuditEvent',
  node: AuditEventRef,
  plural: 'audit events',
  rowWeight: 20,
});

const ACTIONS_MAX = 50;

/** The arguments of the list, from what the client gives. Refuses bad ones. */
function auditArguments(given: GivenArguments<AuditArguments>): AuditArguments {
  const { orderBy, includeDescendants, actions, from = null, to = null, actor, target } = given;
  if (actions && (actions.length === 0 || actions.length > ACTIONS_MAX))
    throw badInput('actions', `must name between 1 and ${ACTIONS_MAX} actions`);
  for (const action of actions ?? []) requireStorable(action, 'actions');
  if (from && to && to <= from) throw badInput('to', 'must be after "from"');
  if (target != null && !parseId(target)) throw badInput('target', 'must be a public id');
  return {
    orderBy: orderBy ?? 'CREATED_AT_DESC',
    includeDescendants: includeDescendants ?? false,
    actions: actions ?? null,
    from,
    to,
    ...idBounds(from, to),
    actor: actor == null ? null : decodeId('User', actor, 'actor'),
    target: target ?? null,
  };
}

const AuditEventOrderRef = creationOrder('AuditEventOrder', 'audit events');

builder.objectField(OrganizationRef, 'auditLog', (t) =>
  t.field({
    type: AuditEventConnectionRef,
    nullable: true,
    description:
      'The audit log of this organization, newest first by default. Requires `audit:read`; with `includeDescendants` also `child_organizations:manage`.',
    args: {
      includeDescendants: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Whether to include the organizations below.',
      }),
      orderBy: t.arg({
        type: AuditEventOrderRef,
        defaultValue: 'CREATED_AT_DESC',
        description: 'Order of the list.',
      }),
      actions: t.arg.stringList({ description: `Only these actions; at most ${ACTIONS_MAX}.` }),
      from: t.arg({ type: 'DateTime', description: 'Only events at or after this instant.' }),
      to: t.arg({
        type: 'DateTime',
        description: 'Only events before this instant, which must be after `from`.',
      }),
      actor: t.arg.id({
        description:
          'Only what this person did, with any credential of their own. Of a key, the log keeps the name and not the id.',
      }),
      target: t.arg.id({ description: 'Only what was done to the object with this id.' }),
      ...pageArguments(t.arg),
    },
    authScopes(organization, args, context) {
      if (args.includeDescendants) requiresReach(organization, args, context);
      return requires('audit:read')(organization, args, context);
    },
    ...pagesOf(auditLog, auditArguments, ['orderBy']),
  }),
);
