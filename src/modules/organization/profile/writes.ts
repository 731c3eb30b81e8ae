/** Writes of an organization's profile. The caller has locked the organization. */
import { sql } from 'kysely';
import type { Database } from '../../../database/connect.ts';
import { maybeOne, one } from '../../../database/rows.ts';
import { defineAuditParts } from '../../../command/audit-parts.ts';
import { refuse } from '../../../command/user-error.ts';
import type { Details } from './input.ts';
import { ExternalAccountTakenError } from '../errors.ts';

defineAuditParts('Organization', {
  name: 'everybody',
  kind: 'everybody',
  domain: 'everybody',
  marketplaceOffers: ['organizations:manage'],
  externalAccounts: ['organizations:manage'],
  billingEmail: ['billing:manage'],
});

/** Returns the current values, for the audit log, of the fields that `given` has. */
export async function currentDetails(
  tx: Database,
  id: string,
  written: Details,
): Promise<Record<string, unknown>> {
  const { details } = await one(
    tx,
    sql<{ details: Record<string, unknown> }>`
      select jsonb_build_object(
        'name', o.name, 'kind', o.kind, 'domain', o.domain,
        'profile', (select to_jsonb(p) - 'organization_id' from organization_profiles p
          where p.organization_id = o.id),
        'marketplaceOffers', (select jsonb_object_agg(m.marketplace, m.url)
          from marketplace_offers m where m.organization_id = o.id),
        'externalAccounts', (select jsonb_object_agg(e.system, e.account_id)
          from external_accounts e where e.organization_id = o.id),
        'billingEmail', (select b.email from billing_accounts b where b.organization_id = o.id)
      ) as details
      from organizations o where o.id = ${id}::uuid`,
  );
  return ofWritten(details, written);
}

/** Those of the stored values that `written` has, null for what was cleared. */
export function ofWritten(
  stored: Record<string, unknown>,
  written: Details,
): Record<string, unknown> {
  return Object.fromEntries(Object.keys(written).map((name) => [name, stored[name] ?? null]));
}

/** Writes the given fields and leaves the rest. Setting a different domain restarts its setup. */
export async function writeDetails(tx: Database, id: string, details: Details): Promise<void> {
  const { name, kind, domain, profile, marketplaceOffers, externalAccounts, billingEmail } =
    details;
  await sql`
    update organizations set
      name = coalesce(${name ?? null}, name), kind = coalesce(${kind ?? null}, kind),
      domain_setup_status = case
        when ${domain === undefined} or domain is not distinct from ${domain ?? null} then domain_setup_status
        when ${domain ?? null}::text is null then 'NOT_CONFIGURED' else 'PENDING' end,
      domain = case when ${domain === undefined} then domain else ${domain ?? null} end,
      updated_at = now(), version = version + 1
    where id = ${id}::uuid`.execute(tx);
  if (profile) await writeProfile(tx, id, profile);
  if (marketplaceOffers) {
    await sql`delete from marketplace_offers where organization_id = ${id}::uuid`.execute(tx);
    await sql`
      insert into marketplace_offers (organization_id, marketplace, url)
      select ${id}::uuid, * from unnest(${marketplaceOffers.map((offer) => offer.marketplace)}::text[], ${marketplaceOffers.map((offer) => offer.url)}::text[])`.execute(
      tx,
    );
  }
  if (externalAccounts) await writeAccounts(tx, id, externalAccounts);
  if (billingEmail !== undefined) {
    await sql`
      insert into billing_accounts (organization_id, email) values (${id}::uuid, ${billingEmail})
      on conflict (organization_id) do update set email = excluded.email`.execute(tx);
  }
}

async function writeProfile(
  tx: Database,
  id: string,
  profile: Record<string, string | null>,
): Promise<void> {
  const columns = Object.keys(profile);
  await sql`
    insert into organization_profiles (organization_id, ${sql.join(columns.map((column) => sql.ref(column)))})
    values (${id}::uuid, ${sql.join(columns.map((column) => sql`${profile[column]}::text`))})
    on conflict (organization_id) do update
      set ${sql.join(columns.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`))}`.execute(
    tx,
  );
}

/** Replaces the accounts. Those that stay keep their ids. */
async function writeAccounts(
  tx: Database,
  id: string,
  accounts: readonly { system: string; accountId: string }[],
): Promise<void> {
  const given = sql`unnest(${accounts.map((account) => account.system)}::text[], ${accounts.map((account) => account.accountId)}::text[]) as given (system, account_id)`;
  const other = await maybeOne(
    tx,
    sql<{ system: string; account_id: string }>`
      select e.system, e.account_id from external_accounts e join ${given} using (system, account_id)
      where e.organization_id <> ${id}::uuid limit 1`,
  );
  if (other)
    refuse(ExternalAccountTakenError, { system: other.system, accountId: other.account_id });
  await sql`
    delete from external_accounts e where e.organization_id = ${id}::uuid
      and not exists (select from ${given}
        where given.system = e.system and given.account_id = e.account_id)`.execute(tx);
  // If two organizations claim the same account at the same time, the unique constraint decides:
  // the second gets no row.
  await sql`
    insert into external_accounts (organization_id, system, account_id)
    select ${id}::uuid, given.system, given.account_id from ${given} on conflict do nothing`.execute(
    tx,
  );
  const lost = await maybeOne(
    tx,
    sql<{ system: string; account_id: string }>`
      select given.system, given.account_id from ${given}
      where not exists (
        select from external_accounts e where e.organization_id = ${id}::uuid and e.system = given.system and e.account_id = given.account_id
      ) limit 1`,
  );
  if (lost) refuse(ExternalAccountTakenError, { system: lost.system, accountId: lost.account_id });
}
