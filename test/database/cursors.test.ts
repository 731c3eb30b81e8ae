import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor, type SortKeys } from '../../src/database/keyset.ts';
import { createWorld, insertInvitation, type Caller, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await insertInvitation(world, world.uuid('acme'), 'one@x.example', Buffer.alloc(32, 1));
  await insertInvitation(
    world,
    world.uuid('rival-shop'),
    'admin@acme.example',
    Buffer.alloc(32, 2),
  );
  await sql`insert into contacts (organization_id, kind, name, email)
    values (${world.uuid('acme')}, 'GENERAL', 'Ann', 'ann@x.example')`.execute(world.db);
  // An entry for the audit log.
  const input = `{ organizationId: "${world.org('acme')}", key: "clerk", name: "Clerk", scopes: ["usage:read"] }`;
  await world.ask(`mutation { createRole(input: ${input}) { __typename } }`, { as: 'key@acme' });
});
afterAll(() => world.close());

const FROM = '2026-01-01T00:00:00.000Z';
const TO = '2026-01-02T00:00:00.000Z';

interface List {
  name: string;
  /** The connection, with `$page` where its page arguments go. */
  field: string;
  /** What its cursors belong to. */
  list: string;
  as?: Caller;
}

/** Every connection of the schema, in every order. */
function lists(): List[] {
  const acme = world.uuid('acme');
  const own = (name: string, field: string, list: string): List => ({
    name,
    field: `organization { list: ${field} }`,
    list: `${list} ${acme} `,
  });
  const orders = [
    'SLUG_ASC',
    'SLUG_DESC',
    'NAME_ASC',
    'NAME_DESC',
    'CREATED_AT_ASC',
    'CREATED_AT_DESC',
  ];
  const admin = world.person('admin@acme');
  const uuid = admin.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return [
    ...orders.map((order) => {
      const { field, list, name } = own(
        `children ${order}`,
        `children($page, orderBy: ${order})`,
        'children',
      );
      return { name, field, list: `${list}${order}` };
    }),
    {
      ...own('descendants', 'descendants($page)', 'descendants'),
      list: `descendants ${acme} path`,
    },
    {
      ...own('descendants, searched', 'descendants($page, search: "sho")', ''),
      list: `descendants ${acme} path`,
    },
    { ...own('people', 'people($page)', ''), list: `people ${acme} path` },
    {
      ...own('descendants from the end', 'descendants($page, orderBy: TREE_DESC)', ''),
      list: `descendants ${acme} TREE_DESC`,
    },
    {
      ...own('people from the end', 'people($page, orderBy: TREE_DESC)', ''),
      list: `people ${acme} TREE_DESC`,
    },
    ...(
      [
        ['members', 'members', 'CREATED_AT_DESC'],
        ['invitations', 'invitations', 'CREATED_AT_ASC'],
        ['apiKeys', 'api keys', 'CREATED_AT_ASC'],
      ] as const
    ).map(([field, name, order]) => ({
      ...own(`${name} ${order}`, `${field}($page, orderBy: ${order})`, ''),
      list: `${name} ${acme} ${order}`,
    })),
    {
      ...own('audit log, oldest first', 'auditLog($page, orderBy: CREATED_AT_ASC)', ''),
      list: `audit log ${acme} organization CREATED_AT_ASC`,
    },
    own('members', 'members($page)', 'members'),
    own('invitations', 'invitations($page)', 'invitations'),
    own('contacts', 'contacts($page)', 'contacts'),
    own('API keys', 'apiKeys($page)', 'api keys'),
    { ...own('audit log', 'auditLog($page)', ''), list: `audit log ${acme} organization` },
    {
      ...own('audit log below', 'auditLog($page, includeDescendants: true)', ''),
      list: `audit log ${acme} subtree`,
    },
    {
      name: 'usage by child',
      field: `organization { usage(from: "${FROM}", to: "${TO}") { list: byChild($first, metric: "voice_minutes") } }`,
      list: `usage by child ${acme} voice_minutes ${FROM} ${TO} ALL`,
    },
    {
      name: 'own memberships',
      field: 'viewer { list: memberships($page) }',
      list: `own memberships ${uuid} `,
      as: 'admin@acme',
    },
    {
      name: 'own invitations',
      field: 'viewer { list: invitations($page) }',
      list: `own invitations ${uuid} `,
      as: 'admin@acme',
    },
  ];
}

