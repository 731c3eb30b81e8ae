/**
 * Queries of what belongs to one organization apart from its position in the tree: profile,
 * accounts, billing, limits, inventory.
 */
import { sql, type RawBuilder } from 'kysely';
import { readableOrganizations, type ReadableOptions } from '../../../authorization/rights.ts';
import { listBatch, rowBatch, type Keys, type Viewer } from '../../../database/loaders.ts';
import type { Columns } from '../../../database/rows.ts';
import type { OrganizationProfiles } from '../../../database/types.ts';

/** A row that belongs to one organization. */
export interface OfOrganization {
  organization_id: string;
}

/** The organization that a row belongs to. */
export const ownerOf = (row: OfOrganization): string => row.organization_id;

/**
 * Returns the rows of `table`, with the alias `t`, that belong to the given organizations, if the
 * caller may read those. The order applies to the whole statement: a table expression with its own
 * order would be read and sorted as a whole.
 */
export function rowsOf<Row>(
  table: RawBuilder<unknown>,
  columns: RawBuilder<unknown>,
  options: ReadableOptions = {},
  order = sql`o.id`,
) {
  return ({ principal }: Viewer, ids: Keys) => sql<Row>`
    select o.id as organization_id, ${columns}
    from ${readableOrganizations(principal, { includeDeleted: true, ...options })} as o join ${table} as t on t.organization_id = o.id
    where o.id = any (${ids}::uuid[])
    order by ${order}`;
}

/** The branding, which everybody who may see the organization can see. */
export type BrandingRow = OfOrganization &
  Columns<'organization_profiles', 'logo_url' | 'primary_color' | 'secondary_color'>;
export const branding = rowBatch<null, BrandingRow>(
  'branding',
  ownerOf,
  rowsOf(sql`organization_profiles`, sql`t.logo_url, t.primary_color, t.secondary_color`),
);

const ADDRESS = [
  'address_line1',
  'address_line2',
  'address_city',
  'address_state',
  'address_zip',
  'address_country',
] as const;

/** The address, and the columns that `selectFromProfile` was called for. */
export interface ProfileRow
  extends
    OfOrganization,
    Columns<'organization_profiles', (typeof ADDRESS)[number]>,
    Partial<ProfileColumns> {}

/** A column of the profile that is a field of its own. */
export type ProfileColumn = Exclude<
  keyof OrganizationProfiles,
  'organization_id' | (typeof ADDRESS)[number] | keyof BrandingRow
>;

interface ProfileColumns extends Columns<'organization_profiles', ProfileColumn> {
  invoice_owner: 'PARTNER' | 'END_CUSTOMER' | null;
}

const selected = new Set<string>(ADDRESS);

/** Has a column read together with the rest of the profile. */
export function selectFromProfile(column: ProfileColumn): void {
  selected.add(column);
}

/** The profile without the branding. */
export const profile = rowBatch<null, ProfileRow>('profile', ownerOf, (viewer, ids) => {
  const columns = sql.join([...selected].map((column) => sql.ref(`t.${column}`)));
  const scope = ['organizations:manage', 'billing:manage'] as const;
  return rowsOf<ProfileRow>(sql`organization_profiles`, columns, { scope })(viewer, ids);
});

export interface MarketplaceOfferRow
  extends OfOrganization, Columns<'marketplace_offers', 'marketplace' | 'url'> {
  marketplace: 'AWS' | 'AZURE' | 'GCP';
}
export const marketplaceOffers = listBatch<null, MarketplaceOfferRow>(
  'marketplace offers',
  ownerOf,
  rowsOf(
    sql`marketplace_offers`,
    sql`t.marketplace, t.url`,
    { scope: 'organizations:manage' },
    sql`t.marketplace`,
  ),
);

export type ExternalAccountRow = OfOrganization &
  Columns<'external_accounts', 'id' | 'system' | 'account_id'>;
