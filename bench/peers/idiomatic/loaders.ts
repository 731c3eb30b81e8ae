/** The loaders of a request: a DataLoader per relation, with one Kysely statement for all that is asked at once. */
import DataLoader from 'dataloader';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { DB } from '../../../src/database/types.ts';

export type OrganizationRow = Pick<
  Selectable<DB['organizations']>,
  'id' | 'slug' | 'name' | 'kind' | 'status' | 'depth'
> & {
  lineage: string[];
};
export type MembershipRow = Pick<
  Selectable<DB['memberships']>,
  'id' | 'organization_id' | 'user_id'
>;
export type UserRow = Pick<Selectable<DB['users']>, 'id' | 'email' | 'name'>;
export type RoleRow = Pick<Selectable<DB['roles']>, 'key'>;
export type AuditRow = Pick<
  Selectable<DB['audit_events']>,
  | 'id'
  | 'at'
  | 'action'
  | 'actor_kind'
  | 'actor_api_key_name'
  | 'target_type'
  | 'target_id'
  | 'refusal'
  | 'request_id'
>;

export interface HitRow {
  id: string;
  depth: number;
  path: string;
  matched_on: string[];
}

export interface DayRow {
  day: Date;
  value: string;
}

export interface UsageWindow {
  metric: string;
  from: Date;
  to: Date;
}

const ORGANIZATION = [
  'o.id',
  'o.slug',
  'o.name',
  'o.kind',
  'o.status',
  'o.depth',
  'o.lineage',
] as const;

/** A loader for each set of arguments that is asked for. */
function perArguments<Args, Value>(
  load: (ids: readonly string[], args: Args) => Promise<Value[]>,
): (args: Args, id: string) => Promise<Value> {
  const loaders = new Map<string, DataLoader<string, Value>>();
  return (args, id) => {
    const key = JSON.stringify(args);
    let loader = loaders.get(key);
    if (!loader) loaders.set(key, (loader = new DataLoader((ids) => load(ids, args))));
    return loader.load(id);
  };
}

/** The rows of each id, in the order of the ids. */
function grouped<Row extends { of: string }>(
  ids: readonly string[],
  rows: readonly Row[],
): Row[][] {
  const byId = Map.groupBy(rows, (row) => row.of);
  return ids.map((id) => byId.get(id) ?? []);
}

/** The row of each id. */
function matched<Row extends { id: string }>(
  ids: readonly string[],
  rows: readonly Row[],
): (Row | undefined)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

const counted = (
  ids: readonly string[],
  rows: readonly { of: string | null; count: number }[],
): number[] => {
  const byId = new Map(rows.map((row) => [row.of, row.count]));
  return ids.map((id) => byId.get(id) ?? 0);
};

const asked = (ids: readonly string[]) =>
  sql<{ id: string }>`unnest(${ids}::uuid[])`.as<'asked'>(sql`asked(id)`);
const COUNT = sql<number>`count(*)::int`.as('count');

