/** Which organization a key or a role belongs to, and who created a key. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/values/ids.ts';
import { createBothForms, type BothForms } from '../setup/both-forms.ts';
import { insertKey, type RequestOptions, type Slug, type World } from '../setup/world.ts';

let forms: BothForms;
let world: World;
beforeAll(async () => {
  forms = await createBothForms();
  ({ world } = forms);
});
afterAll(() => world.close());

interface Created {
  id: string;
  secret: string;
}

async function createKey(
  slug: Slug,
  options: RequestOptions,
  scopes: readonly string[] = [],
): Promise<Created> {
  const answer = await world.ask<{
    createApiKey: { secret: string; apiKey: { id: string; organization: { slug: string } } };
  }>(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
      ... on CreateApiKeyPayload { secret apiKey { id organization { slug } } } } }`,
    options,
    { input: { organizationId: world.org(slug), name: `of ${slug}`, scopes } },
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.data?.createApiKey.apiKey.organization.slug).toBe(slug);
  const { secret, apiKey } = answer.data?.createApiKey ?? { secret: '', apiKey: { id: '' } };
  return { id: apiKey.id, secret };
}

interface KeyNode {
  organization: { slug: string };
  createdBy: {
    kind: string;
    user: { email: string } | null;
    apiKeyName: string | null;
    organization: { slug: string } | null;
  } | null;
}

const creator = async (id: string, options: RequestOptions): Promise<KeyNode> =>
  (
    await forms.read<{ node: KeyNode }>(
      `query ($id: ID!) { node(id: $id) { ... on ApiKey {
        organization { slug } createdBy { kind user { email } apiKeyName organization { slug } } } } }`,
      options,
      { id },
    )
  ).node;

describe('The creator of an API key', () => {
  it('is the person, with the credential and the organization that they acted with', async () => {
    const { id } = await createKey('shop-1', { as: 'admin@north' });
    expect(await creator(id, { as: 'admin@north' })).toEqual({
      organization: { slug: 'shop-1' },
      createdBy: {
        kind: 'PERSONAL_ACCESS_TOKEN',
        user: { email: 'admin@north.example' },
        apiKeyName: null,
        organization: { slug: 'north' },
      },
    });
  });

  it('is the key that issued it', async () => {
    const issuer = await createKey('north', { as: 'admin@north' }, [
      'api_keys:manage',
      'child_organizations:manage',
    ]);
    const { id } = await createKey('shop-1', { token: issuer.secret });
    expect((await creator(id, { as: 'key@north' })).createdBy).toEqual({
      kind: 'API_KEY',
      user: null,
      apiKeyName: 'of north',
      organization: { slug: 'north' },
    });
  });

  it('is shown to nobody who could not find them by their id', async () => {
    const { id } = await createKey('shop-1', { as: 'admin@north' });
    // North's admin is no member of the shop, so the shop does not know them.
    expect(await creator(id, { as: 'admin@shop-1' })).toEqual({
      organization: { slug: 'shop-1' },
      createdBy: null,
    });
    const issuer = await createKey('north', { as: 'admin@north' }, [
      'api_keys:manage',
      'child_organizations:manage',
    ]);
    const issued = await createKey('shop-1', { token: issuer.secret });
    expect((await creator(issued.id, { as: 'admin@shop-1' })).createdBy).toBeNull();
  });

  it('is not shown to a key that manages keys and may not read members', async () => {
    const { id } = await createKey('north', { as: 'admin@north' });
    const managing = await insertKey(world, 'north', ['api_keys:manage']);
    expect((await creator(id, { token: managing })).createdBy).toBeNull();
    const reading = await insertKey(world, 'north', ['api_keys:manage', 'members:read']);
    expect((await creator(id, { token: reading })).createdBy).toMatchObject({
      user: { email: 'admin@north.example' },
    });
  });

  it('is nobody for a key of an operator, and after the person is gone', async () => {
    const [key] = await world.rows(sql<{ id: string }>`
      select id from api_keys where organization_id = ${world.uuid('north')} order by id limit 1`);
    expect(
      (await creator(encodeId('ApiKey', key?.id ?? ''), { as: 'key@north' })).createdBy,
    ).toBeNull();
    const { id } = await createKey('south', { as: 'admin@south' });
    await world.db
      .updateTable('api_keys')
      .set({ issued_by_user_id: null })
      .where('organization_id', '=', world.uuid('south'))
      .execute();
    expect((await creator(id, { as: 'key@acme' })).createdBy).toBeNull();
  });

  it('is found behind refusals that were recorded at the same time', async () => {
    const { id } = await createKey('kiosk', { as: 'admin@kiosk' });
    for (let n = 0; n < 3; n++)
      await sql`insert into audit_events (id, action, actor_kind, organization_id, target_type, target_id, request_id)
        select (substr(id::text, 1, 35) || ${n})::uuid, 'createApiKey', 'OPERATOR', organization_id, 'ApiKey', 'other', 'r'
        from api_keys where organization_id = ${world.uuid('kiosk')} order by id desc limit 1
        on conflict do nothing`.execute(world.db);
    expect((await creator(id, { as: 'admin@kiosk' })).createdBy).toMatchObject({
      kind: 'PERSONAL_ACCESS_TOKEN',
    });
  });
});

describe('The organization of a role', () => {
  it('is the one that defines it, null for built-in roles and for those from above', async () => {
    const created = await world.ask<{ createRole: { role: { id: string } } }>(
      'mutation ($input: CreateRoleInput!) { createRole(input: $input) { ... on CreateRolePayload { role { id } } } }',
      { as: 'admin@north' },
      { input: { organizationId: world.org('north'), key: 'greeter', name: 'G', scopes: [] } },
    );
    const id = created.data?.createRole.role.id;
    const of = async (options: RequestOptions) =>
      (
        await forms.read<{ node: { builtIn: boolean; organization: { slug: string } | null } }>(
          'query ($id: ID!) { node(id: $id) { ... on Role { builtIn organization { slug } } } }',
          options,
          { id },
        )
      ).node;
    const own = { builtIn: false, organization: { slug: 'north' } };
    expect(await of({ as: 'admin@north' })).toEqual(own);
    expect(await of({ as: 'key@acme' })).toEqual(own);
    expect(await of({ as: 'admin@shop-1' })).toEqual({ builtIn: false, organization: null });
    const { organization } = await forms.read<{
      organization: { roles: { key: string; organization: { slug: string } | null }[] };
    }>('{ organization { roles { key organization { slug } } } }', { as: 'admin@north' });
    const roles = new Map(organization.roles.map((role) => [role.key, role.organization]));
    expect(roles.get('admin')).toBeNull();
    expect(roles.get('greeter')).toEqual({ slug: 'north' });
  });
});
