/** Lists in their orders: the same rows from either end, in both forms. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBothForms, type BothForms } from '../setup/both-forms.ts';
import { insertInvitation, insertMembership, insertUser, type World } from '../setup/world.ts';

let forms: BothForms;
let world: World;
beforeAll(async () => {
  forms = await createBothForms();
  ({ world } = forms);
  for (let n = 0; n < 5; n++) {
    await insertInvitation(world, world.uuid('acme'), `i${n}@x.example`, Buffer.alloc(32, n + 1));
    const user = await insertUser(world, `m${n}@x.example`, `Member ${n}`);
    await insertMembership(world, world.uuid(n % 2 ? 'acme' : 'kiosk'), user, ['user']);
    await sql`insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id)
      values (${`act ${n}`}, 'API_KEY', ${world.uuid(n % 2 ? 'acme' : 'kiosk')}, 'Any', 'x', 'r')`.execute(
      world.db,
    );
    await sql`insert into api_keys (organization_id, name, secret_hash, preview, scopes)
      values (${world.uuid('acme')}, ${`k${n}`}, ${Buffer.alloc(32, n + 1)}, 'ak', '{}')`.execute(
      world.db,
    );
  }
});
afterAll(() => world.close());

interface List {
  nodes: unknown[];
  pageInfo: Record<'startCursor' | 'endCursor', string> &
    Record<'hasNextPage' | 'hasPreviousPage', boolean>;
}

const PAGE_INFO = 'pageInfo { startCursor endCursor hasNextPage hasPreviousPage }';
const read = async (field: string): Promise<List> =>
  (
    await forms.read<{ organization: { list: List } }>(`{ organization { list: ${field} } }`, {
      as: 'key@acme',
    })
  ).organization.list;

const LISTS: [field: string, more: string, node: string, orders: [usual: string, other: string]][] =
  [
    ['descendants', '', 'slug', ['TREE_ASC', 'TREE_DESC']],
    ['descendants', 'search: "o", ', 'slug', ['TREE_ASC', 'TREE_DESC']],
    ['people', '', 'user { email }', ['TREE_ASC', 'TREE_DESC']],
    ['people', 'search: "m", ', 'user { email }', ['TREE_ASC', 'TREE_DESC']],
    ['members', '', 'user { email }', ['CREATED_AT_ASC', 'CREATED_AT_DESC']],
    ['invitations', '', 'email', ['CREATED_AT_DESC', 'CREATED_AT_ASC']],
    ['apiKeys', '', 'name', ['CREATED_AT_DESC', 'CREATED_AT_ASC']],
    ['auditLog', '', 'action', ['CREATED_AT_DESC', 'CREATED_AT_ASC']],
    ['auditLog', 'includeDescendants: true, ', 'action', ['CREATED_AT_DESC', 'CREATED_AT_ASC']],
  ];

describe.each(LISTS)('%s(%s…)', (field, more, node, [usual, other]) => {
  const page = (args: string): Promise<List> =>
    read(`${field}(${more}${args}) { nodes { ${node} } ${PAGE_INFO} }`);
  const walk = async (order: string, forward: boolean): Promise<unknown[]> => {
    const all: unknown[] = [];
    let at = '';
    for (let n = 0; n < 30; n++) {
      const { nodes, pageInfo } = await page(
        `orderBy: ${order}, ${forward ? 'first' : 'last'}: 2${at}`,
      );
      if (forward) all.push(...nodes);
      else all.unshift(...nodes);
      if (!(forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) break;
      at = forward ? `, after: "${pageInfo.endCursor}"` : `, before: "${pageInfo.startCursor}"`;
    }
    return all;
  };

  it('has the same rows in both orders, forward and backward', async () => {
    const { nodes } = await page('first: 100');
    expect(nodes.length).toBeGreaterThan(1);
    expect(await walk(usual, true)).toEqual(nodes);
    expect(await walk(usual, false)).toEqual(nodes);
    expect(await walk(other, true)).toEqual(nodes.toReversed());
    expect(await walk(other, false)).toEqual(nodes.toReversed());
  });

  it('takes its own cursors without naming its usual order, and none of the other order', async () => {
    const named = await page(`orderBy: ${usual}, first: 1`);
    const next = await page(`first: 1, after: "${named.pageInfo.endCursor}"`);
    expect(next.nodes).toHaveLength(1);
    const turned = await page(`orderBy: ${other}, first: 1`);
    const errors = await forms.refused(
      `{ organization { list: ${field}(${more}first: 1, after: "${turned.pageInfo.endCursor}") { nodes { ${node} } } } }`,
      { as: 'key@acme' },
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'after' });
  });
});
