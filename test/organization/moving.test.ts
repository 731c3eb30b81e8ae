import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyTree } from '../../src/modules/organization/verify.ts';
import { encodeId } from '../../src/values/ids.ts';
import {
  AuditLogDocument,
  MoveOrganizationDocument,
  type MoveOrganizationInput,
} from '../generated/graphql.ts';
import { runJobs } from '../setup/outbox.ts';
import {
  code,
  createWorld,
  insertMembership,
  insertRole,
  insertUser,
  missingId,
  payload,
  type Caller,
  type RequestOptions,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

let made = 0;
/** A branch of its own below an organization: `top` with two children, one of which has a child. */
async function branch(parent = world.uuid('north')) {
  const n = `b${++made}x`;
  const plant = async (slug: string, above: string): Promise<string> =>
    (
      await world.db
        .insertInto('organizations')
        .values({ slug: `${slug}-${n}`, name: `Branch ${slug}`, parent_id: above })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id;
  const top = await plant('top', parent);
  const left = await plant('left', top);
  const right = await plant('right', top);
  const leaf = await plant('leaf', left);
  return { n, top, left, right, leaf };
}
const org = (uuid: string): string => encodeId('Organization', uuid);
const move = (input: MoveOrganizationInput, options: RequestOptions = { as: 'key@acme' }) =>
  world.query(MoveOrganizationDocument, { input }, options);
const moved = async (...call: Parameters<typeof move>) => {
  const answer = await move(...call);
  expect(answer.errors).toBeUndefined();
  return payload(answer.data?.moveOrganization, 'MoveOrganizationPayload');
};
const sees = async (as: Caller, uuid: string): Promise<boolean> =>
  (
    await world.ask<{ organization: object | null }>(
      'query ($id: ID) { organization(id: $id) { id } }',
      { as },
      { id: org(uuid) },
    )
  ).data?.organization != null;
const found = async (as: Caller, search: string): Promise<string[]> => {
  const answer = await world.ask<{
    organization: { descendants: { nodes: { slug: string }[]; totalCount: number } };
  }>(
    'query ($search: String) { organization { descendants(search: $search, first: 100) { nodes { slug } totalCount } } }',
    { as },
    { search },
  );
  const { nodes, totalCount } = answer.data?.organization.descendants ?? {
    nodes: [],
    totalCount: -1,
  };
  expect(totalCount).toBe(nodes.length);
  return nodes.map((node) => node.slug);
};

describe('moving an organization', () => {
  it('takes everything below it along, and tells where from and where to', async () => {
    const { n, top, leaf } = await branch();
    const answer = await moved({ id: org(top), newParentId: world.org('south') });
    expect(answer).toMatchObject({
      organization: { id: org(top), parentId: world.org('south'), depth: 2, version: 2 },
      pathBefore: `acme › north › top-${n}`,
      pathAfter: `acme/south/top-${n}`,
      affectedCount: 4,
      dryRun: false,
      adoptedRoles: [],
    });
    const path = await world.ask<{ organization: { ancestors: { slug: string }[] } }>(
      'query ($id: ID) { organization(id: $id) { ancestors { slug } } }',
      { as: 'key@acme' },
      { id: org(leaf) },
    );
    expect(path.data?.organization.ancestors.map((one) => one.slug)).toEqual([
      'acme',
      'south',
      `top-${n}`,
      `left-${n}`,
    ]);
    expect(await verifyTree(world.db)).toMatchObject({ differing: 0 });
  });

  it('is lost to those above before and found by those above now, at once, in every way of looking', async () => {
    const { n, top, leaf } = await branch();
    expect(await sees('key@north', leaf)).toBe(true);
    expect(await found('key@north', `-${n}`)).toHaveLength(4);
    await moved({ id: org(top), newParentId: world.org('south') });
    expect(await sees('key@north', leaf)).toBe(false);
    expect(await sees('key@north', top)).toBe(false);
    expect(await sees('admin@south', leaf)).toBe(true);
    expect(await found('key@north', `-${n}`)).toEqual([]);
    expect(await found('admin@south', `top-${n}`)).toEqual([`top-${n}`]);
    expect(await found('admin@south', `leaf-${n}`)).toEqual([`leaf-${n}`]);
    expect(
      code(await move({ id: org(top), newParentId: world.org('shop-1') }, { as: 'key@north' })),
    ).toBe('NOT_FOUND');
  });

  it('names nothing above the organization of the request', async () => {
    const { n, top, leaf } = await branch(world.uuid('shop-1'));
    const answer = await moved(
      { id: org(leaf), newParentId: world.org('north') },
      { as: 'key@north' },
    );
    expect(answer).toMatchObject({
      pathBefore: `north › shop-1 › top-${n} › left-${n} › leaf-${n}`,
      pathAfter: `north/leaf-${n}`,
    });
    await moved({ id: org(top), newParentId: world.org('shop-2') }, { as: 'key@acme' });
    const log = async (as: Caller) =>
      (await world.query(AuditLogDocument, { id: org(top), first: 1 }, { as })).data?.organization
        ?.auditLog?.nodes[0];
    expect(await log('key@acme')).toMatchObject({
      action: 'moveOrganization',
      before: { parentId: world.org('shop-1') },
      after: { parentId: world.org('shop-2'), affectedCount: 3 },
    });
    // North's subtree holds both parents, and whoever comes to be above it later did not see where it was.
    expect(await log('admin@north')).toMatchObject({ before: { parentId: world.org('shop-1') } });
    await moved({ id: org(top), newParentId: world.org('south') }, { as: 'key@acme' });
    expect(await log('admin@south')).toMatchObject({
      before: {},
      after: { parentId: world.org('south') },
    });
    expect((await log('admin@south'))?.before).toEqual({});
  });

  it('tells the same when it is tried out, and changes nothing', async () => {
    const { n, top } = await branch();
    const events = await world.rows(sql`select from audit_events`);
    const dry = await moved({ id: org(top), newParentId: world.org('south'), dryRun: true });
    expect(dry).toMatchObject({
      pathBefore: `acme › north › top-${n}`,
      pathAfter: `acme/south/top-${n}`,
      affectedCount: 4,
      dryRun: true,
    });
    expect(dry.organization).toMatchObject({ parentId: world.org('north'), version: 1 });
    expect(await world.rows(sql`select from audit_events`)).toHaveLength(events.length);
    expect(await sees('key@north', top)).toBe(true);
  });

  it('to where it lies already changes nothing', async () => {
    const { top } = await branch();
    expect(await moved({ id: org(top), newParentId: world.org('north') })).toMatchObject({
      affectedCount: 0,
      organization: { version: 1 },
    });
  });

  it('below itself is a cycle, dry or not', async () => {
    const { top, left, leaf } = await branch();
    for (const target of [top, left, leaf])
      for (const dryRun of [true, false])
        expect(
          (await move({ id: org(top), newParentId: org(target), dryRun })).data?.moveOrganization,
        ).toMatchObject({
          __typename: 'CycleError',
          code: 'CYCLE',
        });
  });

  it('that would put something too deep is refused, dry or not', async () => {
    const { top } = await branch();
    let deep = world.uuid('south');
    for (let depth = 2; depth <= 30; depth++) {
      const [row] = await world.rows(
        sql<{
          id: string;
        }>`insert into organizations (slug, name, parent_id) values (${`deep-${depth}`}, 'Deep', ${deep}) returning id`,
      );
      deep = row?.id ?? '';
    }
    for (const dryRun of [true, false])
      expect(
        (await move({ id: org(top), newParentId: org(deep), dryRun })).data?.moveOrganization,
      ).toMatchObject({
        __typename: 'DepthLimitError',
        limit: 32,
      });
    const [above] = await world.rows(
      sql<{ id: string }>`select parent_id as id from organizations where id = ${deep}`,
    );
    await moved({ id: org(top), newParentId: org(above?.id ?? '') });
  });

  it('is refused when it was decided on another version', async () => {
    const { top } = await branch();
    await moved({ id: org(top), newParentId: world.org('south'), expectedVersion: 1 });
    expect(
      (await move({ id: org(top), newParentId: world.org('north'), expectedVersion: 1 })).data
        ?.moveOrganization,
    ).toMatchObject({
      __typename: 'VersionConflictError',
      currentVersion: 2,
    });
  });

  it('needs the organization, where it leaves and where it comes to within the subtree', async () => {
    const { top } = await branch();
    const missing = await move(
      { id: org(top), newParentId: missingId('Organization') },
      { as: 'key@north' },
    );
    expect(code(missing)).toBe('NOT_FOUND');
    for (const slug of ['acme', 'south', 'rival', 'rival-shop'] as const)
      expect(
        (await move({ id: org(top), newParentId: world.org(slug) }, { as: 'key@north' })).text,
      ).toBe(missing.text);
    for (const slug of ['acme', 'south', 'rival'] as const)
      expect(
        code(
          await move(
            { id: world.org(slug), newParentId: world.org('shop-1') },
            { as: 'key@north' },
          ),
        ),
      ).toBe('NOT_FOUND');
    const own = await move(
      { id: world.org('north'), newParentId: world.org('shop-1') },
      { as: 'key@north' },
    );
    expect(own.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' });
    for (const as of ['viewer@north', 'viewer@acme'] as const)
      expect(code(await move({ id: org(top), newParentId: world.org('shop-1') }, { as }))).toBe(
        'NOT_FOUND',
      );
  });

  it('with an idempotency key happens once, also when somebody moved it back meanwhile', async () => {
    const { top } = await branch();
    const input = { id: org(top), newParentId: world.org('south'), idempotencyKey: 'once' };
    const first = await moved(input);
    await moved({ id: org(top), newParentId: world.org('north') });
    const again = await moved(input);
    expect(again).toMatchObject({
      pathBefore: first.pathBefore,
      pathAfter: first.pathAfter,
      affectedCount: 4,
    });
    expect(await sees('key@north', top)).toBe(true);
    expect(
      (await move({ ...input, newParentId: world.org('shop-1') })).data?.moveOrganization
        ?.__typename,
    ).toBe('IdempotencyConflictError');
  });

  it('leaves open cursors good: the pages of a walk hold each organization once', async () => {
    const { top } = await branch();
    for (let n = 0; n < 12; n++)
      await sql`insert into organizations (slug, name, parent_id) values (${`walk-${made}-${n}`}, 'Walk', ${top})`.execute(
        world.db,
      );
    type Page = {
      organization: {
        descendants: {
          nodes: { slug: string }[];
          pageInfo: { endCursor: string; hasNextPage: boolean };
        };
      };
    };
    const page = async (as: Caller, after?: string) =>
      (
        await world.ask<Page>(
          'query ($id: ID, $after: String) { organization(id: $id) { descendants(first: 5, after: $after) { nodes { slug } pageInfo { endCursor hasNextPage } } } }',
          { as },
          { id: org(top), after },
        )
      ).data?.organization.descendants;
    const slugs: string[] = [];
    let cursor: string | undefined;
    for (const newParentId of [
      world.org('south'),
      world.org('shop-2'),
      world.org('depot'),
      world.org('north'),
    ]) {
      const seen = await page('key@acme', cursor);
      slugs.push(...(seen?.nodes ?? []).map((node) => node.slug));
      cursor = seen?.pageInfo.endCursor;
      await moved({ id: org(top), newParentId });
    }
    expect(new Set(slugs).size).toBe(slugs.length);
    expect(slugs).toHaveLength(15);
  });
});

describe('roles of organizations that are no longer above', () => {
  it('come along as the moved organization’s own, out of reach of those who defined them', async () => {
    const { n, top, leaf } = await branch();
    const key = `pilot_${n}`;
    const role = await insertRole(world, world.uuid('north'), key, ['usage:read']);
    const user = await insertUser(world, `pilot-${n}@x.example`);
    await insertMembership(world, leaf, user, [role]);
    const answer = await moved({ id: org(top), newParentId: world.org('south') });
    expect(answer.adoptedRoles).toMatchObject([{ key, scopes: ['usage:read'] }]);
    expect(answer.adoptedRoles[0]?.id).not.toBe(encodeId('Role', role));
    const stronger = await world.ask(
      'mutation ($input: UpdateRoleInput!) { updateRole(input: $input) { __typename } }',
      { as: 'key@north' },
      { input: { id: encodeId('Role', role), scopes: ['members:manage'] } },
    );
    expect(stronger.errors).toBeUndefined();
    const scopes = await world.ask<{
      organization: { members: { nodes: { scopes: string[]; roles: { key: string }[] }[] } };
    }>(
      'query ($id: ID) { organization(id: $id) { members { nodes { scopes roles { key } } } } }',
      { as: 'key@acme' },
      { id: org(leaf) },
    );
    expect(scopes.data?.organization.members.nodes).toEqual([
      { scopes: ['usage:read'], roles: [{ key }] },
    ]);
    expect(await moved({ id: org(top), newParentId: world.org('north') })).toMatchObject({
      adoptedRoles: [],
    });
  });
});

describe('search after a move', () => {
  it('finds beyond the first thousand what the index has not caught up with, and the same after it has', async () => {
    const place = await world.db
      .insertInto('organizations')
      .values({ slug: 'crowded', name: 'Crowded', parent_id: world.uuid('rival') })
      .returning('id')
      .executeTakeFirstOrThrow();
    // More than a probe holds, and before the branch in tree order, so that the index has to answer.
    await sql`insert into organizations (slug, name, parent_id)
      select 'crowd-' || n, 'Crowd', ${place.id}::uuid from generate_series(1, 1500) as n`.execute(
      world.db,
    );
    const { n, top } = await branch(world.uuid('rival-shop'));
    const all = [`leaf-${n}`, `left-${n}`, `right-${n}`, `top-${n}`];
    const below = async (uuid: string, search: string) => {
      const answer = await world.ask<{
        organization: { descendants: { nodes: { slug: string }[]; totalCount: number } };
      }>(
        'query ($id: ID, $search: String) { organization(id: $id) { descendants(search: $search) { nodes { slug } totalCount } } }',
        { as: 'key@rival' },
        { id: org(uuid), search },
      );
      const { nodes = [], totalCount } = answer.data?.organization.descendants ?? {};
      expect(totalCount).toBe(nodes.length);
      return nodes.map((node) => node.slug).toSorted();
    };
    for (const jobs of [false, true]) {
      await moved({ id: org(top), newParentId: org(place.id) }, { as: 'key@rival' });
      if (jobs) await runJobs(world);
      expect(
        await below(world.uuid('rival'), `-${n}`).then((slugs) =>
          slugs.filter((slug) => all.includes(slug)),
        ),
      ).toEqual(all);
      expect(await below(place.id, `-${n}`)).toEqual(all);
      expect(await below(world.uuid('rival-shop'), `-${n}`)).toEqual([]);
      expect((await world.rows(sql`select from moved_subtrees`)).length > 0).toBe(!jobs);
      await moved({ id: org(top), newParentId: world.org('rival-shop') }, { as: 'key@rival' });
      expect(await below(world.uuid('rival-shop'), `-${n}`)).toEqual(all);
      expect(await below(place.id, `-${n}`)).toEqual([]);
    }
    await runJobs(world);
    expect(await world.rows(sql`select from moved_subtrees`)).toEqual([]);
    const stale = sql`select from search_documents d join organizations o on o.id = d.organization_id where d.lineage <> o.lineage or d.text <> o.search_text`;
    expect(await world.rows(stale)).toEqual([]);
  });
});
