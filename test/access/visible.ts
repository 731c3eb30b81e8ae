/** Which of all ids in a database a caller may be shown, by the model of the rule and by what is shown for its own sake. */
import { sql } from 'kysely';
import { encodeId, type IdType } from '../../src/values/ids.ts';
import type { World } from '../setup/world.ts';
import {
  REACH,
  exists,
  held,
  isBelow,
  may,
  type Forest,
  type Request,
  type ScopeName,
} from './model.ts';

/** A caller as the rule sees it. */
export interface ModelCaller {
  /** Absent for a person who names no organization. */
  request: Request | null;
  /** Address of the person; null for a key. */
  email: string | null;
}

interface Row {
  type: IdType;
  id: string;
  /** Slug of the organization that it belongs to; null for what belongs to none. */
  slug: string | null;
  /** Address of the person that it is about. */
  email: string | null;
  /** Another person that it names, as an actor. */
  actor: string | null;
}

export interface Visible {
  /** Ids that may stand in an answer. */
  shown: Set<string>;
  /** Ids of nodes that `Query.node` has to find. */
  found: Set<string>;
  /** Ids of all nodes that there are. */
  all: string[];
}

/** The organizations of a database, by slug, as the model knows them. */
export async function forestOf(world: Pick<World, 'rows'>): Promise<Forest> {
  const rows = await world.rows(sql<{ slug: string; parent: string | null; deleted: boolean }>`
    select o.slug, p.slug as parent, o.deleted_at is not null as deleted
    from organizations o left join organizations p on p.id = o.parent_id`);
  return new Map(rows.map(({ slug, parent, deleted }) => [slug, { parent, deleted }]));
}

/** Every row that has a public id. */
export async function rowsWithIds(world: Pick<World, 'rows'>): Promise<Row[]> {
  const none = sql`null::text`;
  return world.rows(sql<Row>`
    select 'Organization' as type, id, slug, ${none} as email, ${none} as actor from organizations
    union all select 'Membership', m.id, o.slug, u.email, null
      from memberships m join organizations o on o.id = m.organization_id join users u on u.id = m.user_id
    union all select 'User', u.id, o.slug, u.email, null
      from users u left join memberships m on m.user_id = u.id left join organizations o on o.id = m.organization_id
    union all select 'Invitation', i.id, o.slug, i.canonical_email, u.email
      from invitations i join organizations o on o.id = i.organization_id left join users u on u.id = i.inviter_user_id
    union all select 'Role', r.id, o.slug, null, null
      from roles r left join organization_roles d on d.role_id = r.id left join organizations o on o.id = d.organization_id
    union all select 'Contact', c.id, o.slug, null, null from contacts c join organizations o on o.id = c.organization_id
    union all select 'ApiKey', k.id, o.slug, null, null from api_keys k join organizations o on o.id = k.organization_id
    union all select 'PersonalAccessToken', t.id, null, u.email, null
      from personal_access_tokens t join users u on u.id = t.user_id
    union all select 'AuditEvent', e.id, o.slug, null, u.email
      from audit_events e join organizations o on o.id = e.organization_id left join users u on u.id = e.actor_user_id
    union all select 'ExternalAccount', a.id, o.slug, null, null
      from external_accounts a join organizations o on o.id = a.organization_id`);
}

const SCOPE_OF: Partial<Record<IdType, ScopeName>> = {
  Membership: 'members:read',
  User: 'members:read',
  Invitation: 'members:read',
  ApiKey: 'api_keys:manage',
  Contact: 'organizations:manage',
  AuditEvent: 'audit:read',
  ExternalAccount: 'organizations:manage',
};

/** What a caller may be shown. `credential` is the public id of its own credential, which it is told. */
export function visibleTo(
  rows: readonly Row[],
  forest: Forest,
  { request, email }: ModelCaller,
  credential: string,
): Visible {
  const isDeleted = (slug: string | null): boolean =>
    slug !== null && (forest.get(slug)?.deleted ?? false);
  const found = new Set<string>();
  const shown = new Set<string>([credential]);
  const actors = new Set<string>();
  const ownPlaces = new Set<string>();
  for (const { type, id, slug, email: about, actor } of rows) {
    const publicId = encodeId(type, id);
    // Deleted ones below are listed where they are asked for, so that they can be restored, and found by no id.
    const isBelowActing =
      request !== null && slug !== null && isBelow(forest, slug, request.organization);
    if (type === 'Organization' && isBelowActing && isDeleted(slug) && held(request).has(REACH))
      shown.add(publicId);
    const isOwn = email !== null && about === email && !isDeleted(slug);
    const scope = SCOPE_OF[type];
    const reaches = (): boolean => {
      if (type === 'Role' && slug === null) return true;
      if (!request || slug === null) return false;
      if (type === 'Role' && !isDeleted(slug) && isBelow(forest, request.organization, slug))
        return true;
      return scope === undefined
        ? exists(forest, request, slug)
        : may(forest, request, scope, slug);
    };
    if (!isOwn && !reaches()) continue;
    shown.add(publicId);
    // An invitation to oneself is listed by `Viewer.invitations`, and found by no id unless the caller reads all of them.
    if (request && type !== 'ExternalAccount' && (type !== 'Invitation' || reaches()))
      found.add(publicId);
    if (actor !== null) actors.add(actor);
    if (isOwn && slug !== null && (type === 'Membership' || type === 'Invitation'))
      ownPlaces.add(slug);
  }
  for (const { type, id, slug, email: about } of rows) {
    // Organizations that the person belongs or is invited to, and whoever is named as having done something.
    if (type === 'Organization' && slug !== null && ownPlaces.has(slug))
      shown.add(encodeId(type, id));
    if (type === 'User' && about !== null && actors.has(about)) shown.add(encodeId(type, id));
  }
  const all = new Set(
    rows.filter(({ type }) => type !== 'ExternalAccount').map(({ type, id }) => encodeId(type, id)),
  );
  return { shown, found, all: [...all] };
}
