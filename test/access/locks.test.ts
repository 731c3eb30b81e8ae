/** What a change holds while it is made, seen by others; and what it notices that was taken away before its locks. */
import { sql, type RawBuilder } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sealingWith } from '../../src/command/sealing.ts';
import { runCommand, appendInSubtree, type CommandRequest } from '../../src/command/run.ts';
import type { Principal } from '../../src/authorization/principal.ts';
import type { Scope } from '../../src/authorization/scopes.ts';
import { RequestError } from '../../src/errors.ts';
import { organizationOfRow } from '../../src/command/find-organization.ts';
import { lockInvitation } from '../../src/modules/invitation/locks.ts';
import { MAIL_LIMITS, createWorld, insertInvitation, type World } from '../setup/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const SCOPES: Scope[] = ['child_organizations:manage', 'members:manage', 'roles:manage'];

async function id(statement: RawBuilder<{ id: string }>): Promise<string> {
  const [row] = await world.rows(statement);
  if (!row) throw new RangeError('the statement gave no row');
  return row.id;
}

function requestOf(principal: Principal): CommandRequest {
  return {
    db: world.db,
    principal,
    now: new Date(),
    requestId: 'locks',
    organizationHeader: 'X-Organization',
    settings: { invitationDays: 7, retentionDays: 30, mailLimits: MAIL_LIMITS },
    sealing: sealingWith(null),
  };
}

const north = () => ({
  id: world.uuid('north'),
  lineage: [world.uuid('acme'), world.uuid('north')],
  scopes: new Set<string>(SCOPES),
});

/** A key of north. */
async function key(): Promise<{ id: string; request: CommandRequest }> {
  const keyId = await id(sql`
    insert into api_keys (organization_id, name, secret_hash, preview, scopes)
    values (${world.uuid('north')}, 'k', ${Buffer.alloc(32)}, 'ak', ${SCOPES}::text[]) returning id`);
  const credential = { kind: 'API_KEY', id: keyId, name: 'k', expiresAt: null } as const;
  return { id: keyId, request: requestOf({ credential, user: null, organization: north() }) };
}

/** A member of north whose only role is north's own. */
async function member() {
  const [row] = await world.rows(sql<{
    user: string;
    membership: string;
    token: string;
    role: string;
  }>`
    with role as (insert into roles (key, name, scopes) values ('lead', 'Lead', ${SCOPES}::text[]) returning id, key),
      own as (insert into organization_roles (role_id, key, organization_id) select id, key, ${world.uuid('north')} from role)
    select u.id as "user", m.id as membership, t.id as token, (select id from role) as role
    from users u join personal_access_tokens t on t.user_id = u.id join memberships m on m.user_id = u.id
    where u.email = 'viewer@north.example'`);
  if (!row) throw new RangeError('there is no member');
  await sql`delete from membership_roles where membership_id = ${row.membership}`.execute(world.db);
  await sql`insert into membership_roles (membership_id, role_id) values (${row.membership}, ${row.role})`.execute(
    world.db,
  );
  const principal: Principal = {
    credential: { kind: 'PERSONAL_ACCESS_TOKEN', id: row.token, name: null, expiresAt: null },
    user: { id: row.user, verifiedEmail: null },
    organization: north(),
  };
  return { ...row, request: requestOf(principal) };
}

/** Whether somebody else could change the row now. */
async function isFree(table: string, rowId: string): Promise<boolean> {
  const { rows } =
    await sql`select id from ${sql.table(table)} where id = ${rowId} for no key update skip locked`.execute(
      world.db,
    );
  return rows.length === 1;
}

/** Which lock of north's tree somebody else could take now. */
async function treeLock(): Promise<'any' | 'shared' | 'none'> {
  return world.db.transaction().execute(async (tx) => {
    const take = async (name: string): Promise<boolean> => {
      const { rows } = await sql<{
        taken: boolean;
      }>`select ${sql.raw(name)}(tree_lock_key(${world.uuid('acme')}::uuid)) as taken`.execute(tx);
      return rows[0]?.taken ?? false;
    };
    if (await take('pg_try_advisory_xact_lock')) return 'any';
    return (await take('pg_try_advisory_xact_lock_shared')) ? 'shared' : 'none';
  });
}

const attempt = (slug: 'north' | 'shop-1', more: object = {}) => ({
  action: 'test',
  target: { type: 'Organization', id: world.uuid(slug) } as const,
  on: world.uuid(slug),
  scope: 'roles:manage' as const,
  ...more,
});

