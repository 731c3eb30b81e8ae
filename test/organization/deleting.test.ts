import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken, tokenHash } from '../../src/authentication/secret.ts';
import { purgeOrganizations } from '../../src/modules/organization/delete/jobs.ts';
import { encodeId } from '../../src/values/ids.ts';
import { insertApiKey, insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import {
  AuditLogDocument,
  CreateOrganizationDocument,
  DeleteOrganizationDocument,
  RestoreOrganizationDocument,
  SuspendOrganizationDocument,
  type DeleteMode,
} from '../generated/graphql.ts';
import {
  code,
  createWorld,
  insertInvitation,
  insertMembership,
  insertUser,
  missingId,
  payload,
  type RequestOptions,
  type World,
} from '../setup/world.ts';
import { insertMany } from '../setup/many.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

let made = 0;
/** A chain of three below north, each with a member, a key and a pending invitation. */
async function chain() {
  const n = ++made;
  const ids: string[] = [];
  const keys: string[] = [];
  const people: RequestOptions[] = [];
  for (const level of ['top', 'mid', 'end']) {
    const slug = `${level}-${n}`;
    const { id } = await world.db
      .insertInto('organizations')
      .values({ slug, name: slug, parent_id: ids.at(-1) ?? world.uuid('north') })
      .returning('id')
      .executeTakeFirstOrThrow();
    ids.push(id);
    keys.push(await insertApiKey(world.db, id, slug));
    const user = await insertUser(world, `${slug}@x.example`);
    await insertMembership(world, id, user, ['admin']);
    people.push({
      token: await insertPersonalAccessToken(world.db, user, 'x'),
      organization: slug,
    });
    await insertInvitation(world, id, `${slug}-guest@x.example`, tokenHash(slug));
  }
  const [top = '', mid = '', end = ''] = ids;
  return { n, top, mid, end, keys, people };
}
const org = (uuid: string): string => encodeId('Organization', uuid);
const remove = (uuid: string, mode?: DeleteMode, options: RequestOptions = { as: 'key@north' }) =>
  world.query(
    DeleteOrganizationDocument,
    { input: { id: org(uuid), ...(mode && { mode }) } },
    options,
  );
const removed = async (...call: Parameters<typeof remove>) =>
  payload((await remove(...call)).data?.deleteOrganization, 'DeleteOrganizationPayload');
const restore = (uuid: string, options: RequestOptions = { as: 'key@north' }) =>
  world.query(RestoreOrganizationDocument, { input: { id: org(uuid) } }, options);
const restored = async (...call: Parameters<typeof restore>) =>
  payload((await restore(...call)).data?.restoreOrganization, 'RestoreOrganizationPayload');
const read = (id: string, options: RequestOptions = { as: 'key@north' }) =>
  world.ask('query ($id: ID) { organization(id: $id) { slug status } }', options, { id });
const own = (options: RequestOptions) => world.ask('{ organization { slug } }', options);

describe('deleting an organization', () => {
  it('with others below is refused unless they are to go too', async () => {
    const { top } = await chain();
    expect((await remove(top)).data?.deleteOrganization).toMatchObject({
      __typename: 'HasChildrenError',
      code: 'HAS_CHILDREN',
      childCount: 1,
    });
    expect((await read(org(top))).errors).toBeUndefined();
  });

  it('takes everything below along, and ends all access to it with the next request', async () => {
    const { top, mid, end, keys, people } = await chain();
    for (const token of keys) expect((await own({ token })).errors).toBeUndefined();
    for (const person of people) expect((await own(person)).errors).toBeUndefined();
    const gone = await removed(top, 'CASCADE');
    expect(gone).toMatchObject({
      deletedOrganizationIds: [org(top), org(mid), org(end)],
      removedMemberCount: 3,
    });
    const days = (new Date(gone.purgeAt).getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThan(30.1);
    const missing = await read(missingId('Organization'));
    for (const uuid of [top, mid, end]) expect((await read(org(uuid))).text).toBe(missing.text);
    for (const token of keys) expect((await own({ token })).status).toBe(401);
    for (const person of people) expect(code(await own(person))).toBe('NOT_FOUND');
    expect(
      await world.rows(
        sql`select from invitations where organization_id in (${top}, ${mid}, ${end}) and status = 'PENDING'`,
      ),
    ).toEqual([]);
    // The people and their other memberships are as before.
    expect(
      (
        await world.ask('{ viewer { user { id } memberships { totalCount } } }', {
          ...people[0],
          organization: null,
        })
      ).data,
    ).toMatchObject({
      viewer: { memberships: { totalCount: 0 } },
    });
    const again = await remove(top, 'CASCADE');
    expect(code(again)).toBe('NOT_FOUND');
  });

  it('is seen by whoever manages it, and asks for it, until it is purged', async () => {
    const { n, top } = await chain();
    await removed(top, 'CASCADE');
    const list = (as: 'key@north' | 'viewer@north', includeDeleted: boolean) =>
      world.ask<{ organization: { descendants: { nodes: { slug: string; status: string }[] } } }>(
        'query ($includeDeleted: Boolean, $search: String) { organization { descendants(search: $search, includeDeleted: $includeDeleted) { nodes { slug status } } } }',
        { as },
        { includeDeleted, search: `-${n}` },
      );
    expect(
      (await list('key@north', false)).data?.organization.descendants.nodes.filter(
        ({ slug }) => slug === `top-${n}`,
      ),
    ).toEqual([]);
    expect((await list('key@north', true)).data?.organization.descendants.nodes).toContainEqual({
      slug: `top-${n}`,
      status: 'DELETED',
    });
    expect(code(await list('viewer@north', true))).toBe('FORBIDDEN');
  });

  it('needs the right, and an organization below that of the request', async () => {
    const { top } = await chain();
    for (const as of ['viewer@north', 'user@acme'] as const)
      expect(code(await remove(top, 'CASCADE', { as }))).toBe('NOT_FOUND');
    expect(code(await remove(top, 'CASCADE', { as: 'key@rival' }))).toBe('NOT_FOUND');
    const answer = await remove(world.uuid('north'), 'CASCADE');
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'id',
    });
    for (const slug of ['acme', 'south', 'rival'] as const)
      expect(code(await remove(world.uuid(slug), 'CASCADE'))).toBe('NOT_FOUND');
  });

  it('of more than ten thousand is refused whole', async () => {
    const { n, top } = await chain();
    await insertMany(world.db, `top-${n}`, 9_998, 'Many');
    const answer = await remove(top, 'CASCADE');
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      argument: 'id',
    });
    expect(await world.rows(sql`select from organizations where deleted_with = ${top}`)).toEqual(
      [],
    );
    await sql`delete from organizations where slug = ${`top-${n}-1`}`.execute(world.db);
    expect((await removed(top, 'CASCADE')).deletedOrganizationIds).toHaveLength(10_000);
  }, 60_000);

  it('keeps the slug taken for good', async () => {
    const { n, top } = await chain();
    await removed(top, 'CASCADE');
    const take = () =>
      world.query(
        CreateOrganizationDocument,
        { input: { name: 'X', slug: `top-${n}`, parentId: world.org('north') } },
        { as: 'key@north' },
      );
    expect((await take()).data?.createOrganization).toMatchObject({
      __typename: 'SlugTakenError',
      reason: 'TAKEN',
    });
    await sql`update organizations set deleted_at = now() - interval '31 days' where deleted_with = ${top}`.execute(
      world.db,
    );
    expect(await purgeOrganizations(world.gatewayDb, 30)).toBe(3);
    expect((await take()).data?.createOrganization).toMatchObject({
      __typename: 'SlugTakenError',
      reason: 'TAKEN',
    });
  });
});