/** Asks for a page and tells the cursor at its end and the errors. */
async function page(
  { field, as = 'key@acme' }: List,
  argument: 'after' | 'before' | null,
  cursor = '',
) {
  const size = argument === 'before' ? 'last: 2' : 'first: 2';
  const given = argument === null ? size : `${size}, ${argument}: ${JSON.stringify(cursor)}`;
  const query = `{ ${field.replace(/\$(page|first)/, given).replace(/(list: \w+\([^)]*\))/, '$1 { pageInfo { endCursor } edges { cursor } }')} }`;
  const answer = await world.ask(query, { as });
  const [, end] = /"endCursor":"([^"]+)"/.exec(answer.text) ?? [];
  return { status: answer.status, end, errors: answer.errors, text: answer.text };
}

const sortKeysIn = (cursor: string): SortKeys =>
  JSON.parse(Buffer.from(cursor, 'base64url').subarray(8).toString()) as SortKeys;

describe('a cursor made by somebody who knows how', () => {
  it('is bad input on every list, whatever it holds, and never an error of ours', async () => {
    let tried = 0;
    for (const list of lists()) {
      const { end, errors } = await page(list, null);
      expect({ list: list.name, errors }).toEqual({ list: list.name, errors: undefined });
      expect({ list: list.name, end }).toEqual({ list: list.name, end: expect.any(String) });
      const genuine = sortKeysIn(end ?? '');
      // The forger knows what we do: the genuine cursor comes out the same.
      expect({ list: list.name, cursor: encodeCursor(genuine, list.list) }).toEqual({
        list: list.name,
        cursor: end,
      });
      const keys = genuine.length;
      const forged: unknown[] = [
        null,
        5,
        'text',
        {},
        [],
        [null],
        [[]],
        [5, 5],
        { length: 2 },
        [{}, {}],
        Array.from({ length: keys }, () => null),
        Array.from({ length: keys }, () => ({ a: 1 })),
        Array.from({ length: keys }, () => 'x\u0000y'),
        Array.from({ length: keys }, () => '\ud800'),
        [...genuine, ...genuine],
      ];
      // What a list takes as text it may take; ids, instants and numbers have a form.
      if (/^[0-9a-f-]{36}$/.test(genuine.at(-1) ?? '')) {
        forged.push(genuine.slice(1).concat(genuine.slice(1).length === 0 ? ['x'] : []));
        for (const id of ['', 'x', '0', "'", '0-0', `${genuine.at(-1)}0`, '9'.repeat(500)])
          forged.push([...genuine.slice(0, -1), id]);
      }
      const instants = [
        '',
        'now',
        'infinity',
        '2026',
        '2026-02-31 00:00:00+00',
        '9999999-01-01 00:00:00+00',
      ];
      const numbers = ['', 'NaN', 'Infinity', '1e9999', '-', '9'.repeat(300)];
      const first = list.name.includes('CREATED_AT')
        ? instants
        : list.name.includes('usage')
          ? numbers
          : [];
      forged.push(...first.map((key) => [key, ...genuine.slice(1)]));
      for (const sortKeys of forged) {
        const argument = list.field.includes('$first') || tried++ % 2 === 0 ? 'after' : 'before';
        const answer = await page(list, argument, encodeCursor(sortKeys as SortKeys, list.list));
        const codes = answer.errors?.map((error) => error.extensions.code);
        expect({ list: list.name, sortKeys, status: answer.status, codes }).toEqual({
          list: list.name,
          sortKeys,
          status: 200,
          codes: ['BAD_USER_INPUT'],
        });
        expect(answer.text).not.toMatch(/SQLSTATE|invalid input|syntax|JSON/);
      }
      // Text that ends too early, under a right tag.
      const tag = createHash('sha256').update(`${list.list}\0["`).digest().subarray(0, 8);
      const broken = Buffer.concat([tag, Buffer.from('["')]).toString('base64url');
      expect((await page(list, 'after', broken)).errors?.[0]?.extensions.code).toBe(
        'BAD_USER_INPUT',
      );
    }
  });
});
