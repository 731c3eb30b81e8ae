/**
 * The ways to list what is in a subtree have to agree: whichever one a caller takes, at whatever page size, it sees
 * the organizations that the model lets it see, no more and no fewer.
 */
import fc from 'fast-check';
import { sql } from 'kysely';
import { decodeId, encodeId } from '../../src/values/ids.ts';
import { forward, type WalkArguments, type WalkedPage } from '../setup/pages.ts';
import { insertKey, type Slug, type World } from '../setup/world.ts';
import { atOnce } from './matrix.ts';
import { exists, may, REACH, SCOPES, visible, type Forest } from './model.ts';

export const PAGE_SIZES = [1, 2, 7, 25, 53, 100] as const;

/** A tree, as the place of each organization's parent among those before it; and who asks from where, how. */
export interface Case {
  parents: number[];
  deleted: number[];
  organization: number;
  reaches: boolean;
  pageSize: number;
}

/** Trees of up to `size` organizations. */
export function cases(size: number): fc.Arbitrary<Case> {
  return fc.record({
    parents: fc.array(fc.nat(), { minLength: 1, maxLength: size }),
    deleted: fc.array(fc.nat(), { maxLength: 2 }),
    // Mostly near the top, where there is something below.
    organization: fc.oneof(fc.nat({ max: 2 }), fc.nat()),
    reaches: fc.oneof(
      { weight: 2, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    pageSize: fc.constantFrom(...PAGE_SIZES),
  });
}

let planted = 0;

interface Planted {
  forest: Forest;
  /** Public ids by slug, and back. */
  ids: Map<string, string>;
  slugs: string[];
}

/** Plants a tree, with a member, an event of usage and an audit event in each organization. */
async function plant(world: World, { parents, deleted }: Case): Promise<Planted> {
  const prefix = `grove-${++planted}`;
  const slugs = [`${prefix}-0`, ...parents.map((_, index) => `${prefix}-${index + 1}`)];
  const parentOf = (index: number): number | null =>
    index === 0 ? null : (parents[index - 1] ?? 0) % index;
  const gone = new Set(deleted.map((place) => place % slugs.length).filter((place) => place !== 0));
  const forest = new Map<string, { parent: string | null; deleted: boolean }>();
  for (const [index, slug] of slugs.entries()) {
    const parent = parentOf(index);
    const above = parent === null ? null : (slugs[parent] ?? null);
    // Whatever lies below a deleted organization is deleted as well.
    forest.set(slug, {
      parent: above,
      deleted: gone.has(index) || (above !== null && (forest.get(above)?.deleted ?? false)),
    });
  }
  const ids = new Map<string, string>();
  for (const [slug, { parent }] of forest) {
    const [row] = await world.rows(sql<{ id: string }>`
      insert into organizations (slug, name, parent_id)
      values (${slug}, ${`Tree ${slug}`}, (select id from organizations where slug = ${parent})) returning id`);
    ids.set(slug, encodeId('Organization', row?.id ?? ''));
  }
  const uuids = [...ids.values()].map((id) => decodeId('Organization', id, 'id'));
  await sql`
    with people as (
      insert into users (email, canonical_email)
      select 'p@' || o.slug || '.example', 'p@' || o.slug || '.example' from organizations o where o.id = any (${uuids}::uuid[])
      returning id, email
    )
    insert into memberships (organization_id, user_id)
    select o.id, p.id from organizations o join people p on p.email = 'p@' || o.slug || '.example'`.execute(
    world.db,
  );
  await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at)
    select id, 'e', 'voice_calls', 1, '2026-01-05T00:00:00Z' from organizations where id = any (${uuids}::uuid[])`.execute(
    world.db,
  );
  await sql`
    insert into audit_events (action, actor_kind, acting_organization_id, organization_id, target_type, target_id, request_id)
    select 'planted', 'API_KEY', id, id, 'Organization', 'x', 'r' from organizations where id = any (${uuids}::uuid[])`.execute(
    world.db,
  );
  const goneSlugs = [...forest].filter(([, one]) => one.deleted).map(([slug]) => slug);
  await sql`update organizations set status = 'DELETED', deleted_at = now(), deleted_with = id where slug = any (${goneSlugs}::text[])`.execute(
    world.db,
  );
  return { forest, ids, slugs };
}

interface ListAnswer {
  pageInfo: WalkedPage['pageInfo'];
  edges: { node: Record<string, never> }[];
}

/** How organizations come out of each list of an organization; `of` finds the organizations of a row. */
const lists: Record<string, { text(page: string): string; of(node: never): string[] }> = {
  descendants: {
    text: (page) =>
      `descendants(${page}) { pageInfo { hasNextPage endCursor } edges { node { id } } }`,
    of: ({ id }: { id: string }) => [id],
  },
  search: {
    text: (page) =>
      `descendants(search: "tree GROVE", ${page}) { pageInfo { hasNextPage endCursor } edges { node { id } } }`,
    of: ({ id }: { id: string }) => [id],
  },
  people: {
    text: (page) =>
      `people(${page}) { pageInfo { hasNextPage endCursor } edges { node { memberships { organization { id } } } } }`,
    of: ({ memberships }: { memberships: { organization: { id: string } }[] }) =>
      memberships.length > 0
        ? memberships.map(({ organization }) => organization.id)
        : ['a person of no organization'],
  },
  auditLog: {
    text: (page) =>
      `auditLog(includeDescendants: true, actions: ["planted"], ${page}) {
        pageInfo { hasNextPage endCursor } edges { node { organization { id } } } }`,
    of: ({ organization }: { organization: { id: string } }) => [organization.id],
  },
};

/** What does not agree in one case; empty when everything does. */
export async function disagreements(world: World, drawn: Case): Promise<string[]> {
  const { forest, ids, slugs } = await plant(world, drawn);
  const live = slugs.filter((slug) => !forest.get(slug)?.deleted);
  const acting = live[drawn.organization % live.length] ?? '';
  const given = drawn.reaches ? SCOPES : SCOPES.filter((scope) => scope !== REACH);
  const request = { organization: acting, given };
  const place = { db: world.db, uuid: () => decodeId('Organization', ids.get(acting) ?? '', 'id') };
  const options = { token: await insertKey(place, acting as Slug, given), withoutSocket: true };
  const expected = [...visible(forest, request)].map((slug) => ids.get(slug) ?? '').toSorted();
  const below = expected.filter((id) => id !== ids.get(acting));
  const wrong: string[] = [];
  const compare = (what: string, actual: Iterable<string>, wanted: readonly string[]): void => {
    const list = [...actual].toSorted();
    if (JSON.stringify(list) !== JSON.stringify(wanted))
      wrong.push(`${what}: ${list.join(' ')}, expected ${wanted.join(' ')}`);
  };
  const isForbidden = (text: string): boolean =>
    text.includes('"FORBIDDEN"') && !/"(org|mem|usr|aud)_/.test(text);

  // Lists of the acting organization, page by page, at every page size.
  const asked = Object.entries(lists).flatMap(([name, list]) =>
    PAGE_SIZES.map((size) => ({ name, size, ...list })),
  );
  await atOnce(asked, async ({ name, size, text, of }) => {
    const rows: string[] = [];
    let refusal = '';
    await forward(size, async ({ first, after }: WalkArguments) => {
      const page = `first: ${first}${after ? `, after: "${after}"` : ''}`;
      const answer = await world.ask<{ organization: { list: ListAnswer | null } }>(
        `{ organization { list: ${text(page)} } }`,
        options,
      );
      const list = answer.data?.organization.list;
      if (!list) {
        refusal = answer.text;
        return { rows: [], pageInfo: { hasNextPage: false } };
      }
      for (const { node } of list.edges) rows.push(...of(node as never));
      return { rows: [], pageInfo: list.pageInfo };
    });
    const withActing = name === 'people' || name === 'auditLog';
    if (drawn.reaches) compare(`${name} by ${size}`, rows, withActing ? expected : below);
    else if (!isForbidden(refusal)) wrong.push(`${name} is not refused: ${refusal}`);
  });

  // Down from there by children, and by the branches of the usage of each.
  const byChildren = new Set<string>();
  const byUsage = new Set<string>();
  const walk = async (slug: string): Promise<void> => {
    const id = ids.get(slug) ?? '';
    for (const [found, field] of [
      [byChildren, 'list: children'],
      [byUsage, 'byChild'],
    ] as const) {
      const step: string[] = [];
      await forward(drawn.pageSize, async ({ first, after }: WalkArguments) => {
        const page = `first: ${first}${after ? `, after: "${after}"` : ''}`;
        const inner = (args: string): string =>
          `(${args}) { pageInfo { hasNextPage endCursor } edges { node { id slug } } }`;
        const text =
          field === 'byChild'
            ? `usage(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z") { list: byChild${inner(`metric: "voice_calls", ${page}`)} }`
            : `usage: viewerAccess { kind } ${field}${inner(page)}`;
        type Listed = {
          list?: {
            pageInfo: WalkedPage['pageInfo'];
            edges: { node: { id: string; slug: string } }[];
          };
        };
        const answer = await world.ask<{ organization: Listed & { usage: Listed } }>(
          `{ organization(id: "${id}") { ${text} } }`,
          options,
        );
        const list = answer.data?.organization.list ?? answer.data?.organization.usage.list;
        if (!list) throw new Error(answer.text);
        for (const { node } of list.edges) {
          found.add(node.id);
          if (node.id !== id) step.push(node.slug);
        }
        return { rows: [], pageInfo: list.pageInfo };
      });
      if (field !== 'byChild') for (const child of step) await walk(child);
    }
  };
  if (drawn.reaches) {
    await walk(acting);
    compare('children', byChildren, below);
    compare('usage', byUsage, expected);
  }

  // Each organization of the tree by itself: by id, by slug, as a node, and by those of its lists that need a scope.
  const found = {
    id: new Set<string>(),
    node: new Set<string>(),
    members: new Set<string>(),
    log: new Set<string>(),
  };
  await atOnce(slugs, async (slug) => {
    const id = ids.get(slug) ?? '';
    type One = {
      id: string;
      members: { nodes: { organization: { id: string } }[] } | null;
      auditLog: { totalCount: number } | null;
    } | null;
    const answer = await world.ask<{
      byId: One;
      bySlug: { id: string } | null;
      node: { id: string } | null;
    }>(
      `{ byId: organization(id: "${id}") { id members(first: 1) { nodes { organization { id } } } auditLog(first: 1) { totalCount } }
        bySlug: organization(slug: "${slug}") { id } node(id: "${id}") { id } }`,
      options,
    );
    const { byId, bySlug, node } = answer.data ?? {};
    if ((byId === null) !== (bySlug === null))
      wrong.push(`${slug} is found by id or by slug, and not by the other`);
    if (byId) found.id.add(byId.id);
    if (node) found.node.add(node.id);
    for (const member of byId?.members?.nodes ?? []) found.members.add(member.organization.id);
    if (byId?.auditLog) found.log.add(byId.id);
    if (exists(forest, request, slug) && !may(forest, request, 'members:read', slug))
      wrong.push(`${slug} has no members`);
  });
  for (const [what, set] of Object.entries(found)) compare(what, set, expected);
  return wrong;
}