describe('restoring an organization', () => {
  it('brings back what was deleted with it, with ids, states and members; keys and invitations stay ended', async () => {
    const { top, mid, end, keys, people } = await chain();
    await world.query(
      SuspendOrganizationDocument,
      { input: { id: org(end) } },
      { as: 'key@north' },
    );
    await removed(top, 'CASCADE');
    const back = await restored(top);
    expect(back).toMatchObject({
      organization: { id: org(top), status: 'ACTIVE' },
      restoredCount: 3,
    });
    expect((await read(org(mid))).data).toMatchObject({ organization: { status: 'ACTIVE' } });
    expect((await read(org(end))).data).toMatchObject({ organization: { status: 'SUSPENDED' } });
    expect((await own(people[0] ?? {})).data).toMatchObject({
      organization: { slug: back.organization.slug },
    });
    for (const token of keys) expect((await own({ token })).status).toBe(401);
    expect(
      await world.rows(
        sql`select from invitations where organization_id = ${top} and status = 'PENDING'`,
      ),
    ).toEqual([]);
    expect(await restored(top)).toMatchObject({
      restoredCount: 0,
      organization: { version: back.organization.version },
    });
  });

  it('leaves deleted what was deleted before for its own sake', async () => {
    const { top, mid, end } = await chain();
    await removed(end);
    await removed(top, 'CASCADE');
    expect(await restored(top)).toMatchObject({ restoredCount: 2 });
    expect((await read(org(mid))).errors).toBeUndefined();
    expect(code(await read(org(end)))).toBe('NOT_FOUND');
    expect(await restored(end)).toMatchObject({ restoredCount: 1 });
  });

  it('below a deleted parent is refused', async () => {
    const { top, mid, end } = await chain();
    await removed(end);
    await removed(top, 'CASCADE');
    for (const uuid of [mid, end])
      expect((await restore(uuid)).data?.restoreOrganization).toMatchObject({
        __typename: 'ParentDeletedError',
        code: 'PARENT_DELETED',
      });
  });

  it('is for whoever managed it; to others it is missing', async () => {
    const { top } = await chain();
    await removed(top, 'CASCADE');
    const missing = await world.query(
      RestoreOrganizationDocument,
      { input: { id: missingId('Organization') } },
      { as: 'viewer@north' },
    );
    expect(code(missing)).toBe('NOT_FOUND');
    for (const as of ['viewer@north', 'admin@south', 'key@rival'] as const) {
      const answer = await restore(top, { as });
      expect(answer.text).toBe(missing.text);
    }
    expect(code(await restore(world.uuid('shop-1'), { as: 'viewer@north' }))).toBe('NOT_FOUND');
    expect(await restored(top, { as: 'cloud_rep@north' })).toMatchObject({ restoredCount: 3 });
  });

  it('is over with the retention, also before the purge has come by', async () => {
    const { top } = await chain();
    await removed(top, 'CASCADE');
    await sql`update organizations set deleted_at = deleted_at - interval '30 days' where deleted_with = ${top}`.execute(
      world.db,
    );
    expect(code(await restore(top))).toBe('NOT_FOUND');
  });

  it('and deleting stand in the log', async () => {
    const { top } = await chain();
    await removed(top, 'CASCADE');
    await restored(top);
    const log = await world.query(
      AuditLogDocument,
      { id: org(top), first: 2 },
      { as: 'key@north' },
    );
    expect(log.data?.organization?.auditLog?.nodes).toMatchObject([
      { action: 'restoreOrganization', after: { restored: 3 } },
      {
        action: 'deleteOrganization',
        after: { mode: 'CASCADE', deleted: 3, keys: 3, invitations: 3, members: 3 },
      },
    ]);
  });
});

