import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { purgeOrganizations } from '../../src/modules/organization/delete/jobs.ts';
import {
  AuditLogDocument,
  ContactsDocument,
  CreateContactDocument,
  DeleteContactDocument,
  UpdateContactDocument,
  type CreateContactInput,
  type UpdateContactInput,
} from '../generated/graphql.ts';
import {
  code,
  createWorld,
  insertKey,
  payload,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => sql`delete from contacts`.execute(world.db));
afterAll(() => world.close());

const ANN = { name: 'Ann Lee', email: 'ann@x.example' };
const create = (
  slug: Slug,
  input: Omit<CreateContactInput, 'organizationId'> = ANN,
  options: RequestOptions = { as: 'admin@north' },
) =>
  world.query(
    CreateContactDocument,
    { input: { organizationId: world.org(slug), ...input } },
    options,
  );
const created = async (...call: Parameters<typeof create>) =>
  payload((await create(...call)).data?.createContact, 'CreateContactPayload').contact;
const update = (input: UpdateContactInput, options: RequestOptions = { as: 'admin@north' }) =>
  world.query(UpdateContactDocument, { input }, options);
const list = async (
  slug: Slug,
  more: object = {},
  options: RequestOptions = { as: 'admin@north' },
) =>
  (await world.query(ContactsDocument, { id: world.org(slug), ...more }, options)).data
    ?.organization?.contacts;
const names = async (...call: Parameters<typeof list>) =>
  (await list(...call))?.nodes.map(({ name }) => name);
const count = async () => (await world.rows(sql`select from contacts`)).length;

