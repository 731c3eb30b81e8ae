/** Payloads that show what a change touches around its target, so that a client's cache stays right. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { encodeId } from '../../src/values/ids.ts';
import {
  createWorld,
  insertMembership,
  insertUser,
  type RequestOptions,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

let made = 0;
const plant = async (parentId: string | null): Promise<{ id: string; slug: string }> => {
  const slug = `planted-${++made}`;
  const row = await world.db
    .insertInto('organizations')
    .values({ slug, name: slug, parent_id: parentId })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id: row.id, slug };
};
const org = (uuid: string): string => encodeId('Organization', uuid);

/** The payload of a mutation that succeeds without any error. */
async function payloadOf(
  name: string,
  input: Record<string, unknown>,
  selection: string,
  options: RequestOptions,
): Promise<unknown> {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const answer = await world.ask<Record<string, unknown>>(
    `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename ... on ${title}Payload { ${selection} } } }`,
    options,
    { input },
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.data?.[name]).toMatchObject({ __typename: `${title}Payload` });
  return answer.data?.[name];
}

describe('The payload of a move', () => {
  it('shows both parents as they are now', async () => {
    const [left, right] = [await plant(world.uuid('north')), await plant(world.uuid('north'))];
    const child = await plant(left.id);
    const around = 'oldParent { id childCount } newParent { id childCount }';
    const input = { id: org(child.id), newParentId: org(right.id) };
    expect(
      await payloadOf('moveOrganization', { ...input, dryRun: true }, around, { as: 'key@north' }),
    ).toMatchObject({
      oldParent: { id: org(left.id), childCount: 1 },
      newParent: { id: org(right.id), childCount: 0 },
    });
    const sent = { ...input, idempotencyKey: `move ${child.slug}` };
    for (const _time of ['first', 'repeat'])
      expect(await payloadOf('moveOrganization', sent, around, { as: 'key@north' })).toMatchObject({
        oldParent: { id: org(left.id), childCount: 0 },
        newParent: { id: org(right.id), childCount: 1 },
      });
  });

  it('shows one parent twice when nothing moves', async () => {
    const child = await plant(world.uuid('shop-2'));
    expect(
      await payloadOf(
        'moveOrganization',
        { id: org(child.id), newParentId: world.org('shop-2') },
        'organization { slug } oldParent { slug } newParent { slug }',
        { as: 'key@north' },
      ),
    ).toMatchObject({
      organization: { slug: child.slug },
      oldParent: { slug: 'shop-2' },
      newParent: { slug: 'shop-2' },
    });
  });

  it('shows nothing of an old parent that the caller of a repeat no longer sees', async () => {
    const old = await plant(world.uuid('north'));
    const child = await plant(old.id);
    const input = {
      id: org(child.id),
      newParentId: world.org('north'),
      idempotencyKey: `move ${child.slug}`,
    };
    const around = 'oldParent { id } newParent { id }';
    await payloadOf('moveOrganization', input, around, { as: 'key@north' });
    await payloadOf(
      'moveOrganization',
      { id: org(old.id), newParentId: world.org('south') },
      'oldParent { id }',
      { as: 'key@acme' },
    );
    expect(await payloadOf('moveOrganization', input, around, { as: 'key@north' })).toMatchObject({
      oldParent: null,
      newParent: { id: world.org('north') },
    });
  });

  it('is shown without parents when an earlier version stored the answer', async () => {
    const child = await plant(world.uuid('shop-1'));
    const input = {
      id: org(child.id),
      newParentId: world.org('shop-2'),
      idempotencyKey: `move ${child.slug}`,
    };
    const all = 'organization { id } oldParent { id } newParent { id }';
    await payloadOf('moveOrganization', input, all, { as: 'key@north' });
    const { result } = await world.db
      .selectFrom('idempotency_keys')
      .select('result')
      .where('key', '=', input.idempotencyKey)
      .executeTakeFirstOrThrow();
    const { oldParentId: _old, newParentId: _new, ...earlier } = result as Record<string, unknown>;
    await world.db
      .updateTable('idempotency_keys')
      .set({ result: JSON.stringify(earlier) })
      .where('key', '=', input.idempotencyKey)
      .execute();
    expect(await payloadOf('moveOrganization', input, all, { as: 'key@north' })).toMatchObject({
      organization: { id: org(child.id) },
      oldParent: null,
      newParent: null,
    });
  });
});

describe('The payload of a deletion', () => {
  it('shows the parent without the deleted organization', async () => {
    const parent = await plant(world.uuid('north'));
    const child = await plant(parent.id);
    expect(
      await payloadOf(
        'deleteOrganization',
        { id: org(child.id) },
        'parent { id hasChildren childCount }',
        { as: 'key@north' },
      ),
    ).toMatchObject({ parent: { id: org(parent.id), hasChildren: false, childCount: 0 } });
  });

  it('shows no parent at the top of a tree', async () => {
    const top = await plant(null);
    const user = await insertUser(world, `owner@${top.slug}.example`, 'Owner');
    await insertMembership(world, top.id, user, ['admin']);
    const token = await insertPersonalAccessToken(world.db, user, 'test');
    expect(
      await payloadOf(
        'deleteOrganization',
        { id: org(top.id), confirmSlug: top.slug },
        'parent { id }',
        { token, organization: top.slug },
      ),
    ).toMatchObject({ parent: null });
  });
});

describe('The payload of a removed member', () => {
  it('shows the organization without them', async () => {
    const { id } = await plant(world.uuid('north'));
    const user = await insertUser(world, `leaver-${made}@example.com`, 'Leaver');
    await insertMembership(world, id, user, ['user']);
    expect(
      await payloadOf(
        'removeMember',
        { organizationId: org(id), userId: encodeId('User', user) },
        'organization { id members { totalCount } }',
        { as: 'key@north' },
      ),
    ).toMatchObject({ organization: { id: org(id), members: { totalCount: 0 } } });
  });

  it('shows nothing to those who removed themselves from where they act', async () => {
    const { id, slug } = await plant(world.uuid('north'));
    const users = [];
    for (const name of ['stays', 'leaves']) {
      const user = await insertUser(world, `${name}@${slug}.example`, name);
      await insertMembership(world, id, user, ['admin']);
      users.push(user);
    }
    const leaving = users[1] ?? '';
    const token = await insertPersonalAccessToken(world.db, leaving, 'test');
    expect(
      await payloadOf(
        'removeMember',
        { organizationId: org(id), userId: encodeId('User', leaving) },
        'removedMembershipId organization { id }',
        { token, organization: slug },
      ),
    ).toMatchObject({ organization: null });
  });
});

describe('The payload of a deleted role', () => {
  it('shows the organization without the role', async () => {
    const { id } = await plant(world.uuid('north'));
    const created = (await payloadOf(
      'createRole',
      { organizationId: org(id), key: 'greeter', name: 'Greeter', scopes: [] },
      'role { id }',
      { as: 'key@north' },
    )) as { role: { id: string } };
    const deleted = (await payloadOf(
      'deleteRole',
      { id: created.role.id },
      'organization { id roles { key } }',
      { as: 'key@north' },
    )) as { organization: { id: string; roles: { key: string }[] } };
    expect(deleted.organization.id).toBe(org(id));
    expect(deleted.organization.roles.map(({ key }) => key)).not.toContain('greeter');
  });
});