describe('the purge', () => {
  it('removes what is due with everything that belongs to it, and leaves the rest, the users and the log', async () => {
    const due = await chain();
    const young = await chain();
    for (const { top } of [due, young]) await removed(top, 'CASCADE');
    await sql`update organizations set deleted_at = now() - interval '30 days' where deleted_with = ${due.top}`.execute(
      world.db,
    );
    await purgeOrganizations(world.gatewayDb, 30);
    expect(
      await world.rows(
        sql`select from organizations where id in (${due.top}, ${due.mid}, ${due.end})`,
      ),
    ).toEqual([]);
    expect(
      await world.rows(
        sql`select from retired_slugs where organization_id in (${due.top}, ${due.mid}, ${due.end})`,
      ),
    ).toHaveLength(3);
    expect(
      await world.rows(sql`select from users where email like ${`%-${due.n}@x.example`}`),
    ).toHaveLength(3);
    expect(
      await world.rows(sql`select from audit_events where organization_id = ${due.top}`),
    ).not.toEqual([]);
    expect(await restored(young.top)).toMatchObject({ restoredCount: 3 });
    const deleted = await world.rows(
      sql<{ id: string }>`select id from organizations where deleted_at is not null`,
    );
    expect(await purgeOrganizations(world.gatewayDb, 30)).toBe(0);
    expect(
      await world.rows(sql`select id from organizations where deleted_at is not null`),
    ).toEqual(deleted);
  });

  it('never lets a slug go, neither to a creation nor to an insert that has waited for it', async () => {
    const { n, top } = await chain();
    await removed(top, 'CASCADE');
    await sql`update organizations set deleted_at = now() - interval '31 days' where deleted_with = ${top}`.execute(
      world.db,
    );
    const take = () =>
      world.query(
        CreateOrganizationDocument,
        { input: { name: 'X', slug: `end-${n}`, parentId: world.org('rival') } },
        { as: 'key@rival' },
      );
    const [, ...answers] = await Promise.all([
      purgeOrganizations(world.gatewayDb, 30),
      take(),
      take(),
      take(),
    ]);
    for (const answer of answers)
      expect(answer.data?.createOrganization?.__typename).toBe('SlugTakenError');

    await sql`insert into organizations (slug, name) values ('waited-for', 'X')`.execute(world.db);
    const purging = new pg.Client({ connectionString: world.url });
    await purging.connect();
    await purging.query(`begin; delete from organizations where slug = 'waited-for'`);
    const inserting = sql`insert into organizations (slug, name) values ('waited-for', 'Y')`
      .execute(world.db)
      .then(
        () => 'taken',
        (error: { constraint?: string }) => error.constraint,
      );
    const waiting = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await world.rows(waiting)).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await purging.query('commit');
    expect(await inserting).toBe('organizations_slug_key');
    await purging.end();
  });
});

