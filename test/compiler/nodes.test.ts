/** `node` and `nodes` as one statement: what is hidden is missing, whichever type it is of and however it is asked for. */
import type { GraphQLObjectType } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken, tokenHash } from '../../src/authentication/secret.ts';
import type { Principal } from '../../src/authorization/principal.ts';
import type { Outcome } from '../../src/compiler/outcome.ts';
import { REFUSED } from '../../src/compiler/statement.ts';
import { encodeId } from '../../src/values/ids.ts';
import { callerIn } from '../setup/principals.ts';
import { insertNodes, NODE_TYPES, type NodeType } from '../setup/nodes.ts';
import {
  createWorld,
  insertKey,
  missingId,
  type GraphQLAnswer,
  type RequestOptions,
  type World,
} from '../setup/world.ts';
import { writtenIn, type Change } from './written.ts';

let world: World;
let outcomes: Outcome[] = [];
beforeAll(async () => {
  world = await createWorld({ onOutcome: (outcome) => void outcomes.push(outcome) });
});
afterAll(() => world.close());

/** Asks over HTTP and tells who answered: `compiled`, or why the resolvers did. */
async function ask(
  document: string,
  options: RequestOptions,
  variables: Record<string, unknown>,
): Promise<GraphQLAnswer<unknown> & { by: string }> {
  outcomes = [];
  const answer = await world.ask<unknown>(document, options, variables);
  const [outcome] = outcomes;
  if (!outcome || outcomes.length > 1) throw new RangeError(answer.text);
  return { ...answer, by: 'data' in outcome ? 'compiled' : outcome.fall };
}