describe('while a change is made', () => {
  it('nobody changes its organization, moves its tree, or revokes the key that it rests on', async () => {
    const { id: keyId, request } = await key();
    const done = await runCommand(request, attempt('shop-1'), async () => ({
      organization: await isFree('organizations', world.uuid('shop-1')),
      above: await isFree('organizations', world.uuid('north')),
      key: await isFree('api_keys', keyId),
      tree: await treeLock(),
    }));
    expect(done).toEqual({ organization: false, above: true, key: false, tree: 'shared' });
  });

  it('nobody revokes the token, removes the membership or changes the role that it rests on', async () => {
    const { token, membership, role, request } = await member();
    const done = await runCommand(request, attempt('shop-1'), async () => ({
      token: await isFree('personal_access_tokens', token),
      membership: await isFree('memberships', membership),
      role: await isFree('roles', role),
    }));
    expect(done).toEqual({ token: false, membership: false, role: false });
  });

  it('that holds for everything below, nothing else in the tree is changed', async () => {
    const { request } = await key();
    expect(
      await runCommand(request, attempt('shop-1', { wholeTree: true }), async () => ({
        tree: await treeLock(),
      })),
    ).toEqual({
      tree: 'none',
    });
  });

  it('by a person for their own sake, nothing else of theirs is changed', async () => {
    const { user, token, request } = await member();
    const target = { type: 'User', id: user } as const;
    const done = await runCommand(request, { action: 'test', target }, async () => ({
      user: await isFree('users', user),
      token: await isFree('personal_access_tokens', token),
    }));
    expect(done).toEqual({ user: false, token: false });
  });

  it('that records usage, the tree is not moved and the key not revoked, and organizations stay free', async () => {
    const { id: keyId, request } = await key();
    const done = await appendInSubtree(request, async () => ({
      organization: await isFree('organizations', world.uuid('north')),
      key: await isFree('api_keys', keyId),
      tree: await treeLock(),
    }));
    expect(done).toEqual({ organization: true, key: false, tree: 'shared' });
  });

  it('anywhere in the tree, a suspension waits for it', async () => {
    const suspend = (): Promise<string> =>
      world
        .ask(
          `mutation { suspendOrganization(input: { id: "${world.org('north')}" }) { __typename } }`,
          { as: 'admin@acme' },
        )
        .then(({ text }) => text);
    const waiting = async (): Promise<boolean> => {
      const { rows } = await sql`
        select from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and not l.granted and d.datname = current_database()`.execute(
        world.db,
      );
      return rows.length > 0;
    };
    const suspension = await world.db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock_shared(tree_lock_key(${world.uuid('acme')}::uuid))`.execute(
        tx,
      );
      const suspended = suspend();
      const state = { ended: false };
      const watched = suspended.finally(() => (state.ended = true));
      while (!state.ended && !(await waiting()))
        await new Promise((resolve) => setImmediate(resolve));
      expect(state.ended).toBe(false);
      return { watched };
    });
    expect(await suspension.watched).toContain('SuspendOrganizationPayload');
  });

  it('to an invitation that is answered, nobody else answers it', async () => {
    const invitation = await insertInvitation(
      world,
      world.uuid('north'),
      'x@x.example',
      Buffer.alloc(32, 1),
    );
    const free = await world.db.transaction().execute(async (tx) => {
      await lockInvitation(tx, invitation);
      return isFree('invitations', invitation);
    });
    expect(free).toBe(false);
  });
});

describe('before a change is made', () => {
  it('of an invitation elsewhere, nothing is found that could be locked', async () => {
    const { principal } = (await key()).request;
    const find = async (slug: 'rival' | 'acme' | 'shop-1') =>
      organizationOfRow(
        'invitations',
        await insertInvitation(
          world,
          world.uuid(slug),
          `${slug}@x.example`,
          Buffer.alloc(32, slug),
        ),
        'members:read',
      )(world.db, principal);
    expect(await find('rival')).toBeNull();
    expect(await find('acme')).toBeNull();
    expect(await find('shop-1')).toBe(world.uuid('shop-1'));
  });

  it('of an organization elsewhere, nothing is waited for, and so nothing locked', async () => {
    const { request } = await key();
    await world.db.transaction().execute(async (tx) => {
      await sql`select from organizations where slug in ('acme', 'rival') for no key update`.execute(
        tx,
      );
      for (const slug of ['acme', 'rival'] as const) {
        const state = { ended: false };
        const change = runCommand(request, { ...attempt('shop-1'), on: world.uuid(slug) }, () =>
          Promise.resolve({}),
        ).finally(() => (state.ended = true));
        const refused = expect(change).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
        while (!state.ended && !(await isWaiting()))
          await new Promise((resolve) => setImmediate(resolve));
        expect(state.ended).toBe(true);
        await refused;
      }
    });
  });
});

/** What a change answers when something is taken away after its target was found and before its locks are held. */
async function refusalAfter(
  request: CommandRequest,
  takeAway: RawBuilder<unknown>,
  slug: 'north' | 'shop-1' = 'shop-1',
): Promise<string> {
  let made = false;
  const on = async (): Promise<string> => {
    await takeAway.execute(world.db);
    return world.uuid(slug);
  };
  const change = (): Promise<object> => Promise.resolve({ made: (made = true) });
  const code = await runCommand(request, { ...attempt(slug), on }, change).then(
    () => 'done',
    (error: unknown) =>
      error instanceof RequestError ? String(error.extensions['code']) : String(error),
  );
  expect(made).toBe(code === 'done');
  return code;
}

describe('a change is refused that began before', () => {
  it('nothing was taken away, it is made: so the refusals below are no accident', async () => {
    expect(await refusalAfter((await key()).request, sql`select 1`)).toBe('done');
    expect(await refusalAfter((await member()).request, sql`select 1`)).toBe('done');
  });

  it('its key was revoked or expired', async () => {
    const revoked = await key();
    expect(
      await refusalAfter(
        revoked.request,
        sql`update api_keys set revoked_at = now() where id = ${revoked.id}`,
      ),
    ).toBe('UNAUTHENTICATED');
    const expired = await key();
    expect(
      await refusalAfter(
        expired.request,
        sql`update api_keys set expires_at = now() - interval '1 s' where id = ${expired.id}`,
      ),
    ).toBe('UNAUTHENTICATED');
  });

  it('its token was revoked or expired', async () => {
    const { token, request } = await member();
    const set = (change: RawBuilder<unknown>) =>
      sql`update personal_access_tokens set ${change} where id = ${token}`;
    expect(await refusalAfter(request, set(sql`revoked_at = now()`))).toBe('UNAUTHENTICATED');
    expect(
      await refusalAfter(request, set(sql`revoked_at = null, expires_at = now() - interval '1 s'`)),
    ).toBe('UNAUTHENTICATED');
    expect(await refusalAfter(request, set(sql`expires_at = null`))).toBe('done');
  });

  it('its person was removed, or their role lost the scope', async () => {
    const { membership, role, request } = await member();
    expect(
      await refusalAfter(
        request,
        sql`update roles set scopes = '{child_organizations:manage}' where id = ${role}`,
        'north',
      ),
    ).toBe('FORBIDDEN');
    expect(await refusalAfter(request, sql`delete from memberships where id = ${membership}`)).toBe(
      'NOT_FOUND',
    );
  });

  it('its person was removed from the very organization that it changes, and they are told as much as a stranger', async () => {
    const { membership, request } = await member();
    expect(
      await refusalAfter(request, sql`delete from memberships where id = ${membership}`, 'north'),
    ).toBe('NOT_FOUND');
  });

  it('the acting organization was suspended or deleted', async () => {
    const { request } = await key();
    expect(
      await refusalAfter(
        request,
        sql`update organizations set status = 'SUSPENDED' where slug = 'acme'`,
      ),
    ).toBe('FORBIDDEN');
    await sql`update organizations set status = 'ACTIVE' where slug = 'acme'`.execute(world.db);
    const away = sql`update organizations set status = 'DELETED', deleted_at = now() where slug = 'north'`;
    expect(await refusalAfter(request, away)).toBe('UNAUTHENTICATED');
  });

  it('its organization was moved out of reach or deleted', async () => {
    const { request } = await key();
    expect(
      await refusalAfter(
        request,
        sql`update organizations set parent_id = ${world.uuid('south')} where slug = 'shop-1'`,
      ),
    ).toBe('NOT_FOUND');
    await sql`update organizations set parent_id = ${world.uuid('north')} where slug = 'shop-1'`.execute(
      world.db,
    );
    const away = sql`update organizations set status = 'DELETED', deleted_at = now() where slug = 'shop-1'`;
    expect(await refusalAfter(request, away)).toBe('NOT_FOUND');
  });

  it('its person’s own token was revoked, where they act for their own sake', async () => {
    const { user, token, request } = await member();
    const on = async (): Promise<null> => {
      await sql`update personal_access_tokens set revoked_at = now() where id = ${token}`.execute(
        world.db,
      );
      return null;
    };
    const made = runCommand(
      request,
      { action: 'test', target: { type: 'User', id: user }, on },
      () => Promise.resolve({}),
    );
    await expect(made).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });

  it('its key was revoked, where usage is recorded', async () => {
    const { id: keyId, request } = await key();
    await sql`update api_keys set revoked_at = now() where id = ${keyId}`.execute(world.db);
    await expect(appendInSubtree(request, () => Promise.resolve({}))).rejects.toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });
});

/** Whether a change waits for a lock of its organization, which somebody else holds. */
async function isWaiting(): Promise<boolean> {
  const waiting = await world.rows(sql`
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like '%lock_organization(%'`);
  return waiting.length > 0;
}

/** What a change answers when something is taken away while it waits for its locks, which somebody else holds. */
async function refusalWhileWaiting(
  request: CommandRequest,
  hold: RawBuilder<unknown>,
  takeAway: RawBuilder<unknown>,
  slug: 'north' | 'shop-1' = 'shop-1',
): Promise<string> {
  const state = { ended: false };
  const change = await world.db.transaction().execute(async (tx) => {
    await hold.execute(tx);
    const code = runCommand(request, attempt(slug), () => Promise.resolve({}))
      .then(
        () => 'done',
        (error: unknown) =>
          error instanceof RequestError ? String(error.extensions['code']) : String(error),
      )
      .finally(() => (state.ended = true));
    while (!state.ended && !(await isWaiting()))
      await new Promise((resolve) => setImmediate(resolve));
    expect(state.ended).toBe(false);
    await takeAway.execute(tx);
    return { code };
  });
  return change.code;
}

describe('a change is refused that waited for its locks while', () => {
  const target = sql`select from organizations where slug = 'shop-1' for no key update`;

  it('nothing was taken away, it is made: so the refusals below are no accident', async () => {
    for (const { request } of [await key(), await member()])
      expect(await refusalWhileWaiting(request, target, sql`select 1`)).toBe('done');
  });

  it('its key was revoked', async () => {
    const { id: keyId, request } = await key();
    const revoke = sql`update api_keys set revoked_at = now() where id = ${keyId}`;
    expect(await refusalWhileWaiting(request, target, revoke)).toBe('UNAUTHENTICATED');
  });

  it('its token was revoked', async () => {
    const { token, request } = await member();
    const revoke = sql`update personal_access_tokens set revoked_at = now() where id = ${token}`;
    expect(await refusalWhileWaiting(request, target, revoke)).toBe('UNAUTHENTICATED');
  });

  it('its person was removed, or got another role, or their role lost the scope', async () => {
    const { membership, role, request } = await member();
    const demote = sql`update roles set scopes = '{usage:read}' where id = ${role}`;
    expect(await refusalWhileWaiting(request, target, demote)).toBe('NOT_FOUND');
    const restore = sql`update roles set scopes = ${SCOPES}::text[] where id = ${role}`;
    expect(await refusalWhileWaiting(request, target, restore)).toBe('done');
    const take = sql`delete from membership_roles where membership_id = ${membership}`;
    expect(await refusalWhileWaiting(request, target, take)).toBe('NOT_FOUND');
    const remove = sql`delete from memberships where id = ${membership}`;
    expect(await refusalWhileWaiting(request, target, remove)).toBe('NOT_FOUND');
  });

  it('the acting organization, or one above, was suspended', async () => {
    const suspend = sql`update organizations set status = 'SUSPENDED' where slug = 'acme'`;
    for (const { request } of [await key(), await member()])
      expect(await refusalWhileWaiting(request, target, suspend)).toBe('FORBIDDEN');
  });

  it('its target was moved out of reach, or the acting organization elsewhere', async () => {
    const { request } = await key();
    const tree = sql`select pg_advisory_xact_lock(tree_lock_key(${world.uuid('acme')}::uuid))`;
    const away = sql`update organizations set parent_id = ${world.uuid('south')} where slug = 'shop-1'`;
    expect(await refusalWhileWaiting(request, tree, away)).toBe('NOT_FOUND');
    const along = sql`update organizations set parent_id = ${world.uuid('south')} where slug = 'north'`;
    expect(await refusalWhileWaiting(request, tree, along, 'north')).toBe('done');
  });
});
