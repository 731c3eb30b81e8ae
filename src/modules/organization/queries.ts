/** Queries of organizations and of what belongs to a single organization. */
import { sql } from 'kysely';
import { organizationsOfPerson, readableOrganizations, type Lineage } from '../../authorization/rights.ts';
import { listBatch, rowBatch, type Batch } from '../../database/loaders.ts';
import { defineList, ofOrganizations } from '../../database/list.ts';
import type { SortOrder } from '../../database/keyset.ts';
import { many, type Columns } from '../../database/rows.ts';

export type OrganizationKind = 'AGENCY' | 'RESELLER' | 'AFFILIATE' | 'CHANNEL_PARTNER' | 'CUSTOMER';
export type OrganizationStatus = 'ACTIVE' | 'SUSPENDED' | 'DELETED';
export type DomainSetupStatus = 'NOT_CONFIGURED' | 'PENDING' | 'VERIFIED' | 'FAILED';
export type OrganizationOrder = 'SLUG_ASC' | 'SLUG_DESC' | 'NAME_ASC' | 'NAME_DESC' | 'CREATED_AT_ASC' | 'CREATED_AT_DESC';

export interface OrganizationRow extends Columns<
  'organizations',
  | 'id'
  | 'parent_id'
  | 'slug'
  | 'name'
  | 'kind'
  | 'status'
  | 'domain'
  | 'domain_setup_status'
  | 'created_at'
  | 'updated_at'
  | 'version'
  | 'depth'
> {
  kind: OrganizationKind;
  status: OrganizationStatus;
  domain_setup_status: DomainSetupStatus;
  lineage: Lineage;
  /**
   * The person to whom the organization is visible in their own right; null if it was reached
   * through the tree.
   */
  shown_to: string | null;
}

/** The columns of `OrganizationRow`, from a table expression with the alias `o`. */
export const organizationColumns = sql`
  o.id, o.parent_id, o.slug, o.name, o.kind, o.status, o.domain, o.domain_setup_status,
  o.created_at, o.updated_at, o.version, o.lineage, o.depth, null::uuid as shown_to`;

const id = ({ id: key }: { id: string }): string => key;

/** Organizations in the caller's subtree by id. */
export const organizationById = rowBatch<null, OrganizationRow>('organization by id', id, async ({ db, principal }, ids) => {
  const statement = sql<OrganizationRow>`select ${organizationColumns} from ${readableOrganizations(principal)} as o where o.id = any (${ids}::uuid[])`;
  return many(db, statement);
});

/** Organizations in the caller's subtree by slug. */
export const organizationBySlug = rowBatch<null, OrganizationRow>(
  'organization by slug',
  (row) => row.slug,
  async ({ db, principal }, slugs) => {
    const statement = sql<OrganizationRow>`select ${organizationColumns} from ${readableOrganizations(principal)} as o where o.slug = any (${slugs}::text[])`;
    return many(db, statement);
  },
);

/** Organizations that the caller belongs to or is invited to as a person, by id. */
export const organizationOfPerson = rowBatch<null, OrganizationRow>('organization of person', id, async ({ db, principal }, ids) => {
  const statement = sql<OrganizationRow>`
    select ${organizationColumns}, o.shown_to from ${organizationsOfPerson(principal)} as o where o.id = any (${ids}::uuid[])`;
  return many(db, statement);
});

/** The organizations from the caller's own down to the parent. */
export const ancestors = listBatch<null, OrganizationRow & { descendant_id: string }>(
  'ancestors',
  (row) => row.descendant_id,
  async ({ db, principal }, ids) => {
    const within = readableOrganizations(principal, { includeDeleted: true });
    const statement = sql<OrganizationRow & { descendant_id: string }>`
    select ${organizationColumns}, child.id as descendant_id
    from ${within} as child
    cross join lateral unnest(child.lineage) as ancestor (id)
    join ${within} as o on o.id = ancestor.id and o.id <> child.id
    where child.id = any (${ids}::uuid[])
    order by child.id, o.depth`;
    return many(db, statement);
  },
);

/**
 * Slugs by id, for breadcrumbs, including those of deleted organizations, which a breadcrumb may
 * contain.
 */
export const slugById = rowBatch<null, { id: string; slug: string }>('slug by id', id, async ({ db, principal }, ids) => {
  const statement = sql<{ id: string; slug: string }>`
    select o.id, o.slug from ${readableOrganizations(principal, { includeDeleted: true })} as o where o.id = any (${ids}::uuid[])`;
  return many(db, statement);
});

export interface ChildrenArguments {
  orderBy: OrganizationOrder;
  kind: OrganizationKind | null;
  includeDeleted: boolean;
}

function childrenOrder(orderBy: OrganizationOrder): SortOrder {
  const key = {
    SLUG: { expression: sql`o.slug`, type: 'text' as const },
    NAME: { expression: sql`search_fold(o.name)`, type: 'text' as const },
    CREATED_AT: { expression: sql`o.created_at`, type: 'timestamptz' as const },
  }[orderBy.replace(/_(ASC|DESC)$/, '') as 'SLUG' | 'NAME' | 'CREATED_AT'];
  return { keys: [key, { expression: sql`o.id`, type: 'uuid' }], descending: orderBy.endsWith('_DESC') };
}

/** The organizations directly below an organization. */
export const children = defineList<ChildrenArguments, OrganizationRow>({
  name: 'children',
  parents: ofOrganizations(({ includeDeleted }) => ({ includeDeleted, reachingBelow: true })),
  columns: organizationColumns,
  from: () => sql`organizations as o`,
  where: (_viewer, { kind, includeDeleted }) => [
    sql`o.parent_id = parent.id`,
    ...(includeDeleted ? [] : [sql`o.deleted_at is null`]),
    ...(kind ? [sql`o.kind = ${kind}`] : []),
  ],
  orderName: ({ orderBy }) => orderBy,
  order: ({ orderBy }) => childrenOrder(orderBy),
});

/** Whether there is any organization directly below, without counting. */
export const hasChildren: Batch<null, boolean> = {
  name: 'has children',
  async load({ db, principal }, ids) {
    const statement = sql<{ id: string }>`
      select parent.id from unnest(${ids}::uuid[]) as parent (id)
      where exists (select from ${readableOrganizations(principal)} as o where o.parent_id = parent.id)`;
    const withChildren = new Set((await many(db, statement)).map((row) => row.id));
    return ids.map((key) => withChildren.has(key));
  },
};

/** Whether the caller is a native member of the given organizations. */
export const isNativeMember: Batch<null, boolean> = {
  name: 'native membership',
  async load({ db, principal }, ids) {
    if (!principal.user) return ids.map(() => false);
    const statement = sql<{ organization_id: string }>`
      select m.organization_id from memberships m where m.user_id = ${principal.user.id}::uuid and m.organization_id = any (${ids}::uuid[])`;
    const organizations = new Set((await many(db, statement)).map((row) => row.organization_id));
    return ids.map((key) => organizations.has(key));
  },
};
