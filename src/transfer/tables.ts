/**
 * What belongs to a tree: its tables, in the order in which they are exported and imported, and how
 * each row is written to a file that another installation can read
 * (docs/decisions/0041-moving-a-tree.md).
 */
import type { DB } from '../database/types.ts';

/** A table whose rows belong to a tree. In its SQL, `t` is a row of the table. */
export interface TransferTable {
  name: keyof DB;
  /** What follows `from` when it is exported; `{tree}`, `{chains}` and `{purged}` stand for sets of ids. */
  from: string;
  /** The order of its rows, which must not depend on the installation. */
  order: string;
  /** Columns that are not in the file, since each installation computes its own. */
  derived?: readonly string[];
  /** What the file has in addition, or instead of a column: SQL on export. */
  written?: Readonly<Record<string, string>>;
  /** How columns are read from the file, where it is not by their name: SQL on import; `i.row` is the row. */
  read?: Readonly<Record<string, string>>;
  /** Which rows are inserted; the others are there already. */
  only?: string;
  /** Statements before and after the rows are inserted. */
  before?: readonly string[];
  after?: readonly string[];
}

/** Everyone whom a row of the tree names. */
const people = `(
  select m.user_id from memberships m where m.organization_id in {tree}
  union select k.issued_by_user_id from api_keys k where k.organization_id in {tree}
  union select v.inviter_user_id from invitations v where v.organization_id in {tree}
  union select s.user_id from standalone_organizations s where s.organization_id in {tree}
  union select e.actor_user_id from audit_events e where e.chain_id in {chains})`;

/** The person of the target that a person of the file is. */
const person = (column: string): string =>
  `(select p.target_id from import_people p where p.source_id = ${column})`;

const ofTree = 't.organization_id in {tree}';

/** Built-in roles have other ids in each installation, so they are named by their keys. */
const byRoleKey = {
  derived: ['role_id'],
  written: {
    role_id: 'case when r.built_in then null else t.role_id end',
    built_in_role: 'case when r.built_in then r.key end',
  },
  read: {
    role_id: `coalesce(t.role_id, (select r.id from roles r where r.built_in and r.key = i.row ->> 'built_in_role'))`,
  },
} as const;

/** Amounts by the keys of metrics: places in arrays are numbered by each installation. */
const amounts = (column: string): string => `(
  select json_object_agg(m.key, u.amount order by m.slot)
  from unnest(t.${column}) with ordinality as u (amount, slot)
  join usage_metrics m on m.slot = u.slot
  where u.amount is not null)`;

const amountsBySlot = (column: string): string => `(
  select usage_array(m.slot, (a.value #>> '{}')::numeric)
  from jsonb_each(case when jsonb_typeof(i.row -> '${column}') = 'object' then i.row -> '${column}' end) as a
  join usage_metrics m on m.key = a.key)`;

/** Tables of one row or several per organization that need nothing else. */
const plain = (name: keyof DB, order: string): TransferTable => ({
  name,
  from: `${name} t where ${ofTree}`,
  order: `t.organization_id, ${order}`,
});

