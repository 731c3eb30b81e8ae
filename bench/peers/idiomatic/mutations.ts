/** Creating an organization and recording usage, each in a transaction. */
import { sql } from 'kysely';
import { encodeId, parseId } from '../../../src/values/ids.ts';
import { builder } from './builder.ts';
import { can } from './context.ts';
import type { OrganizationRow } from './loaders.ts';
import { Organization } from './organization.ts';

const STEPS = ['IDENTITY', 'BILLING', 'TELEPHONY', 'PHONE_NUMBER', 'KNOWLEDGE_BASE'];

const uuidOf = (id: string): string => parseId(id)?.uuid ?? '';

const CreateOrganizationInput = builder.inputType('CreateOrganizationInput', {
  fields: (t) => ({
    parentId: t.id({ required: true }),
    slug: t.string({ required: true }),
    name: t.string({ required: true }),
  }),
});

const CreateOrganizationPayload = builder
  .objectRef<{ organization: OrganizationRow }>('CreateOrganizationPayload')
  .implement({
    fields: (t) => ({
      organization: t.field({ type: Organization, resolve: ({ organization }) => organization }),
    }),
  });

builder.mutationField('createOrganization', (t) =>
  t.field({
    type: CreateOrganizationPayload,
    args: { input: t.arg({ type: CreateOrganizationInput, required: true }) },
    async resolve(_root, { input: { parentId, slug, name } }, context) {
      const { db, loaders, caller } = context;
      const parent = await loaders.organization.load(uuidOf(parentId));
      if (!parent || !can(context, parent.lineage, 'child_organizations:manage'))
        throw new Error('Not found.');
      return db.transaction().execute(async (tx) => {
        const organization = await tx
          .insertInto('organizations')
          .values({ parent_id: parent.id, slug, name, kind: 'CUSTOMER' })
          .returning(['id', 'slug', 'name', 'kind', 'status', 'depth', 'lineage'])
          .executeTakeFirstOrThrow();
        const { id } = organization;
        await tx
          .insertInto('provisioning_steps')
          .values(STEPS.map((step) => ({ organization_id: id, name: step })))
          .execute();
        await tx.insertInto('billing_accounts').values({ organization_id: id }).execute();
        await sql`
          insert into audit_events (action, actor_kind, actor_api_key_name, request_id, organization_id, target_type, target_id, after)
          values ('createOrganization', 'API_KEY', ${caller?.keyName}, 'bench', ${id}, 'Organization', ${encodeId('Organization', id)},
            ${JSON.stringify({ slug, name, kind: organization.kind })})`.execute(tx);
        return { organization };
      });
    },
  }),
);

const UsageEventInput = builder.inputType('UsageEventInput', {
  fields: (t) => ({
    id: t.string({ required: true }),
    organizationId: t.id({ required: true }),
    metric: t.string({ required: true }),
    quantity: t.field({ type: 'Decimal', required: true }),
    occurredAt: t.field({ type: 'DateTime', required: true }),
  }),
});

const RecordUsageInput = builder.inputType('RecordUsageInput', {
  fields: (t) => ({ events: t.field({ type: [UsageEventInput], required: true }) }),
});

const RecordUsagePayload = builder
  .objectRef<{ acceptedCount: number; duplicateCount: number }>('RecordUsagePayload')
  .implement({
    fields: (t) => ({
      acceptedCount: t.exposeInt('acceptedCount'),
      duplicateCount: t.exposeInt('duplicateCount'),
    }),
  });

builder.mutationField('recordUsage', (t) =>
  t.field({
    type: RecordUsagePayload,
    args: { input: t.arg({ type: RecordUsageInput, required: true }) },
    async resolve(_root, { input: { events } }, context) {
      const { db, loaders } = context;
      const targets = await loaders.organization.loadMany([
        ...new Set(events.map(({ organizationId }) => uuidOf(organizationId))),
      ]);
      for (const target of targets) {
        if (!target || target instanceof Error || !can(context, target.lineage, 'usage:write'))
          throw new Error('Not found.');
      }
      const rows = events
        .map(({ organizationId, occurredAt, ...event }) => ({
          ...event,
          organization_id: uuidOf(organizationId),
          occurred_at: occurredAt,
        }))
        // In one order, so that no two batches wait for each other in a circle.
        .toSorted((a, b) => (a.organization_id + a.id < b.organization_id + b.id ? -1 : 1));
      const accepted = await db.transaction().execute(async (tx) => {
        const fresh = await tx
          .insertInto('usage_event_keys')
          .values(
            rows.map(({ organization_id, id, occurred_at }) => ({
              organization_id,
              id,
              occurred_at,
            })),
          )
          .onConflict((conflict) => conflict.columns(['organization_id', 'id']).doNothing())
          .returning(['organization_id', 'id'])
          .execute();
        const isFresh = new Set(fresh.map((row) => row.organization_id + row.id));
        const added = rows.filter((row) => isFresh.has(row.organization_id + row.id));
        if (added.length > 0) await tx.insertInto('usage_events').values(added).execute();
        return added.length;
      });
      return { acceptedCount: accepted, duplicateCount: events.length - accepted };
    },
  }),
);
