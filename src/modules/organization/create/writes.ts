/** Writes a new organization. */
import { sql } from 'kysely';
import type { Lineage } from '../../../authorization/rights.ts';
import type { Database } from '../../../database/connect.ts';
import { one, type Columns } from '../../../database/rows.ts';
import { enqueued } from '../../../jobs/queue.ts';
import { plannedSteps, stepJobs } from '../../provisioning/writes.ts';
import { firstCheck, newChallenge } from '../domain/writes.ts';
import type { Details } from '../profile/input.ts';

/** An organization's place in the tree. */
export interface Place extends Columns<'organizations', 'id'> {
  lineage: Lineage;
}

/** What a new organization begins with. */
export interface NewOrganization extends Details {
  /** The parent; null for the top of a tree of its own. */
  parent: Place | null;
  slug: string;
  /** The user who becomes its admin; null for none. */
  adminId: string | null;
}

/** The organization that was inserted, and what it began with. */
export interface Inserted extends Place {
  slug: string;
  membership_id: string | null;
  /** The scopes of an admin. */
  admin_scopes: string[];
  /** As stored, under the names of `Details`, for the audit log. */
  stored: Record<string, unknown> & { externalAccounts: Record<string, string> | null };
}

/** Why nothing was inserted. */
export interface NotInserted {
  reason: 'RESERVED' | 'TAKEN' | 'TOO_DEEP';
  /** The maximum number of levels above an organization. */
  limit: number;
}

/**
 * Inserts an organization, and everything that it begins with, in one statement; or nothing, if
 * there may not be one in this place or with this slug. If two claim the same slug at the same
 * time, the second waits and gets nothing.
 *
 * An account in another system that somebody else has is left out of `stored`.
 */
export async function insertOrganization(
  tx: Database,
  organization: NewOrganization,
): Promise<Inserted | NotInserted> {
  const { parent, slug, adminId, name, kind, domain = null, profile, billingEmail } = organization;
  const { marketplaceOffers: offers = [], externalAccounts: accounts = [] } = organization;
  const { limit, problem, ...inserted } = await one(
    tx,
    sql<{ limit: number; problem: 'RESERVED' | 'TAKEN' | null } & (Inserted | { id: null })>`
      with bounds as (
        select max_depth as limit, slug_problem(${slug}) as problem from tree_settings
      ),
      organization as (
        insert into organizations (parent_id, slug, name, kind, domain, domain_setup_status)
        select ${parent?.id ?? null}::uuid, ${slug}, ${name}, ${kind ?? 'CUSTOMER'}, ${domain}::text,
          case when ${domain}::text is null then 'NOT_CONFIGURED' else 'PENDING' end
        from bounds where problem is null and ${parent?.lineage.length ?? 0}::int <= bounds.limit
        on conflict (slug) do nothing
        returning id, lineage, slug, name, kind, domain
      ),
      profile as (
        insert into organization_profiles
        select given.* from organization,
          jsonb_populate_record(null::organization_profiles, ${JSON.stringify(profile ?? {})}::jsonb
            || jsonb_build_object('organization_id', organization.id)) as given
        where ${profile !== undefined}
        returning *
      ),
      offers as (
        insert into marketplace_offers (organization_id, marketplace, url)
        select id, given.* from organization,
          unnest(${offers.map((offer) => offer.marketplace)}::text[], ${offers.map((offer) => offer.url)}::text[]) as given
        returning marketplace, url
      ),
      accounts as (
        insert into external_accounts (organization_id, system, account_id)
        select id, given.* from organization,
          unnest(${accounts.map((account) => account.system)}::text[], ${accounts.map((account) => account.accountId)}::text[]) as given
        on conflict do nothing returning system, account_id
      ),
      billing as (
        insert into billing_accounts (organization_id, email)
        select id, ${billingEmail ?? null} from organization returning email
      ),
      challenge as (
        insert into domain_verifications (organization_id, domain, token)
        select id, domain, ${newChallenge()} from organization where domain is not null
        returning organization_id as id
      ),
      admin as (select id, scopes from roles where built_in and key = 'admin'),
      membership as (
        insert into memberships (organization_id, user_id)
        select id, ${adminId}::uuid from organization where ${adminId}::uuid is not null
        returning id, organization_id
      ),
      assigned as (
        insert into membership_roles (membership_id, organization_id, role_id)
        select membership.id, membership.organization_id, admin.id from membership, admin
      ),
      founded as (
        insert into standalone_organizations (organization_id, user_id)
        select id, ${adminId}::uuid from organization
        where ${parent === null} and ${adminId}::uuid is not null
      ),
      steps as (${plannedSteps(sql`organization`)})
      select bounds.limit, bounds.problem, organization.id, organization.lineage, organization.slug,
        (select id from membership) as membership_id,
        (select scopes_held(scopes) from admin) as admin_scopes,
        jsonb_build_object(
          'name', organization.name, 'kind', organization.kind, 'domain', organization.domain,
          'profile', (select to_jsonb(profile) - 'organization_id' from profile),
          'marketplaceOffers', (select jsonb_object_agg(marketplace, url) from offers),
          'externalAccounts', (select jsonb_object_agg(system, account_id) from accounts),
          'billingEmail', (select email from billing)
        ) as stored,
        ${enqueued(sql`${stepJobs(sql`steps`)} union all ${firstCheck(sql`challenge`)}`)} as jobs
      from bounds left join organization on true`,
  );
  if (inserted.id !== null) return inserted;
  const isTooDeep = (parent?.lineage.length ?? 0) > limit;
  return { reason: isTooDeep ? 'TOO_DEEP' : (problem ?? 'TAKEN'), limit };
}
