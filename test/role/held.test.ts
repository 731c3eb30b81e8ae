/** Roles and scopes of a membership, as one statement reads them for its row and as batches do by its id. */
import { sql, type RawBuilder } from 'kysely';
import { expect } from 'vitest';
import type { Principal } from '../../src/authorization/principal.ts';
import type { Viewer } from '../../src/database/loaders.ts';
import { membershipScopes, scopesOfRow } from '../../src/modules/membership/queries.ts';
import { rolesOfMembership, rolesOfMembershipRow } from '../../src/modules/role/queries.ts';
import { it } from '../setup/fixtures.ts';
import { callerIn } from '../setup/principals.ts';
import type { World } from '../setup/world.ts';

/** Every membership, as the rows of `MembershipRow` have it. */
const MEMBERSHIPS = sql`
  select m.id, m.organization_id, m.user_id, o.lineage
  from memberships as m join organizations as o on o.id = m.organization_id`;

/** Keys with and without the right to read members, a person with each, and one who acts nowhere. */
async function callersIn(world: World): Promise<Principal[]> {
  const [member] = await world.rows(
    sql<{ id: string }>`
      select m.user_id as id from memberships m join organizations o on o.id = m.organization_id
      where o.slug = 'rival' order by m.id limit 1`,
  );
  const user = { id: member?.id ?? '', verifiedEmail: null };
  const manager = await callerIn(world, 'north', 'child_organizations:manage');
  const reader = await callerIn(world, 'north', 'members:read');
  const other = await callerIn(world, 'north', 'usage:read');
  return [
    manager,
    reader,
    other,
    { ...manager, user, isProven: true },
    { ...other, user, isProven: true },
    { ...manager, user: { ...user }, organization: null, isProven: true },
  ];
}

async function count(world: World, { user }: Principal): Promise<number> {
  const [row] = await world.rows(
    sql<{
      own: number;
    }>`select count(*)::int as own from memberships where user_id = ${user?.id ?? null}::uuid`,
  );
  return row?.own ?? NaN;
}

it('are the same for every membership and caller, and nothing for those that the caller may not see', async ({
  world,
}) => {
  const seen: number[] = [];
  for (const principal of await callersIn(world)) {
    const viewer: Viewer = { principal, now: new Date() };
    const ids = sql`array(select id from memberships)`;
    const rolesIn = (from: RawBuilder<unknown>): RawBuilder<unknown> =>
      sql`select r.holder_id, r.key, r.lineage, r.shown_to from ${from} order by r.holder_id, r.built_in desc, r.key, r.id`;
    const byRow = await world.rows(
      rolesIn(
        sql`(${MEMBERSHIPS}) as parent cross join lateral (${rolesOfMembershipRow(viewer)}) as r`,
      ),
    );
    expect(byRow).toEqual(
      await world.rows(rolesIn(sql`(${rolesOfMembership.statement(viewer, ids, null)}) as r`)),
    );
    const scopesIn = (from: RawBuilder<unknown>): RawBuilder<unknown> =>
      sql`select m.id, m.scopes from ${from} as m where m.scopes <> '{}' order by m.id`;
    expect(
      await world.rows(
        scopesIn(
          sql`(select parent.id, ${scopesOfRow(viewer)} as scopes from (${MEMBERSHIPS}) as parent)`,
        ),
      ),
    ).toEqual(await world.rows(scopesIn(sql`(${membershipScopes.statement(viewer, ids, null)})`)));
    const holders = new Set(byRow.map((row) => (row as { holder_id: string }).holder_id));
    seen.push(holders.size - (await count(world, principal)));
  }
  const [all] = await world.rows(sql<{ of: number }>`select count(*)::int as of from memberships`);
  const [manager, reader, other] = seen;
  expect(manager).toBeGreaterThan(reader ?? NaN);
  expect(reader).toBeGreaterThan(0);
  expect(manager).toBeLessThan(all?.of ?? NaN);
  // Those who read no members see their own memberships, wherever these are.
  expect([other, ...seen.slice(3)]).toEqual([0, manager, 0, 0]);
});
