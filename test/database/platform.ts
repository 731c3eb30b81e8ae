/** A platform on which every table that grows has grown, and one organization on it to look from. */
import pg from 'pg';
import { seedSynthetic } from '../../src/seed/synthetic.ts';
import { sized } from '../setup/size.ts';

export const ORGANIZATIONS = sized(5_000, 20_000);
/** A table with so many rows is one that a statement must not read from end to end. */
export const GROWN = ORGANIZATIONS / 10;
/** Whether the tables are so small that reading all of one is at times the best plan. */
export const IS_SMALL = ORGANIZATIONS < 20_000;

/** Tables that do not grow with the platform, with the reason. */
export const BOUNDED: Readonly<Record<string, string>> = {
  tree_settings: 'one row',
  usage_retention: 'one row',
  member_names_filled: 'one row',
  renamed_people: 'names that changed in the last seconds',
  scopes: 'the catalog',
  usage_metrics: 'the catalog',
  plans: 'the catalog',
  reserved_slugs: 'a list in the code',
  moved_subtrees: 'moves of the last minute',
  usage_tail: 'usage of the last second',
  rate_budgets: 'counters of the present minute and day, looked up by key',
  migration_checksums: 'one row a migration',
  trusted_documents: 'documents that the operator registered, looked up by hash',
};

/** What the seed of the product leaves out. Triggers and foreign keys are off, so rows arrive as they stand here. */
const MORE = [
  `insert into roles (id, key, name, scopes) select uuidv7(), 'own_' || o.ordinal, 'Own', '{usage:read}' from organizations o where o.ordinal % 5 = 0`,
  `insert into organization_roles (role_id, key, organization_id)
     select r.id, r.key, o.id from organizations o join roles r on r.key = 'own_' || o.ordinal`,
  `insert into membership_roles (membership_id, role_id, organization_id)
     select m.id, d.role_id, m.organization_id from memberships m join organization_roles d on d.organization_id = m.organization_id`,
  `insert into api_keys (organization_id, name, secret_hash, preview, scopes)
     select id, 'key', sha256(id::text::bytea), 'ak_…', '{usage:read}' from organizations, generate_series(1, 2)`,
  `insert into personal_access_tokens (user_id, name, secret_hash, preview) select id, 'token', sha256(id::text::bytea), 'pat_…' from users`,
  `insert into user_identities (issuer, subject, user_id) select 'https://issuer.example/', id::text, id from users`,
  `insert into invitations (organization_id, email, canonical_email, inviter_kind, inviter_organization_id, expires_at)
     select id, 'guest' || ordinal || '@x.example', 'guest' || ordinal || '@x.example', 'API_KEY', id, now() + interval '3 days' from organizations`,
  `insert into invitation_roles (invitation_id, role_id)
     select i.id, r.id from invitations i, roles r where r.built_in and r.key = 'viewer'`,
  `insert into invitation_tokens (token_hash, invitation_id, organization_id) select sha256(id::text::bytea), id, organization_id from invitations`,
  `insert into invitation_deliveries (invitation_id, status, attempts, sent_at) select id, 'SENT', 1, now() from invitations`,
  `insert into invitation_mails (invitation_id, round, tree_id, sender_id, canonical_email, withheld)
     select i.id, 1, o.lineage[1], o.id, i.canonical_email, false from invitations i join organizations o on o.id = i.organization_id`,
  `insert into standalone_organizations (organization_id, user_id)
     select o.id, u.id from organizations o cross join lateral (select u.id from users u order by u.id limit 1) as u`,
  `insert into organization_profiles (organization_id, logo_url) select id, 'https://x.example/' || slug from organizations`,
  `insert into contacts (organization_id, kind, name, email)
     select id, 'GENERAL', 'Contact ' || n, 'contact' || n || '@x.example' from organizations, generate_series(1, 3) as n`,
  `insert into marketplace_offers (organization_id, marketplace, url) select id, 'AWS', 'https://x.example/' || slug from organizations`,
  `insert into external_accounts (organization_id, system, account_id) select id, 'zuora', slug from organizations`,
  `insert into billing_accounts (organization_id) select id from organizations`,
  `insert into plan_changes (organization_id, plan, status) select id, 'free', 'DONE' from organizations`,
  `insert into concurrency_limits (organization_id) select id from organizations`,
  `insert into inventory_items (organization_id, kind, name) select id, 'AGENT', slug from organizations`,
  `insert into provisioning_steps (organization_id, name, status) select id, 'BILLING', 'DONE' from organizations`,
  `insert into identity_records (organization_id, subject) select id, slug from organizations`,
  `insert into phone_numbers (number) select '+1202' || (1000000 + ordinal) from organizations where ordinal < 6000`,
  `insert into assigned_phone_numbers (number, organization_id) select '+1202' || (1000000 + ordinal), id from organizations where ordinal < 5000`,
  `insert into domain_verifications (organization_id, domain, token, next_check_at)
     select id, coalesce(domain, slug || '.example'), slug, now() + interval '1 day' from organizations`,
  `insert into usage_meters (organization_id, path, counted) select id, path, true from organizations where ordinal % 5 = 0 on conflict do nothing`,
  `insert into retired_slugs (slug, organization_id) select 'retired-' || ordinal, uuidv7() from organizations where ordinal % 4 = 0`,
  `insert into idempotency_keys (organization_id, actor, operation, key, input_hash, result) select id, 'user_x', 'createRole', 'k', '\\x00', '{}' from organizations`,
  `insert into account_idempotency_keys (user_id, operation, key, input_hash, result) select id, 'createToken', 'k', '\\x00', '{}' from users`,
  // The seed has written the first event of each tree.
  `insert into audit_events (action, actor_kind, actor_user_id, acting_organization_id, organization_id, target_type, target_id, request_id, chain_id, sequence, hash)
     select 'createRole', 'API_KEY', null, o.id, o.id, 'Organization', o.slug, 'r', o.lineage[1],
       1 + row_number() over (partition by o.lineage[1] order by o.ordinal, n), '\\x00' from organizations o, generate_series(1, 2) as n`,
  `insert into audit_chains (id, sequence, hash) select chain_id, max(sequence), '\\x00' from audit_events group by 1
     on conflict (id) do update set sequence = excluded.sequence`,
  `insert into audit_chains (id, sequence, hash) select id, 1, '\\x00' from users`,
  `insert into account_events (action, actor_kind, actor_user_id, target_type, target_id, request_id, chain_id, sequence, hash)
     select 'createPersonalAccessToken', 'SESSION', id, 'PersonalAccessToken', 'x', 'r', id, 1, '\\x00' from users`,
];

/** Fills an empty database. */
export async function plantPlatform(url: string): Promise<void> {
  await seedSynthetic(url, { organizations: ORGANIZATIONS, seed: 11, now: new Date() });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await client.query('set local session_replication_role = replica');
  for (const statement of MORE) await client.query(statement);
  await client.query('commit');
  await client.query('vacuum analyze');
  await client.end();
}