describe('The contacts of an organization', () => {
  it('are added, changed and removed from the organization itself and from above, and nobody is written to', async () => {
    const ann = await created(
      'shop-1',
      { name: '  Ann Lee ', email: 'Ann@B\u00fccher.example', kind: 'BILLING' },
      { as: 'admin@acme' },
    );
    expect(ann).toEqual({
      id: expect.stringMatching(/^con_/),
      kind: 'BILLING',
      name: 'Ann Lee',
      email: 'ann@b\u00fccher.example',
    });
    expect(await list('shop-1', {}, { as: 'admin@shop-1' })).toMatchObject({
      totalCount: 1,
      nodes: [ann],
    });
    const changed = payload(
      (await update({ id: ann.id, name: 'Ann Roe' })).data?.updateContact,
      'UpdateContactPayload',
    ).contact;
    expect(changed).toEqual({ ...ann, name: 'Ann Roe' });
    const remove = () =>
      world.query(DeleteContactDocument, { input: { id: ann.id } }, { as: 'admin@shop-1' });
    expect(payload((await remove()).data?.deleteContact, 'DeleteContactPayload')).toMatchObject({
      deletedContactId: ann.id,
    });
    expect(code(await remove())).toBe('NOT_FOUND');
    expect(await world.rows(sql`select from invitation_deliveries`)).toEqual([]);
  });

  it('are listed by name without regard to case, in pages in both directions, of one kind or of all', async () => {
    for (const [index, name] of ['cleo', 'Ann', 'bob', 'Bo'].entries())
      await created('north', {
        name,
        email: `${index}@x.example`,
        kind: name === 'bob' ? 'TECHNICAL' : 'GENERAL',
      });
    const all = ['Ann', 'Bo', 'bob', 'cleo'];
    expect(await names('north')).toEqual(all);
    const first = await list('north', { first: 3 });
    expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    const rest = await list('north', { first: 3, after: first?.pageInfo.endCursor });
    expect([...(first?.nodes ?? []), ...(rest?.nodes ?? [])].map(({ name }) => name)).toEqual(all);
    expect(await names('north', { last: 2, before: rest?.pageInfo.startCursor })).toEqual(
      all.slice(1, 3),
    );
    expect(await names('north', { kind: 'TECHNICAL' })).toEqual(['bob']);
    expect(await names('north', { kind: 'BILLING' })).toEqual([]);
  });

  it('have each address once per kind, however many add it at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => create('north')));
    expect(outcomes.map((one) => String(one.data?.createContact?.__typename)).toSorted()).toEqual([
      ...Array<string>(7).fill('ContactExistsError'),
      'CreateContactPayload',
    ]);
    const [contact] = (await list('north'))?.nodes ?? [];
    expect(
      (await create('north', { ...ANN, email: 'ANN@X.example' })).data?.createContact,
    ).toMatchObject({ contactId: contact?.id });
    const billing = await created('north', { ...ANN, kind: 'BILLING' });
    expect((await update({ id: billing.id, kind: 'GENERAL' })).data?.updateContact).toMatchObject({
      code: 'CONTACT_EXISTS',
      contactId: contact?.id,
    });
    expect(
      (await update({ id: billing.id, kind: 'BILLING', name: 'Same' })).data?.updateContact,
    ).toMatchObject({
      contact: { name: 'Same' },
    });
    await created('shop-1');
  });

  it('are at most 50', async () => {
    await sql`insert into contacts (organization_id, kind, name, email)
      select ${world.uuid('north')}, 'GENERAL', 'N', n || '@x.example' from generate_series(1, 49) as n`.execute(
      world.db,
    );
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((name) => create('north', { name, email: `${name}@y.example` })),
    );
    expect(outcomes.map((one) => code(one)).filter((one) => one === 'LIMIT_EXCEEDED')).toHaveLength(
      2,
    );
    expect(await count()).toBe(50);
  });

  it('have one effect and one answer when they are added again with the same key', async () => {
    const input = { ...ANN, idempotencyKey: 'add ann' };
    expect(await created('north', input)).toEqual(await created('north', input));
    expect((await create('north', { ...input, name: 'Other' })).data?.createContact).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await count()).toBe(1);
  });

  it('are refused with the name of what is wrong, and nothing is added', async () => {
    const bad: [Partial<CreateContactInput>, string][] = [
      [{ name: '' }, 'name'],
      [{ name: 'x'.repeat(201) }, 'name'],
      [{ name: 'https://x.example' }, 'name'],
      [{ email: 'a..b@x.example' }, 'email'],
    ];
    for (const [input, argument] of bad)
      expect((await create('north', { ...ANN, ...input })).errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument,
      });
    const { id } = await created('north');
    for (const argument of ['name', 'email', 'kind'])
      expect((await update({ id, [argument]: null })).errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument,
      });
    expect((await list('north'))?.nodes).toEqual([{ id, kind: 'GENERAL', ...ANN }]);
  });

  it('are seen and changed with organizations:manage, below with child_organizations:manage, and nowhere else', async () => {
    const [own, below, above] = [
      await created('north'),
      await created('kiosk'),
      await created('acme', ANN, { as: 'admin@acme' }),
    ];
    const aside = await created('south', ANN, { as: 'admin@acme' });
    const keys: Record<string, RequestOptions> = {
      manage: { token: await insertKey(world, 'north', ['organizations:manage']) },
      reach: { token: await insertKey(world, 'north', ['child_organizations:manage']) },
      others: {
        token: await insertKey(world, 'north', [
          'members:manage',
          'billing:manage',
          'audit:read',
          'api_keys:manage',
          'roles:manage',
        ]),
      },
    };
    const seen: Record<string, string[]> = {};
    const renamed: Record<string, string[]> = {};
    for (const [name, options] of Object.entries(keys)) {
      const answer = await world.ask<{ nodes: ({ id: string } | null)[] }>(
        'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
        options,
        {
          ids: [own.id, below.id, above.id, aside.id],
        },
      );
      seen[name] = answer.data?.nodes.flatMap((node) => node?.id ?? []) ?? [];
      renamed[name] = [];
      for (const { id } of [own, below, above, aside]) {
        const result = await update({ id, name: name }, options);
        if (result.data?.updateContact) renamed[name]?.push(id);
        else expect(code(result)).toBe('NOT_FOUND');
      }
    }
    expect(seen).toEqual({ manage: [own.id], reach: [below.id], others: [] });
    expect(renamed).toEqual(seen);
  });

  it('stand in the log, and only those read them there who read them', async () => {
    const { id } = await created('north');
    await update({ id, email: 'new@x.example' });
    await world.query(DeleteContactDocument, { input: { id } }, { as: 'admin@north' });
    const actions = ['createContact', 'updateContact', 'deleteContact'];
    const log = async (options: RequestOptions) =>
      (await world.query(AuditLogDocument, { id: world.org('north'), actions, first: 3 }, options))
        .data?.organization?.auditLog?.nodes;
    const before = { kind: 'GENERAL', ...ANN };
    const after = { ...before, email: 'new@x.example' };
    expect(await log({ as: 'admin@north' })).toMatchObject([
      { action: 'deleteContact', targetType: 'Contact', targetId: id, before: after, after: null },
      { action: 'updateContact', before, after },
      { action: 'createContact', before: null, after: before },
    ]);
    expect(await log({ as: 'viewer@north' })).toMatchObject([
      { before: {} },
      { before: {}, after: {} },
      { after: {} },
    ]);
  });

  it('rest while the organization is deleted, come back with it, and are gone once it is purged', async () => {
    const { organization } = payload(
      (
        await world.ask<{
          createOrganization: {
            __typename: 'CreateOrganizationPayload';
            organization: { id: string };
          };
        }>(
          `mutation ($input: CreateOrganizationInput!) {
            createOrganization(input: $input) { __typename ... on CreateOrganizationPayload { organization { id } } } }`,
          { as: 'key@north' },
          { input: { name: 'Short-lived', parentId: world.org('north') } },
        )
      ).data?.createOrganization,
      'CreateOrganizationPayload',
    );
    const input = { organizationId: organization.id, ...ANN };
    const { id } = payload(
      (await world.query(CreateContactDocument, { input }, { as: 'key@north' })).data
        ?.createContact,
      'CreateContactPayload',
    ).contact;
    const change = (name: string) =>
      world.ask(
        `mutation ($id: ID!) { ${name}(input: { id: $id }) { __typename } }`,
        { as: 'key@north' },
        { id: organization.id },
      );
    const found = async () =>
      (
        await world.ask<{ node: object | null }>(
          'query ($id: ID!) { node(id: $id) { id } }',
          { as: 'key@north' },
          { id },
        )
      ).data?.node;
    await change('deleteOrganization');
    expect(await found()).toBeNull();
    expect(code(await update({ id, name: 'Ghost' }, { as: 'key@north' }))).toBe('NOT_FOUND');
    await change('restoreOrganization');
    expect(await found()).toEqual({ id });
    await change('deleteOrganization');
    await purgeOrganizations(world.db, 0);
    expect(await count()).toBe(0);
  });
});
