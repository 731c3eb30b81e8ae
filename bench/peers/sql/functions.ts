/** The functions of the peers, in a schema of their own, which PostGraphile serves besides the tables. */
import {
  auditRows,
  dailyUsage,
  HIT_COLUMNS,
  membershipsWithin,
  openInvitations,
  peopleRows,
  rolesOf,
  searchRows,
  totalUsage,
} from './fragments.ts';

const reads = (signature: string, returns: string, body: string): string =>
  `create or replace function peers.${signature} returns ${returns} language sql stable as $$ ${body} $$;`;

/** What creating an organization takes at least: its row, its provisioning steps, its billing account and an audit event. */
const CREATE = `
  create or replace function peers.make_organization(parent uuid, slug text, name text) returns organizations
    language plpgsql volatile
  as $$
  declare
    made organizations;
  begin
    insert into organizations (parent_id, slug, name, kind) values (parent, slug, name, 'CUSTOMER') returning * into made;
    insert into provisioning_steps (organization_id, name)
    select made.id, s from unnest('{IDENTITY,BILLING,TELEPHONY,PHONE_NUMBER,KNOWLEDGE_BASE}'::text[]) as s;
    insert into billing_accounts (organization_id) values (made.id);
    insert into audit_events (action, actor_kind, request_id, organization_id, target_type, target_id, after)
    values ('createOrganization', 'API_KEY', 'bench', made.id, 'Organization', organization_public_id(made.id),
      jsonb_build_object('slug', made.slug, 'name', made.name, 'kind', made.kind));
    return made;
  end $$;`;

/** Records events; those outside the subtree of \`home\` are left out, unless it is null. Returns how many were new. */
const RECORD = `
  create or replace function peers.record_events(home uuid, events json) returns integer
    language sql volatile
  as $$
    with given as materialized (
      select ('{' || substr(e."organizationId", 5) || '}')::uuid as organization_id, e.id, e.metric, e.quantity, e."occurredAt" as occurred_at
      from json_to_recordset(events) as e (id text, "organizationId" text, metric text, quantity numeric, "occurredAt" timestamptz)
    ),
    fresh as (
      insert into usage_event_keys (organization_id, id, occurred_at)
      select g.organization_id, g.id, g.occurred_at from given g join organizations o on o.id = g.organization_id
      where o.deleted_at is null and (home is null or home = any (o.lineage))
      order by g.organization_id, g.id collate "C"
      on conflict (organization_id, id) do nothing returning organization_id, id
    ),
    made as (
      insert into usage_events (organization_id, id, metric, quantity, occurred_at)
      select g.organization_id, g.id, g.metric, g.quantity, g.occurred_at
      from given g join fresh on fresh.organization_id = g.organization_id and fresh.id = g.id
      returning 1
    )
    select count(*)::integer from made
  $$;`;

/** Makes the functions, or makes them again. */
export const FUNCTIONS: readonly string[] = [
  'drop schema if exists peers cascade',
  'create schema peers',
  'create type peers.hit as (id uuid, slug text, depth integer, path text, matched_on text[])',
  'create type peers.day as (day timestamptz, value text)',
  reads(
    'organizations_search(o organizations, search text, page_size integer)',
    'setof peers.hit',
    `select ${HIT_COLUMNS} from (${searchRows('o', 'search', 'page_size')}) as found`,
  ),
  reads(
    'organizations_daily_usage(o organizations, metric text, begins timestamptz, ends timestamptz)',
    'setof peers.day',
    dailyUsage('o', 'metric', 'begins', 'ends'),
  ),
  reads(
    'organizations_total_usage(o organizations, metric text, begins timestamptz, ends timestamptz)',
    'text',
    totalUsage('o', 'metric', 'begins', 'ends'),
  ),
  reads('organizations_open_invitations(o organizations)', 'integer', openInvitations('o.id')),
  reads(
    'organizations_people(o organizations, page_size integer)',
    'setof users',
    peopleRows('o', 'page_size'),
  ),
  reads(
    'organizations_audit_log(o organizations, page_size integer)',
    'setof audit_events',
    auditRows('o.id', 'page_size'),
  ),
  reads(
    'users_memberships_within(u users, root uuid, page_size integer)',
    'setof memberships',
    membershipsWithin('u.id', 'root', 'page_size'),
  ),
  reads('memberships_roles(m memberships)', 'setof roles', rolesOf('m.id')),
  CREATE,
  RECORD,
];