describe("the caller's own top-level organization", () => {
  /** A tree of its own: a root with an admin, a viewer and a key, and one organization below. */
  async function tree() {
    const slug = `root-${++made}`;
    const insert = async (name: string, parent: string | null) =>
      (
        await world.db
          .insertInto('organizations')
          .values({ slug: name, name, parent_id: parent })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id;
    const root = await insert(slug, null);
    const child = await insert(`${slug}-child`, root);
    const member = async (role: string, organization = root) => {
      const user = await insertUser(
        world,
        `${role}@${slug}.${organization === root ? 'root' : 'child'}.example`,
      );
      await insertMembership(world, organization, user, [role]);
      return insertPersonalAccessToken(world.db, user, 'x');
    };
    const [admin, viewer, below] = [
      await member('admin'),
      await member('viewer'),
      await member('admin', child),
    ];
    const key = await insertApiKey(world.db, root, 'x');
    const confirmed = (
      input: { confirmSlug?: string | null; mode?: DeleteMode },
      options: RequestOptions = { token: admin, organization: slug },
    ) =>
      world.query(
        DeleteOrganizationDocument,
        { input: { id: org(root), confirmSlug: slug, ...input } },
        options,
      );
    return { slug, root, child, admin, viewer, below, key, confirmed };
  }

  it('is deleted with its slug as confirmation, and nothing of the tree works any more', async () => {
    const { slug, root, child, admin, viewer, below, key, confirmed } = await tree();
    for (const confirmSlug of [null, 'rival', ''])
      expect(
        (await confirmed({ confirmSlug, mode: 'CASCADE' })).errors?.[0]?.extensions,
      ).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'confirmSlug',
      });
    expect((await confirmed({})).data?.deleteOrganization).toMatchObject({
      code: 'HAS_CHILDREN',
      childCount: 1,
    });
    const gone = payload(
      (await confirmed({ mode: 'CASCADE' })).data?.deleteOrganization,
      'DeleteOrganizationPayload',
    );
    expect(gone).toMatchObject({
      deletedOrganizationIds: [org(root), org(child)],
      removedMemberCount: 3,
    });
    expect((await own({ token: key })).status).toBe(401);
    for (const options of [
      { token: admin, organization: slug },
      { token: viewer, organization: slug },
      { token: below, organization: `${slug}-child` },
    ])
      expect((await own(options)).status).toBe(404);
    expect(
      (await world.ask('{ viewer { memberships { totalCount } } }', { token: admin })).data,
    ).toEqual({
      viewer: { memberships: { totalCount: 0 } },
    });
  });

  it('takes both scopes, and is no way around those above', async () => {
    const { root, child, slug, viewer, below, confirmed } = await tree();
    expect(
      (await confirmed({}, { token: viewer, organization: slug })).errors?.[0]?.extensions,
    ).toMatchObject({
      requiredScopes: ['organizations:manage'],
    });
    const [id] = await world.rows(sql<{ id: string }>`select uuidv7() as id`);
    const token = createToken('ak', id?.id ?? '');
    await sql`insert into api_keys (id, organization_id, name, secret_hash, preview, scopes)
      values (${id?.id}, ${root}, 'one scope', ${tokenHash(token)}, 'ak', '{organizations:manage}')`.execute(
      world.db,
    );
    expect((await confirmed({}, { token })).errors?.[0]?.extensions).toMatchObject({
      requiredScopes: ['child_organizations:manage'],
    });
    const answer = await world.query(
      DeleteOrganizationDocument,
      { input: { id: org(child), confirmSlug: `${slug}-child` } },
      { token: below, organization: `${slug}-child` },
    );
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'id',
    });
  });

  it('is restored by a member who held both scopes, without an organization in the request, and by nobody else', async () => {
    const { slug, root, admin, viewer, below, confirmed } = await tree();
    payload(
      (await confirmed({ mode: 'CASCADE' })).data?.deleteOrganization,
      'DeleteOrganizationPayload',
    );
    const missing = await world.query(
      RestoreOrganizationDocument,
      { input: { id: missingId('Organization') } },
      { token: admin },
    );
    expect(code(missing)).toBe('ORGANIZATION_REQUIRED');
    for (const token of [viewer, below, world.token('admin@rival')])
      expect((await restore(root, { token })).text).toBe(missing.text);
    const answers = await Promise.all([
      restore(root, { token: admin }),
      restore(root, { token: admin }),
    ]);
    const counts = answers.map((answer) =>
      payload(answer.data?.restoreOrganization, 'RestoreOrganizationPayload'),
    );
    expect(new Set(counts.map(({ restoredCount }) => restoredCount))).toEqual(new Set([0, 2]));
    expect(counts.map(({ organization }) => organization)).toMatchObject([{ slug }, { slug }]);
    const repeated = await restore(root, { token: admin });
    expect(
      payload(repeated.data?.restoreOrganization, 'RestoreOrganizationPayload').restoredCount,
    ).toBe(0);
    expect((await own({ token: below, organization: `${slug}-child` })).errors).toBeUndefined();
    const [event] = await world.rows(sql<{ action: string }>`
      select action from audit_events where organization_id = ${root} order by id desc limit 1`);
    expect(event?.action).toBe('restoreOrganization');
    payload(
      (await confirmed({ mode: 'CASCADE' })).data?.deleteOrganization,
      'DeleteOrganizationPayload',
    );
    await sql`update organizations set deleted_at = now() - interval '31 days' where deleted_with = ${root}`.execute(
      world.db,
    );
    expect(code(await restore(root, { token: admin }))).toBe('NOT_FOUND');
  });
});