describe('A node', () => {
  const NODE = `query Node ($id: ID!) { node(id: $id) { __typename id
    ... on Organization { slug } ... on User { email } ... on Membership { createdAt } ... on Invitation { status }
    ... on Role { key } ... on ApiKey { preview } ... on PersonalAccessToken { preview } ... on AuditEvent { action }
    ... on Contact { kind } } }`;
  const places = ['north', 'shop-1', 'acme', 'south', 'rival'] as const;
  type Place = (typeof places)[number] | 'gone';
  const nodes = new Map<Place, Record<NodeType, string>>();
  /** A member of north with every scope, and a key of it. */
  let person: string;
  let key: string;

  beforeAll(async () => {
    const [gone] = await world.rows(sql<{ id: string }>`
      insert into organizations (parent_id, slug, name, status, deleted_at)
      values (${world.uuid('north')}, 'gone', 'Gone', 'DELETED', now()) returning id`);
    for (const place of places)
      nodes.set(place, await insertNodes(world, world.uuid(place), `at-${place}`));
    nodes.set('gone', await insertNodes(world, gone?.id ?? '', 'at-gone'));
    const north = nodes.get('north');
    await sql`insert into membership_roles (membership_id, role_id)
      select ${north?.Membership}::uuid, id from roles where built_in and key = 'admin'`.execute(
      world.db,
    );
    person = createToken('pat', north?.PersonalAccessToken ?? '');
    await sql`update personal_access_tokens set secret_hash = ${tokenHash(person)} where id = ${north?.PersonalAccessToken}::uuid`.execute(
      world.db,
    );
    key = world.token('key@north');
  });

  const idOf = (place: Place, type: NodeType): string =>
    encodeId(type, nodes.get(place)?.[type] ?? '');
  const callers = (): RequestOptions[] => [
    { token: key },
    { token: person, organization: 'north' },
  ];
  /** Where a node of the type is visible. A role can be assigned below its organization, and tokens are a person's own. */
  const isVisible = (type: NodeType, place: Place, caller: number): boolean => {
    if (type === 'PersonalAccessToken') return caller === 1 && place === 'north';
    return ['north', 'shop-1', ...(type === 'Role' ? ['acme'] : [])].includes(place);
  };

  it.each(NODE_TYPES)(
    'of the type %s is answered in the own organization and below, and is missing above, beside, elsewhere and where it was deleted',
    async (type) => {
      for (const [index, caller] of callers().entries()) {
        const missing = await ask(NODE, caller, { id: missingId(type) });
        expect(missing).toMatchObject({
          by: 'refused',
          data: { node: null },
          errors: [{ path: ['node'], extensions: { code: 'NOT_FOUND' } }],
        });
        for (const place of [...places, 'gone'] as const) {
          const id = idOf(place, type);
          const { by, text, data } = await ask(NODE, caller, { id });
          if (isVisible(type, place, index)) {
            expect({ by, data }).toMatchObject({
              by: 'compiled',
              data: { node: { __typename: type, id } },
            });
          } else expect({ place, by, text }).toEqual({ place, by: 'refused', text: missing.text });
        }
      }
    },
  );

  it.each(NODE_TYPES)('of the type %s is not found under the id of another type', async (type) => {
    const caller = { token: key };
    for (const other of NODE_TYPES.filter((each) => each !== type)) {
      const id = encodeId(other, nodes.get('north')?.[type] ?? '');
      const { by, text } = await ask(NODE, caller, { id });
      const missing = await ask(NODE, caller, { id: missingId(other) });
      expect({ by, text }).toEqual({ by: 'refused', text: missing.text });
    }
  });

  it.each([
    '',
    'org_',
    'nonsense',
    `ref_${'0'.repeat(32)}`,
    `ORG_${'0'.repeat(32)}`,
    `org_${'0'.repeat(31)}g`,
  ])('with a malformed id is refused before anything is read: "%s"', async (id) => {
    const answer = await ask(NODE, { token: key }, { id });
    expect(answer).toMatchObject({
      by: 'arguments',
      data: { node: null },
      errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }],
    });
    const among = await ask(
      'query Among ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { token: key },
      { ids: [idOf('north', 'Role'), id] },
    );
    expect(among).toMatchObject({
      by: 'arguments',
      data: { nodes: null },
      errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'ids' } }],
    });
  });

  const NODES = `query Nodes ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Organization { slug } ... on User { email } } }`;

  it('is one of several in the order of their ids, of whatever types', async () => {
    const asked = [
      ['shop-1', 'User'],
      ['north', 'Organization'],
      ['north', 'Contact'],
      ['shop-1', 'Organization'],
      ['shop-1', 'User'],
    ] as const;
    // The second time other ids, so that only what is asked for can be answered.
    for (const shift of [0, 1, 2, 3, 4]) {
      const turned = [...asked.slice(shift), ...asked.slice(0, shift)];
      const ids = turned.map(([place, type]) => idOf(place, type));
      const { by, data } = await ask(NODES, { token: key }, { ids });
      expect({ by, data }).toMatchObject({
        by: 'compiled',
        data: {
          nodes: turned.map(([place, type], index) => ({
            __typename: type,
            id: ids[index],
            ...(type === 'Organization' && { slug: place }),
            ...(type === 'User' && { email: `node@at-${place}.example` }),
          })),
        },
      });
    }
  });

  it('that is hidden among others is null with an error of its own', async () => {
    for (const type of NODE_TYPES) {
      const ids = [idOf('north', 'Organization'), idOf('rival', type), idOf('shop-1', 'User')];
      const { by, data, errors } = await ask(NODES, { token: key }, { ids });
      expect({ by, data, errors }).toMatchObject({
        by: 'refused',
        data: { nodes: [{ slug: 'north' }, null, { __typename: 'User' }] },
        errors: [{ path: ['nodes', 1], extensions: { code: 'NOT_FOUND' } }],
      });
      expect(errors).toHaveLength(1);
    }
  });

  it('is read by a statement for its type, whichever type was asked for before', async () => {
    for (const type of [...NODE_TYPES, ...NODE_TYPES.toReversed()].filter(
      (each) => each !== 'PersonalAccessToken',
    )) {
      const id = idOf('north', type);
      const document = 'query Kinds ($id: ID!) { node(id: $id) { __typename id } }';
      expect(await ask(document, { token: key }, { id })).toMatchObject({
        by: 'compiled',
        data: { node: { __typename: type, id } },
      });
    }
  });

  it('shows no field that the caller may not read', async () => {
    const manager = await insertKey(world, 'north', ['child_organizations:manage']);
    const document =
      'query Fields ($id: ID!) { node(id: $id) { id ... on Organization { apiKeys { totalCount } } } }';
    const below = await ask(document, { token: manager }, { id: idOf('shop-1', 'Organization') });
    expect(below).toMatchObject({ by: 'compiled', data: { node: { apiKeys: { totalCount: 2 } } } });
    const own = await ask(document, { token: manager }, { id: idOf('north', 'Organization') });
    expect(own).toMatchObject({
      by: 'refused',
      data: { node: { apiKeys: null } },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it.each(NODE_TYPES)(
    'of the type %s is hidden by the statement and by the guard of its type, each alone',
    async (type) => {
      const scopes = [
        'members:read',
        'organizations:manage',
        'api_keys:manage',
        'audit:read',
        'child_organizations:manage',
      ];
      const [north, rival] = [
        await callerIn(world, 'north', ...scopes),
        await callerIn(world, 'rival', ...scopes),
      ];
      const owner: Principal = {
        ...rival,
        user: { id: nodes.get('rival')?.User ?? '', verifiedEmail: null },
      };
      const document = `{ node(id: "${idOf('rival', type)}") { __typename id } }`;
      /** Reads nodes with the rights of another caller. */
      const readingAs =
        (reader: Principal): Change =>
        (plan) => {
          const { form } = plan;
          if (form?.kind !== 'nodes') return plan;
          const batchOf: typeof form.batchOf = (each) => {
            const batch = form.batchOf(each);
            return (
              batch && {
                ...batch,
                statement: (_viewer, keys, args) =>
                  batch.statement({ principal: reader, now: new Date() }, keys, args),
              }
            );
          };
          return { ...plan, form: { ...form, batchOf } };
        };
      /** Types without their guard. */
      const openTypes: Change = (plan) => ({
        ...plan,
        variants: plan.variants.map(({ type: guarded, fields }) => ({
          type: Object.create(guarded, { extensions: { value: {} } }) as GraphQLObjectType,
          fields,
        })),
      });
      const reader = type === 'PersonalAccessToken' ? owner : rival;
      expect(await writtenIn(world, document, north)).toContain(REFUSED);
      expect(await writtenIn(world, document, north, openTypes)).toContain(REFUSED);
      expect(await writtenIn(world, document, north, readingAs(reader))).toContain(REFUSED);
      expect(await writtenIn(world, document, north, readingAs(reader), openTypes)).toContain(
        idOf('rival', type),
      );
    },
  );
});