export const externalAccounts = listBatch<null, ExternalAccountRow>(
  'external accounts',
  ownerOf,
  rowsOf(
    sql`external_accounts`,
    sql`t.id, t.system, t.account_id`,
    { scope: 'organizations:manage' },
    sql`t.system`,
  ),
);

export type BillingRow = OfOrganization &
  Columns<'billing_accounts', 'plan' | 'status' | 'email' | 'customer_id' | 'subscription_id'>;
export const billing = rowBatch<null, BillingRow>(
  'billing',
  ownerOf,
  rowsOf(sql`billing_accounts`, sql`t.plan, t.status, t.email, t.customer_id, t.subscription_id`, {
    scope: 'billing:manage',
  }),
);

export type ConcurrencyRow = OfOrganization &
  Columns<'concurrency_limits', 'max_calls' | 'calls_in_use'>;
export const concurrency = rowBatch<null, ConcurrencyRow>(
  'concurrency',
  ownerOf,
  rowsOf(sql`concurrency_limits`, sql`t.max_calls, t.calls_in_use`, {
    scope: ['organizations:manage', 'billing:manage'],
  }),
);

export type InventoryKind =
  'AGENT' | 'PHONE_NUMBER' | 'WEB_WIDGET' | 'KNOWLEDGE_BASE' | 'TELEPHONY_TRUNK';
export interface InventoryRow extends OfOrganization, Columns<'inventory_items', 'kind'> {
  kind: InventoryKind;
  count: number;
}
export const inventory = listBatch<null, InventoryRow>(
  'inventory',
  ownerOf,
  ({ principal }, ids) => sql<InventoryRow>`
    select o.id as organization_id, i.kind, count(*)::int as count
    from ${readableOrganizations(principal, { scope: 'organizations:manage' })} as o join inventory_items i on i.organization_id = o.id
    where o.id = any (${ids}::uuid[]) group by o.id, i.kind`,
);

/** The address of the organization `parent`, if it has one, with the columns of `Address`. */
export function addressOfRow(viewer: Viewer): RawBuilder<unknown> {
  return sql`
    select p.address_line1 as line1, p.address_line2, coalesce(p.address_city, '') as city, coalesce(p.address_state, '') as state,
      coalesce(p.address_zip, '') as zip, coalesce(p.address_country, '') as country
    from (${profile.statement(viewer, sql`array[parent.id]`, null)}) as p where p.address_line1 is not null`;
}

/** A column of the profile of the organization `parent`. */
export function profileColumn(viewer: Viewer, column: ProfileColumn): RawBuilder<unknown> {
  return sql`(select p.${sql.ref(column)} from (${profile.statement(viewer, sql`array[parent.id]`, null)}) as p)`;
}

/** The branding of the organization `parent`: always one row. */
export function brandingOfRow(viewer: Viewer): RawBuilder<unknown> {
  return sql`
    select b.logo_url, b.primary_color, b.secondary_color
    from (select) as always left join (${branding.statement(viewer, sql`array[parent.id]`, null)}) as b on true`;
}

/** The limits of the organization `parent`: always one row. */
export function limitsOfRow(viewer: Viewer): RawBuilder<unknown> {
  return sql`
    select coalesce(c.max_calls, 0) as max_calls, coalesce(c.calls_in_use, 0) as calls_in_use
    from (select) as always left join (${concurrency.statement(viewer, sql`array[parent.id]`, null)}) as c on true`;
}

/** The inventory of the organization `parent`: one row with the kinds and their numbers. */
export function inventoryOfRow(viewer: Viewer): RawBuilder<unknown> {
  return sql`
    select coalesce(jsonb_object_agg(i.kind, i.count), '{}') as counts
    from (${inventory.statement(viewer, sql`array[parent.id]`, null)}) as i`;
}

/** The number of one kind in the inventory `parent`. */
export function countOfKind(kind: InventoryKind): RawBuilder<unknown> {
  return sql`coalesce((parent.counts ->> ${sql.lit(kind)})::int, 0)`;
}
