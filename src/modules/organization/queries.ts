/** Queries of organizations and of what belongs to a single organization. */
import { sql, type RawBuilder } from 'kysely';
import {
  organizationsOfPerson,
  readableOrganizations,
  type Lineage,
} from '../../authorization/rights.ts';
import { flagBatch, listBatch, rowBatch, type Viewer } from '../../database/loaders.ts';
import type { Columns } from '../../database/rows.ts';

export type OrganizationKind = 'AGENCY' | 'RESELLER' | 'AFFILIATE' | 'CHANNEL_PARTNER' | 'CUSTOMER';
export type OrganizationStatus = 'ACTIVE' | 'SUSPENDED' | 'DELETED';
export type OrganizationSource = 'SIGN_UP' | 'PARTNER' | 'OPERATOR';
export type DomainSetupStatus = 'NOT_CONFIGURED' | 'PENDING' | 'VERIFIED' | 'FAILED';
export type OrganizationOrder =
  'SLUG_ASC' | 'SLUG_DESC' | 'NAME_ASC' | 'NAME_DESC' | 'CREATED_AT_ASC' | 'CREATED_AT_DESC';

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
  | 'path'
  | 'deleted_at'
> {
  kind: OrganizationKind;
  status: OrganizationStatus;
  source: OrganizationSource;
  domain_setup_status: DomainSetupStatus;
  lineage: Lineage;
  /** When it came below its parent. */
  partner_since: Date;
  /**
   * The person to whom the organization is visible in their own right; null if it was reached
   * through the tree.
   */
  shown_to: string | null;
}

/** The columns of an organization, from a table expression with the alias `o`. */
const columns = sql`
  o.id, o.parent_id, o.slug, o.name, o.kind, o.status, organization_source(o.source, o.parent_id) as source, o.domain, o.domain_setup_status,
  o.created_at, o.updated_at, o.version, o.lineage, o.depth, o.path, o.deleted_at,
  coalesce(o.partner_since, o.created_at) as partner_since`;

/** The columns of `OrganizationRow`, from a table expression with the alias `o`. */
export const organizationColumns = sql`${columns}, null::uuid as shown_to`;

const id = ({ id: key }: { id: string }): string => key;

/** Organizations in the caller's subtree by id. */
export const organizationById = rowBatch<null, OrganizationRow>(
  'organization by id',
  id,
  ({ principal }, ids) =>
    sql<OrganizationRow>`select ${organizationColumns} from ${readableOrganizations(principal)} as o where o.id = any (${ids}::uuid[])`,
);

/** Organizations in the caller's subtree by slug. */
export const organizationBySlug = rowBatch<null, OrganizationRow>(
  'organization by slug',
  (row) => row.slug,
  ({ principal }, slugs) =>
    sql<OrganizationRow>`select ${organizationColumns} from ${readableOrganizations(principal)} as o where o.slug = any (${slugs}::text[])`,
);

/** Organizations that the caller belongs to or is invited to as a person, by id. */
export const organizationOfPerson = rowBatch<null, OrganizationRow>(
  'organization of person',
  id,
  ({ principal }, ids) => sql<OrganizationRow>`
    select ${columns}, o.shown_to from ${organizationsOfPerson(principal)} as o where o.id = any (${ids}::uuid[])`,
);

/** The organization that is asked for: by id, by slug, or the caller's own. */
export function askedOrganization(
  viewer: Viewer,
  { id: asked, slug }: { id: string | null; slug: string | null },
): RawBuilder<unknown> {
  if (slug !== null) return organizationBySlug.statement(viewer, sql`array[${slug}]`, null);
  return organizationById.statement(
    viewer,
    sql`array[${asked ?? viewer.principal.organization?.id}]`,
    null,
  );
}

/**
 * The organization that the row `parent` belongs to: in the caller's subtree, or one that the
 * caller belongs to or is invited to as a person.
 */
export function organizationOfRow(viewer: Viewer): RawBuilder<unknown> {
  const ids = sql`array[parent.organization_id]`;
  const inSubtree = organizationById.statement(viewer, ids, null);
  if (!viewer.principal.user) return inSubtree;
  return sql`
    with inside as (${inSubtree})
    select * from inside union all
    select * from (${organizationOfPerson.statement(viewer, ids, null)}) as own where not exists (select from inside)`;
}

/** The public id of the parent of the row, unless the row is the caller's own organization. */
export function visibleParentId({ principal }: Viewer): RawBuilder<unknown> {
  return sql`case when parent.id <> ${principal.organization?.id ?? null}::uuid then organization_public_id(parent.parent_id) end`;
}

/** The row, unless nothing above it is shown. */
export function visiblePartnership({ principal }: Viewer): RawBuilder<unknown> {
  return sql`
    select parent.parent_id, parent.partner_since, parent.status
    where parent.parent_id is not null and parent.id <> ${principal.organization?.id ?? null}::uuid`;
}

/** Levels of the row below the caller's own organization. */
export function visibleDepth({ principal }: Viewer): RawBuilder<unknown> {
  return sql`cardinality(parent.lineage) - array_position(parent.lineage, ${principal.organization?.id ?? null}::uuid)`;
}

/** The organizations from the caller's own down to the parent. */
export const ancestors = listBatch<null, OrganizationRow & { descendant_id: string }>(
  'ancestors',
  (row) => row.descendant_id,
  ({ principal }, ids) => {
    const within = readableOrganizations(principal, { includeDeleted: true });
    return sql`
    select ${organizationColumns}, child.id as descendant_id
    from ${within} as child
    cross join lateral unnest(child.lineage) as ancestor (id)
    join ${within} as o on o.id = ancestor.id and o.id <> child.id
    where child.id = any (${ids}::uuid[])
    order by child.id, o.depth`;
  },
);

/**
 * Slugs by id, for breadcrumbs, including those of deleted organizations, which a breadcrumb may
 * contain.
 */
export const slugById = rowBatch<null, { id: string; slug: string }>(
  'slug by id',
  id,
  ({ principal }, ids) => sql<{ id: string; slug: string }>`
    select o.id, o.slug from ${readableOrganizations(principal, { includeDeleted: true })} as o where o.id = any (${ids}::uuid[])`,
);

/** Whether there is any organization directly below, without counting. */
export const hasChildren = flagBatch(
  'has children',
  ({ principal }, ids) => sql`
    select asked.id as key from unnest(${ids}::uuid[]) as asked (id)
    where exists (select from ${readableOrganizations(principal)} as o where o.parent_id = asked.id)`,
);

/** Whether the caller is a native member of the given organizations. */
export const isNativeMember = flagBatch(
  'native membership',
  ({ principal }, ids) => sql`
    select m.organization_id as key from memberships m
    where m.user_id = ${principal.user?.id ?? null}::uuid and m.organization_id = any (${ids}::uuid[])`,
);
