/** What the target has, or lacks, so that a tree cannot be imported. */
import type pg from 'pg';
import type { Header } from './file.ts';

/** Names per sentence; a tree of which all is there has thousands. */
const NAMES_MAX = 5;

interface Obstacle {
  /** What stands before the names. */
  says: string;
  /** Selects `name`. `i` is a row of the file. */
  names: string;
}

const rowsOf = (table: string): string => `from import_rows i where i."table" = '${table}'`;

/** Rows of a table with the same value of a column as one that is there. */
const taken = (says: string, table: string, column: string, name: string = column): Obstacle => ({
  says,
  names: `select i.row ->> '${name}' as name
    from import_rows i
    join ${table} t on t.${column} = (jsonb_populate_record(null::${table}, i.row)).${column}
    where i."table" = '${table}'`,
});

/** Words of the file that a catalog of the target does not have. */
const unknown = (says: string, words: string, catalog: string): Obstacle => ({
  says,
  names: `select distinct w.name from (${words}) as w where w.name is not null and w.name not in (${catalog})`,
});

const obstacles: readonly Obstacle[] = [
  taken('These slugs are taken', 'organizations', 'slug'),
  taken('Organizations with these ids are here already', 'organizations', 'id', 'slug'),
  {
    says: 'These slugs belonged to organizations that were purged here',
    names: `select i.row ->> 'slug' as name ${rowsOf('organizations')}
        and exists (select from retired_slugs r where r.slug = i.row ->> 'slug' or r.organization_id = (i.row ->> 'id')::uuid)
      union
      select i.row ->> 'slug' ${rowsOf('retired_slugs')}
        and exists (select from retired_slugs r where r.slug = i.row ->> 'slug')`,
  },
  {
    says: 'These slugs are reserved here',
    names: `select i.row ->> 'slug' as name ${rowsOf('organizations')}
      and exists (select from reserved_slugs r where r.slug = i.row ->> 'slug')`,
  },
  {
    says: 'These slugs must not be used again, since they belonged to organizations of the tree, but are taken',
    names: `select i.row ->> 'slug' as name ${rowsOf('retired_slugs')}
      and exists (select from organizations o where o.slug = i.row ->> 'slug')`,
  },
  unknown(
    'These metrics are not in the catalog here',
    `select i.row ->> 'metric' as name ${rowsOf('usage_events')}
     union select i.row ->> 'metric' ${rowsOf('usage_tail')}
     union select a.key from import_rows i
       cross join lateral jsonb_each(case when jsonb_typeof(i.row -> 'own_amounts') = 'object' then i.row -> 'own_amounts' else '{}' end
         || case when jsonb_typeof(i.row -> 'subtree_amounts') = 'object' then i.row -> 'subtree_amounts' else '{}' end) as a
       where i."table" = 'usage_totals'`,
    'select key from usage_metrics where slot is not null',
  ),
  unknown(
    'These scopes are not known here',
    `select s.name from import_rows i cross join lateral jsonb_array_elements_text(i.row -> 'scopes') as s (name)
     where i."table" in ('api_keys', 'roles')`,
    'select key from scopes',
  ),
  unknown(
    'These plans are not in the catalog here',
    `select i.row ->> 'plan' as name from import_rows i where i."table" in ('billing_accounts', 'plan_changes')`,
    'select key from plans',
  ),
  unknown(
    'These roles are not known here',
    `select i.row ->> 'built_in_role' as name from import_rows i where i."table" in ('membership_roles', 'invitation_roles')`,
    'select key from roles where built_in',
  ),
  {
    says: 'These external accounts belong to other organizations here',
    names: `select concat(t.system, ' ', t.account_id) as name
      from import_rows i
      join external_accounts t on t.system = i.row ->> 'system' and t.account_id = i.row ->> 'account_id'
      where i."table" = 'external_accounts'`,
  },
  taken(
    'These phone numbers are assigned to other organizations here',
    'assigned_phone_numbers',
    'number',
  ),
  {
    says: 'These domains are verified for other organizations here',
    names: `select t.domain as name
      from import_rows i
      join organizations t on t.domain = i.row ->> 'domain'
      where i."table" = 'organizations' and t.domain_setup_status = 'VERIFIED' and t.deleted_at is null
        and i.row ->> 'domain_setup_status' = 'VERIFIED' and i.row ->> 'deleted_at' is null`,
  },
  taken(
    'The identity provider knows other organizations here by these subjects',
    'identity_records',
    'subject',
  ),
  taken('API keys with these secrets are here already', 'api_keys', 'secret_hash', 'name'),
  taken(
    'Invitations with these tokens are here already',
    'invitation_tokens',
    'token_hash',
    'invitation_id',
  ),
  taken('Audit logs of these organizations are here already', 'audit_chains', 'id'),
  ...[
    'api_keys',
    'memberships',
    'invitations',
    'roles',
    'contacts',
    'external_accounts',
    'inventory_items',
    'audit_events',
  ].map((table) => taken(`Rows of ${table} with these ids are here already`, table, 'id')),
];

/** Returns sentences about what is in the way; none if the tree can be imported. */
export async function findObstacles(client: pg.Client, header: Header): Promise<string[]> {
  const sentences: string[] = [];
  for (const { says, names } of obstacles) {
    const { rows } = await client.query<{ name: string }>(
      `select distinct name from (${names}) as found order by 1 limit ${NAMES_MAX + 1}`,
    );
    if (rows.length === 0) continue;
    const listed = rows.slice(0, NAMES_MAX).map(({ name }) => name);
    sentences.push(`${says}: ${listed.join(', ')}${rows.length > NAMES_MAX ? ' and others' : ''}.`);
  }
  return [...sentences, ...(await alignRetention(client, header))];
}

/**
 * The totals of the file have no events from before the source's retention. So the target must not
 * expect any: where it has no older events of its own, it stops expecting them, too.
 */
async function alignRetention(client: pg.Client, { usageEventsFrom }: Header): Promise<string[]> {
  const {
    rows: [retention],
  } = await client.query<{ has_older: boolean }>(
    `select exists (select from usage_events where occurred_at < $1::timestamptz) as has_older
    from usage_retention
    where events_from < $1::timestamptz
    for update`,
    [usageEventsFrom],
  );
  if (!retention) return [];
  if (retention.has_older)
    return [
      `Single events of usage are kept here from before ${usageEventsFrom}, and the file has none of them, so totals could not be compared with events. Retire older events first (USAGE_EVENT_DAYS).`,
    ];
  await client.query('update usage_retention set events_from = $1', [usageEventsFrom]);
  return [];
}
