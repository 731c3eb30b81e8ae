/** What the audit log can be filtered by, in both forms. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBothForms, type BothForms } from '../setup/both-forms.ts';
import { missingId, type World } from '../setup/world.ts';

let forms: BothForms;
let world: World;
const uuidOf = (id: string): string =>
  id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

beforeAll(async () => {
  forms = await createBothForms();
  ({ world } = forms);
  const ada = uuidOf(world.person('admin@north'));
  const events: [slug: 'north' | 'shop-1', day: number, actor: string | null, target: string][] = [
    ['north', 1, ada, world.org('north')],
    ['north', 2, null, world.org('north')],
    ['shop-1', 3, ada, world.org('shop-1')],
    ['shop-1', 4, null, world.person('user@shop-1')],
    ['north', 5, ada, world.person('user@shop-1')],
  ];
  for (const [slug, day, actor, target] of events) {
    const at = new Date(Date.UTC(2026, 5, day));
    await sql`insert into audit_events (id, at, action, actor_kind, actor_user_id, organization_id, target_type, target_id, request_id)
      values (uuidv7(${at}::timestamptz - now()), ${at}, ${`day ${day}`}, ${actor ? 'SESSION' : 'API_KEY'}, ${actor}, ${world.uuid(slug)}, 'Any', ${target}, 'r')`.execute(
      world.db,
    );
  }
});
afterAll(() => world.close());

const days = async (args: string): Promise<string> => {
  const { organization } = await forms.read<{
    organization: { auditLog: { totalCount: number; nodes: { action: string }[] } };
  }>(`{ organization { auditLog(${args}) { totalCount nodes { action } } } }`, {
    as: 'key@north',
  });
  expect(organization.auditLog.totalCount).toBe(organization.auditLog.nodes.length);
  return organization.auditLog.nodes.map(({ action }) => action.slice(4)).join(' ');
};
const day = (n: number): string => `"2026-06-0${n}T00:00:00Z"`;

describe('The audit log', () => {
  it('is read from one instant up to another, the second not included', async () => {
    expect(await days(`from: ${day(1)}, to: ${day(5)}`)).toBe('2 1');
    expect(await days(`from: ${day(2)}`)).toBe('5 2');
    expect(await days(`to: ${day(2)}`)).toBe('1');
    expect(await days(`includeDescendants: true, from: ${day(2)}, to: ${day(5)}`)).toBe('4 3 2');
    expect(await days('to: "0001-01-02T00:00:00Z"')).toBe('');
    expect(await days('from: "9999-12-31T00:00:00Z"')).toBe('');
    expect(await days('from: "2026-06-02T00:00:00.001Z", to: "2026-06-05T00:00:00.001Z"')).toBe(
      '5',
    );
  });

  it('is read by the person who acted', async () => {
    const actor = `actor: "${world.person('admin@north')}"`;
    expect(await days(actor)).toBe('5 1');
    expect(await days(`${actor}, includeDescendants: true`)).toBe('5 3 1');
    expect(await days(`${actor}, includeDescendants: true, to: ${day(4)}`)).toBe('3 1');
    expect(await days(`actor: "${world.person('admin@acme')}"`)).toBe('');
  });

  it('is read by what was acted on', async () => {
    const target = `target: "${world.person('user@shop-1')}"`;
    expect(await days(target)).toBe('5');
    expect(await days(`${target}, includeDescendants: true`)).toBe('5 4');
    expect(await days(`target: "${missingId('Role')}", includeDescendants: true`)).toBe('');
  });

  it('is found behind more events than the latest of the tree', async () => {
    await sql`insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id)
      select 'noise', 'API_KEY', ${world.uuid('south')}, 'Any', 'x', 'r' from generate_series(1, 1100)`.execute(
      world.db,
    );
    const actor = `actor: "${world.person('admin@north')}"`;
    expect(await days(`${actor}, includeDescendants: true`)).toBe('5 3 1');
    expect(await days(`includeDescendants: true, from: ${day(2)}, to: ${day(5)}`)).toBe('4 3 2');
  });

  it.each([
    [`from: ${day(2)}, to: ${day(2)}`, 'to'],
    [`actor: "${missingId('Organization')}"`, 'actor'],
    ['actor: "nobody"', 'actor'],
    ['target: "something"', 'target'],
  ])('refuses %s', async (args, argument) => {
    const [error] = await forms.refused(`{ organization { auditLog(${args}) { totalCount } } }`, {
      as: 'key@north',
    });
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });
});