export const TRANSFER_TABLES: readonly TransferTable[] = [
  {
    name: 'users',
    from: `users t where t.id in ${people}`,
    order: 't.id',
    only: 'exists (select from import_people p where p.source_id = t.id and p.is_new)',
  },
  {
    name: 'user_identities',
    from: `user_identities t where t.user_id in ${people}`,
    order: 't.user_id, t.issuer collate "C"',
    only: 'exists (select from import_people p where p.source_id = t.user_id and p.is_new)',
  },
  {
    name: 'organizations',
    from: 'organizations t where t.id in {tree}',
    order: 't.ordinal',
    derived: ['ordinal', 'path', 'lineage', 'depth', 'source'],
    written: { source: 'organization_source(t.source, t.parent_id)' },
    // Numbers of this installation, in the same order.
    read: {
      source: 't.source',
      ordinal: '(select o.ordinal from import_organizations o where o.id = t.id)',
    },
  },
  plain('organization_profiles', 't.organization_id'),
  plain('marketplace_offers', 't.marketplace collate "C"'),
  plain('external_accounts', 't.id'),
  plain('domain_verifications', 't.organization_id'),
  plain('contacts', 't.id'),
  {
    ...plain('standalone_organizations', 't.organization_id'),
    read: { user_id: person('t.user_id') },
  },
  {
    name: 'roles',
    from: 'roles t where t.id in (select r.role_id from organization_roles r where r.organization_id in {tree})',
    order: 't.id',
  },
  plain('organization_roles', 't.role_id'),
  { ...plain('memberships', 't.id'), read: { user_id: person('t.user_id') } },
  {
    name: 'membership_roles',
    from: `membership_roles t join roles r on r.id = t.role_id where ${ofTree}`,
    order: 't.membership_id, r.built_in, r.key, case when r.built_in then null else r.id end',
    ...byRoleKey,
  },
  { ...plain('api_keys', 't.id'), read: { issued_by_user_id: person('t.issued_by_user_id') } },
  { ...plain('invitations', 't.id'), read: { inviter_user_id: person('t.inviter_user_id') } },
  {
    name: 'invitation_roles',
    from: `invitation_roles t join roles r on r.id = t.role_id
      join invitations v on v.id = t.invitation_id where v.organization_id in {tree}`,
    order: 't.invitation_id, r.built_in, r.key, case when r.built_in then null else r.id end',
    ...byRoleKey,
  },
  plain('invitation_tokens', 't.token_hash'),
  {
    name: 'invitation_deliveries',
    from: `invitation_deliveries t join invitations v on v.id = t.invitation_id where v.organization_id in {tree}`,
    order: 't.invitation_id',
  },
  {
    name: 'invitation_mails',
    from: `invitation_mails t join invitations v on v.id = t.invitation_id where v.organization_id in {tree}`,
    order: 't.invitation_id, t.round',
    read: { sender_id: `coalesce(${person('t.sender_id')}, t.sender_id)` },
  },
  plain('provisioning_steps', 't.name collate "C"'),
  plain('identity_records', 't.organization_id'),
  plain('billing_accounts', 't.organization_id'),
  plain('plan_changes', 't.organization_id'),
  plain('concurrency_limits', 't.organization_id'),
  plain('inventory_items', 't.id'),
  {
    name: 'phone_numbers',
    from: `phone_numbers t join assigned_phone_numbers a on a.number = t.number where a.organization_id in {tree}`,
    order: 't.number',
    only: 'not exists (select from phone_numbers n where n.number = t.number)',
  },
  plain('assigned_phone_numbers', 't.number'),
  {
    ...plain('idempotency_keys', 't.actor collate "C", t.operation collate "C", t.key collate "C"'),
    read: {
      actor: `coalesce('usr_' || replace((case when t.actor ~ '^usr_[0-9a-f]{32}$' then ${person('substr(t.actor, 5)::uuid')} end)::text, '-', ''), t.actor)`,
    },
  },
  plain('usage_events', 't.id'),
  plain('usage_event_keys', 't.id'),
  {
    name: 'usage_totals',
    from: `usage_totals t where ${ofTree}`,
    order: 't.organization_id, t.grain, t.starts_at',
    derived: ['own', 'subtree'],
    written: { own_amounts: amounts('own'), subtree_amounts: amounts('subtree') },
    read: { own: amountsBySlot('own_amounts'), subtree: amountsBySlot('subtree_amounts') },
  },
  {
    ...plain('usage_meters', 't.organization_id'),
    derived: ['path'],
    read: { path: '(select o.path from organizations o where o.id = t.organization_id)' },
    // Those that the events have brought. What the file says of them is what the totals rest on.
    before: [
      'delete from usage_meters where organization_id in (select id from import_organizations)',
    ],
  },
  {
    name: 'usage_tail',
    from: `usage_tail t join usage_metrics m on m.slot = t.slot where ${ofTree}`,
    order: 't.organization_id, t.hour, m.key, t.own, t.subtree',
    derived: ['slot', 'tree_group'],
    written: { metric: 'm.key' },
    read: {
      slot: `(select m.slot from usage_metrics m where m.key = i.row ->> 'metric')`,
      tree_group: `(select tree_group(o.lineage[1]) from organizations o where o.id = t.organization_id)`,
    },
    // The events are in the totals of the file, or in its pending rows.
    before: [
      'delete from usage_tail where organization_id in (select id from import_organizations)',
    ],
  },
  {
    name: 'retired_slugs',
    from: 'retired_slugs t where t.organization_id in {purged}',
    order: 't.slug',
  },
  {
    name: 'audit_events',
    from: 'audit_events t where t.chain_id in {chains}',
    order: 't.chain_id, t.sequence, t.position',
    derived: ['position'],
    // An event that is not sealed yet takes its place among those of the target.
    written: { position: 'case when t.sequence is not null then t.position end' },
    read: {
      position: `case when t.sequence is null then nextval('audit_positions') else t.position end`,
    },
    before: ['alter table audit_events disable trigger audit_events_seal'],
    after: ['alter table audit_events enable trigger audit_events_seal'],
  },
  {
    name: 'audit_chains',
    from: 'audit_chains t where t.id in {chains}',
    order: 't.id',
    before: [`set local banyan.sealing = 'on'`],
    after: [`set local banyan.sealing = 'off'`],
  },
];

/**
 * Tables that are not exported, each with the reason. A test finds a table that is in neither list.
 */
export const NOT_TRANSFERRED: Readonly<Partial<Record<keyof DB, string>>> = {
  search_documents: 'made from the organizations',
  member_names: 'made from the memberships',
  member_names_filled: 'a step of the installation',
  renamed_people: 'names of the target are up to date',
  moved_subtrees: 'search documents of the target are up to date',
  personal_access_tokens: 'belong to people, who belong to no tree',
  account_events: 'the log of people',
  account_idempotency_keys: 'belong to people',
  scopes: 'a catalog of the installation',
  usage_metrics: 'a catalog of the installation',
  plans: 'a catalog of the installation',
  reserved_slugs: 'a setting of the installation',
  tree_settings: 'a setting of the installation',
  usage_retention: 'a setting of the installation, which the first line names',
  trusted_documents: 'belong to clients',
  rate_budgets: 'counters of seconds',
};