export function createLoaders(db: Kysely<DB>) {
  return {
    organization: new DataLoader(async (ids: readonly string[]) =>
      matched(
        ids,
        await db
          .selectFrom('organizations as o')
          .select(ORGANIZATION)
          .where('o.id', 'in', ids)
          .where('o.deleted_at', 'is', null)
          .execute(),
      ),
    ),
    children: perArguments(async (ids, { first }: { first: number }) =>
      grouped(
        ids,
        await db
          .selectFrom(asked(ids))
          .innerJoinLateral(
            (eb) =>
              eb
                .selectFrom('organizations as o')
                .select(ORGANIZATION)
                .whereRef('o.parent_id', '=', 'asked.id')
                .where('o.deleted_at', 'is', null)
                .orderBy('o.slug')
                .orderBy('o.id')
                .limit(first)
                .as('o'),
            (join) => join.onTrue(),
          )
          .select(ORGANIZATION)
          .select('asked.id as of')
          .execute(),
      ),
    ),
    childCount: new DataLoader(async (ids: readonly string[]) =>
      counted(
        ids,
        await db
          .selectFrom('organizations')
          .select(['parent_id as of', COUNT])
          .where('parent_id', 'in', ids)
          .where('deleted_at', 'is', null)
          .groupBy('parent_id')
          .execute(),
      ),
    ),
    members: perArguments(async (ids, { first }: { first: number }) =>
      grouped(
        ids,
        await db
          .selectFrom(asked(ids))
          .innerJoinLateral(
            (eb) =>
              eb
                .selectFrom('memberships as m')
                .select(['m.id', 'm.organization_id', 'm.user_id'])
                .whereRef('m.organization_id', '=', 'asked.id')
                .orderBy('m.id')
                .limit(first)
                .as('m'),
            (join) => join.onTrue(),
          )
          .select(['m.id', 'm.organization_id', 'm.user_id', 'asked.id as of'])
          .execute(),
      ),
    ),
    memberCount: new DataLoader(async (ids: readonly string[]) =>
      counted(
        ids,
        await db
          .selectFrom('memberships')
          .select(['organization_id as of', COUNT])
          .where('organization_id', 'in', ids)
          .groupBy('organization_id')
          .execute(),
      ),
    ),
    invitationCount: new DataLoader(async (ids: readonly string[]) =>
      counted(
        ids,
        await db
          .selectFrom('invitations')
          .select(['organization_id as of', COUNT])
          .where('organization_id', 'in', ids)
          .where('status', '=', 'PENDING')
          .where('expires_at', '>', sql<Date>`now()`)
          .groupBy('organization_id')
          .execute(),
      ),
    ),
    user: new DataLoader(async (ids: readonly string[]) =>
      matched(
        ids,
        await db
          .selectFrom('users')
          .select(['id', 'email', 'name'])
          .where('id', 'in', ids)
          .execute(),
      ),
    ),
    roles: new DataLoader(async (ids: readonly string[]) =>
      grouped(
        ids,
        await db
          .selectFrom('membership_roles as mr')
          .innerJoin('roles as r', 'r.id', 'mr.role_id')
          .select(['r.key', 'mr.membership_id as of'])
          .where('mr.membership_id', 'in', ids)
          .orderBy('r.built_in', 'desc')
          .orderBy('r.key')
          .orderBy('r.id')
          .execute(),
      ),
    ),
    search: perArguments(async (ids, { search, first }: { search: string; first: number }) => {
      const { rows } = await sql<HitRow & { of: string }>`
        select o.id as of, hit.id, hit.depth, hit.path, hit.matched_on
        from organizations o cross join lateral peers.organizations_search(o, ${search}, ${first}) as hit
        where o.id = any (${ids}::uuid[])`.execute(db);
      return grouped(ids, rows);
    }),
    dailyUsage: perArguments(async (ids, { metric, from, to }: UsageWindow) => {
      const { rows } = await sql<DayRow & { of: string }>`
        select o.id as of, d.day, d.value
        from organizations o cross join lateral peers.organizations_daily_usage(o, ${metric}, ${from}, ${to}) as d
        where o.id = any (${ids}::uuid[])`.execute(db);
      return grouped(ids, rows);
    }),
    totalUsage: perArguments(async (ids, { metric, from, to }: UsageWindow) => {
      const { rows } = await sql<{ id: string; value: string }>`
        select o.id, peers.organizations_total_usage(o, ${metric}, ${from}, ${to}) as value
        from organizations o where o.id = any (${ids}::uuid[])`.execute(db);
      return matched(ids, rows).map((row) => row?.value ?? '0');
    }),
    people: perArguments(async (ids, { first }: { first: number }) => {
      const { rows } = await sql<UserRow & { of: string }>`
        select o.id as of, u.id, u.email, u.name
        from organizations o cross join lateral peers.organizations_people(o, ${first}) as u
        where o.id = any (${ids}::uuid[])`.execute(db);
      return grouped(ids, rows);
    }),
    membershipsWithin: perArguments(async (ids, { root, first }: { root: string; first: number }) =>
      grouped(
        ids,
        await db
          .selectFrom(asked(ids))
          .innerJoinLateral(
            (eb) =>
              eb
                .selectFrom('memberships as m')
                .innerJoin('organizations as o', 'o.id', 'm.organization_id')
                .select(['m.id', 'm.organization_id', 'm.user_id'])
                .whereRef('m.user_id', '=', 'asked.id')
                .where(sql<boolean>`${root}::uuid = any (o.lineage)`)
                .where('o.deleted_at', 'is', null)
                .orderBy('m.id')
                .limit(first)
                .as('m'),
            (join) => join.onTrue(),
          )
          .select(['m.id', 'm.organization_id', 'm.user_id', 'asked.id as of'])
          .execute(),
      ),
    ),
    auditLog: perArguments(async (ids, { first }: { first: number }) => {
      const columns = [
        'e.id',
        'e.at',
        'e.action',
        'e.actor_kind',
        'e.actor_api_key_name',
        'e.target_type',
        'e.target_id',
        'e.refusal',
        'e.request_id',
      ] as const;
      const rows = await db
        .selectFrom(asked(ids))
        .innerJoinLateral(
          (eb) =>
            eb
              .selectFrom('audit_events as e')
              .select(columns)
              .whereRef('e.organization_id', '=', 'asked.id')
              .orderBy('e.id', 'desc')
              .limit(first)
              .as('e'),
          (join) => join.onTrue(),
        )
        .select(columns)
        .select('asked.id as of')
        .execute();
      return grouped(ids, rows);
    }),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;
