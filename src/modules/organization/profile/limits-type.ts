/** What the plan of an organization allows, and what it owns. */
import { column, inSql, rowsInSql, sameRow } from '../../../compiler/forms.ts';
import { builder } from '../../../graphql/builder.ts';
import { requires, requiresOneOf } from '../../../graphql/guards.ts';
import { OrganizationRef } from '../refs.ts';
import {
  concurrency,
  countOfKind,
  inventory,
  inventoryOfRow,
  limitsOfRow,
  type ConcurrencyRow,
  type InventoryKind,
} from './queries.ts';

const ConcurrencyLimitRef = builder
  .objectRef<Partial<ConcurrencyRow>>('ConcurrencyLimit')
  .implement({
    description: 'How many calls may run at the same time.',
    fields: (t) => ({
      limit: t.int({
        description: 'Calls allowed at the same time; 0 before the organization is provisioned.',
        resolve: (row) => row.max_calls ?? 0,
        extensions: column('max_calls'),
      }),
      inUse: t.int({
        description: 'Calls running now.',
        resolve: (row) => row.calls_in_use ?? 0,
        extensions: column('calls_in_use'),
      }),
    }),
  });

const LimitsRef = builder.objectRef<Partial<ConcurrencyRow>>('OrganizationLimits').implement({
  description: "What the organization's plan allows.",
  fields: (t) => ({
    concurrency: t.field({
      type: ConcurrencyLimitRef,
      description: 'Calls at the same time.',
      resolve: (row) => row,
      extensions: sameRow({ max_calls: 'max_calls', calls_in_use: 'calls_in_use' }),
    }),
  }),
});

const InventoryRef = builder.objectRef<Map<InventoryKind, number>>('Inventory').implement({
  description: 'Numbers of resources that the organization owns now.',
  fields: (t) => {
    const count = (kind: InventoryKind, description: string) =>
      t.int({
        description,
        resolve: (counts) => counts.get(kind) ?? 0,
        extensions: inSql(() => countOfKind(kind)),
      });
    return {
      agents: count('AGENT', 'Agents.'),
      phoneNumbers: count('PHONE_NUMBER', 'Phone numbers.'),
      webWidgets: count('WEB_WIDGET', 'Web widgets.'),
      knowledgeBases: count('KNOWLEDGE_BASE', 'Knowledge bases.'),
      telephonyTrunks: count('TELEPHONY_TRUNK', 'Telephony trunks.'),
    };
  },
});

builder.objectFields(OrganizationRef, (t) => ({
  limits: t.field({
    type: LimitsRef,
    nullable: true,
    description:
      "What the organization's plan allows. Requires `organizations:manage` or `billing:manage`.",
    authScopes: requiresOneOf('organizations:manage', 'billing:manage'),
    resolve: async ({ id }, _args, { loaders }) =>
      (await loaders.load(concurrency, null, id)) ?? {},
    extensions: rowsInSql(({ viewer }) => limitsOfRow(viewer)),
  }),
  inventory: t.field({
    type: InventoryRef,
    nullable: true,
    description:
      'Numbers of resources that the organization owns now. Requires `organizations:manage`.',
    authScopes: requires('organizations:manage'),
    resolve: async ({ id }, _args, { loaders }) =>
      new Map((await loaders.load(inventory, null, id)).map(({ kind, count }) => [kind, count])),
    extensions: rowsInSql(({ viewer }) => inventoryOfRow(viewer)),
  }),
}));
