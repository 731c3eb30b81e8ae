import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealAuditLog, startSealing } from '../../src/modules/audit/seal.ts';
import { verifyAuditLog } from '../../src/modules/audit/verify.ts';
import type { Database } from '../../src/database/connect.ts';
import { tokenHash } from '../../src/authentication/secret.ts';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import {
  AuditLogDocument,
  CreatePersonalAccessTokenDocument,
  CreateRoleDocument,
} from '../generated/graphql.ts';
import {
  code,
  createWorld,
  insertInvitation,
  insertUser,
  type Caller,
  type Slug,
  type World,
} from '../setup/world.ts';
import { insertApiKey, insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

let made = 0;
const createRole = (as: Caller, slug: Slug, headers?: Record<string, string>) =>
  world.query(
    CreateRoleDocument,
    { input: { organizationId: world.org(slug), key: `trail_${++made}`, name: 'T', scopes: [] } },
    { as, ...(headers ? { headers } : {}) },
  );
const log = async (as: Caller, id: string | null = null, includeDescendants = false) =>
  (await world.query(AuditLogDocument, { id, includeDescendants, first: 5 }, { as })).data
    ?.organization?.auditLog;

describe('the audit log', () => {
  it('tells who did what, from where, on what, with the request id', async () => {
    await createRole('admin@acme', 'shop-1', { 'x-request-id': 'request-of-mine' });
    const seenAbove = await log('admin@acme', world.org('shop-1'));
    expect(seenAbove?.nodes[0]).toEqual({
      action: 'createRole',
      actor: {
        kind: 'PERSONAL_ACCESS_TOKEN',
        apiKeyName: null,
        user: { email: 'admin@acme.example' },
      },
      actingOrganization: { slug: 'acme' },
      organization: { slug: 'shop-1' },
      viaAncestor: true,
      targetType: 'Role',
      targetId: expect.stringMatching(/^rol_/),
      before: null,
      after: { key: 'trail_1', name: 'T', scopes: [], description: null },
      refusal: null,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('shows a child who above acted, by name, and nothing else of those above', async () => {
    const seenBelow = await log('admin@shop-1');
    expect(seenBelow?.nodes[0]).toMatchObject({
      actor: { user: { email: 'admin@acme.example' } },
      actingOrganization: null,
      viaAncestor: true,
    });
    expect(JSON.stringify(seenBelow)).not.toContain(world.org('acme'));
  });

  it('pages the whole subtree, newest first, as far as the caller may read', async () => {
    await createRole('admin@north', 'north');
    await createRole('admin@north', 'kiosk');
    expect(
      (await log('admin@north', null, true))?.nodes
        .map((node) => node.organization.slug)
        .slice(0, 2),
    ).toEqual(['kiosk', 'north']);
    expect(await log('viewer@north', null, true)).toBeNull();
    expect(
      (await log('viewer@north', null))?.nodes.every((node) => node.organization.slug === 'north'),
    ).toBe(true);
    expect(code(await world.query(AuditLogDocument, { id: null }, { as: 'user@shop-1' }))).toBe(
      'FORBIDDEN',
    );
  });

  it('tells of an attempt on a foreign organization where it came from, and not where it was aimed', async () => {
    const before = await log('admin@rival');
    await createRole('admin@north', 'rival');
    expect((await log('admin@rival'))?.totalCount).toBe(before?.totalCount);
    expect((await log('admin@north'))?.nodes[0]).toMatchObject({
      action: 'createRole',
      refusal: 'NOT_FOUND',
      organization: { slug: 'north' },
      targetType: 'Organization',
      targetId: world.org('rival'),
      after: null,
    });
  });

  it('tells of an answer to an invitation elsewhere where the caller acts, and not where it would lead', async () => {
    const token = createInvitationToken();
    await insertInvitation(world, world.uuid('north'), 'somebody@x.example', tokenHash(token));
    const document =
      'mutation ($token: String!) { acceptInvitation(input: { token: $token }) { __typename } }';
    const answer = await world.ask(document, { as: 'admin@rival' }, { token });
    expect(answer.data).toEqual({ acceptInvitation: { __typename: 'InvitationInvalidError' } });
    const places = await world.rows(sql`
      select o.slug from audit_events e join organizations o on o.id = e.organization_id where e.action = 'acceptInvitation'`);
    expect(places).toEqual([{ slug: 'rival' }]);
  });

  it('is written in the transaction of what it tells of: neither is without the other', async () => {
    const broken = sql`create function fail_audit() returns trigger language plpgsql as $$ begin raise exception 'out of order'; end $$`;
    await broken.execute(world.db);
    await sql`create trigger fail_audit before insert on audit_events for each row execute function fail_audit()`.execute(
      world.db,
    );
    const key = `trail_${made + 1}`;
    expect(code(await createRole('admin@north', 'north'))).toBe('INTERNAL_SERVER_ERROR');
    await sql`drop trigger fail_audit on audit_events`.execute(world.db);
    expect(await world.rows(sql`select from roles where key = ${key}`)).toEqual([]);
  });

  it('keeps what a person does about its own tokens without any organization', async () => {
    const user = await insertUser(world, 'alone@x.example');
    const token = await insertPersonalAccessToken(world.db, user, 'x');
    await world.query(CreatePersonalAccessTokenDocument, { input: { name: 'second' } }, { token });
    const rows = await world.rows(
      sql`select action, after ->> 'name' as name from account_events where actor_user_id = ${user}`,
    );
    expect(rows).toEqual([{ action: 'createPersonalAccessToken', name: 'second' }]);
  });
});

/** Lets somebody at the log who can get around everything, and undoes it; `undo` undoes a part. */
async function tampering(
  work: (tx: Database, undo: (part: () => Promise<void>) => Promise<void>) => Promise<void>,
): Promise<void> {
  const undone = new RangeError('undone');
  await world.db
    .transaction()
    .execute(async (tx) => {
      await sql`alter table audit_events disable trigger user`.execute(tx);
      await work(tx, async (part) => {
        await sql`savepoint part`.execute(tx);
        await part();
        await sql`rollback to savepoint part`.execute(tx);
      });
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
}

describe('the trail', () => {
  it('can only be added to', async () => {
    await sealAuditLog(world.db);
    for (const table of ['audit_events', 'account_events', 'audit_chains']) {
      for (const statement of [
        sql`delete from ${sql.table(table)}`,
        sql`truncate ${sql.table(table)} cascade`,
        sql`update ${sql.table(table)} set hash = ''`,
      ])
        await expect(statement.execute(world.db)).rejects.toMatchObject({ code: '42501' });
    }
    await expect(
      sql`insert into audit_chains (id) values (uuidv7())`.execute(world.db),
    ).rejects.toMatchObject({ code: '42501' });
  });

  it('is numbered without gaps in each tree, and every event seals the one before it', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => createRole('key@acme', n % 2 ? 'south' : 'depot')),
    );
    const { events, broken } = await verifyAuditLog(world.db);
    expect(events).toBeGreaterThan(20);
    expect(broken).toBe(0);
    const chains = await world.rows(
      sql<{
        whole: boolean;
      }>`select max(sequence) = count(*) as whole from audit_events group by chain_id`,
    );
    expect(chains.every(({ whole }) => whole)).toBe(true);
  });

  it('shows where somebody with the power to get around all this changed, took out or cut off events', async () => {
    const [chain] = await world.rows(
      sql<{ id: string }>`select lineage[1] as id from organizations where slug = 'acme'`,
    );
    await sealAuditLog(world.db);
    const tamper = async (statement: ReturnType<typeof sql>): Promise<number> => {
      let broken = 0;
      await tampering(async (tx) => {
        await statement.execute(tx);
        ({ broken } = await verifyAuditLog(tx));
      });
      return broken;
    };
    expect(
      await tamper(
        sql`update audit_events set after = '{"key": "other"}' where chain_id = ${chain?.id} and sequence = 2`,
      ),
    ).toBe(1);
    expect(
      await tamper(
        sql`update audit_events set actor_user_id = uuidv7() where chain_id = ${chain?.id} and sequence = 2`,
      ),
    ).toBe(1);
    expect(
      await tamper(sql`delete from audit_events where chain_id = ${chain?.id} and sequence = 3`),
    ).toBe(1);
    expect(
      await tamper(
        sql`delete from audit_events where chain_id = ${chain?.id} and sequence = (select max(sequence) from audit_events where chain_id = ${chain?.id})`,
      ),
    ).toBe(1);
    // Whoever also mends the seal of the event breaks that of the next.
    expect(
      await tamper(sql`
        update audit_events e set after = '{}', hash = audit_hash(
          (select before.hash from audit_events before where before.chain_id = e.chain_id and before.sequence = 1),
          jsonb_populate_record(e, '{"after": {}}'))
        where e.chain_id = ${chain?.id} and e.sequence = 2`),
    ).toBe(1);
    expect((await verifyAuditLog(world.db)).broken).toBe(0);
  });

  it('is verified in pieces, and what is wrong at the border of two is found in all sizes', async () => {
    const chain = world.uuid('acme');
    const count = (await verifyAuditLog(world.db)).events;
    const swapped = sql`
      update audit_events e set sequence = 5 - e.sequence where e.chain_id = ${chain} and e.sequence in (2, 3)`;
    const taken = sql`delete from audit_events where chain_id = ${chain} and sequence = 3`;
    const changed = sql`update audit_events set request_id = 'x' where chain_id = ${chain} and sequence = 3`;
    const last = sql`
      delete from audit_events where chain_id = ${chain} and sequence = (select max(sequence) from audit_events where chain_id = ${chain})`;
    await tampering(async (tx, undo) => {
      for (const pieceRows of [1, 2, 3, 4, count, count + 1]) {
        expect(await verifyAuditLog(tx, { pieceRows })).toMatchObject({ events: count, broken: 0 });
        for (const [statement, broken] of [
          [swapped, 3],
          [taken, 1],
          [changed, 1],
          [last, 1],
        ] as const) {
          await undo(async () => {
            // A unique key in the way of the exchange would be in nobody's way who can do all this.
            await sql`alter table audit_events drop constraint audit_events_chain_key`.execute(tx);
            await statement.execute(tx);
            expect(await verifyAuditLog(tx, { pieceRows })).toMatchObject({ broken });
          });
        }
      }
    });
  });

  it('is verified from where an earlier check ended', async () => {
    const positions: string[] = [];
    const all = await verifyAuditLog(world.db, {
      pieceRows: 3,
      onProgress: ({ position }) => positions.push(position),
    });
    expect(positions.length).toBeGreaterThan(all.events / 3);
    let events = 0;
    for (const [index, position] of positions.entries()) {
      const rest = await verifyAuditLog(world.db, { after: position, pieceRows: 5 });
      expect(rest.broken).toBe(0);
      if (index === 0) events = rest.events;
      expect(rest.events).toBeLessThanOrEqual(events);
      events = rest.events;
    }
    expect(events).toBe(0);
    // An event that is missing from where the check goes on is found by it.
    const [, chain = '', number = ''] = positions[0]?.split('/') ?? [];
    await tampering(async (tx) => {
      await sql`delete from audit_events where chain_id = ${chain} and sequence = ${number}`.execute(
        tx,
      );
      expect((await verifyAuditLog(tx, { after: positions[0] })).broken).toBe(1);
    });
    for (const after of ['x', 'events/1/1', `tables/${chain}/1`, `events/${chain}/-1`])
      await expect(verifyAuditLog(world.db, { after })).rejects.toThrow(
        `${after} is no position in the audit log`,
      );
  });

  it('means the same whatever the time zone of the session that checks', async () => {
    await world.db.transaction().execute(async (tx) => {
      await sql`set local timezone to 'Asia/Kathmandu'`.execute(tx);
      expect((await verifyAuditLog(tx)).broken).toBe(0);
    });
  });
});

describe('Seals', () => {
  interface Event {
    id: string;
    key: string;
    organization_id: string;
    position: string;
    sequence: number | null;
  }
  const events = (key = 'trail_%'): Promise<Event[]> =>
    world.rows(sql<Event>`
      select id, after ->> 'key' as key, organization_id, position, sequence::int as sequence from audit_events
      where chain_id = ${world.uuid('acme')} and after ->> 'key' like ${key} order by position`);
  /** A change that is not committed before `finish` is called. */
  const openChange = async (slug: Slug, key: string): Promise<() => Promise<void>> => {
    const { promise: appended, resolve: append } = Promise.withResolvers<undefined>();
    const { promise: ending, resolve: end } = Promise.withResolvers<undefined>();
    const change = world.db.transaction().execute(async (tx) => {
      await sql`
        insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id, after)
        values ('createRole', 'API_KEY', ${world.uuid(slug)}, 'Role', 'x', 'r', jsonb_build_object('key', ${key}::text))`.execute(
        tx,
      );
      append(undefined);
      await ending;
    });
    await Promise.race([appended, change]);
    return async () => {
      end(undefined);
      await change;
    };
  };

  it('follow by themselves, while the event can be read from the beginning', async () => {
    await sealAuditLog(world.db);
    await createRole('key@acme', 'south');
    const key = `trail_${made}`;
    expect((await log('key@acme', world.org('south')))?.nodes[0]?.after).toMatchObject({ key });
    expect(await events(key)).toMatchObject([{ sequence: null }]);
    const stop = startSealing(world.gatewayDb, createLogger('silent'));
    await expect
      .poll(() => events(key), { timeout: 10_000, interval: 20 })
      .toMatchObject([{ sequence: expect.any(Number) }]);
    await stop();
  });

  it('let changes of one tree overlap, and number them without a gap in whatever order they end', async () => {
    await sealAuditLog(world.db);
    const finish = await openChange('south', 'trail_open');
    // The end of the chain would be locked by the open change if events were sealed by their own changes.
    await createRole('key@acme', 'north');
    const overlapping = `trail_${made}`;
    expect(await sealAuditLog(world.gatewayDb)).toBe(1);
    const [sealed] = await events(overlapping);
    expect(sealed?.sequence).toEqual(expect.any(Number));
    await finish();
    expect(await sealAuditLog(world.gatewayDb)).toBe(1);
    const [open] = await events('trail_open');
    expect(Number(open?.position)).toBeLessThan(Number(sealed?.position));
    expect(open?.sequence).toBe((sealed?.sequence ?? NaN) + 1);
    expect((await verifyAuditLog(world.db)).broken).toBe(0);
  });

  it('number what depends on each other in its order, by several sealers and in batches of any size', async () => {
    const done = new AbortController();
    const sealer = async (batch: number): Promise<void> => {
      while (!done.signal.aborted) await sealAuditLog(world.gatewayDb, batch);
    };
    const sealers = [1, 2, 7].map(sealer);
    const slugs: Slug[] = ['south', 'depot', 'north'];
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => createRole('key@acme', slugs[n % 3] ?? 'south')),
    );
    done.abort();
    await Promise.all(sealers);
    expect((await verifyAuditLog(world.db)).broken).toBe(0);
    const all = await events();
    expect(all.length).toBeGreaterThan(12);
    for (const slug of slugs) {
      // Changes of one organization wait for each other.
      const numbers = all
        .filter((event) => event.organization_id === world.uuid(slug))
        .map((event) => event.sequence ?? NaN);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
    const [{ whole } = { whole: false }] = await world.rows(sql<{ whole: boolean }>`
      select max(sequence) = count(*) and min(sequence) = 1 as whole from audit_events where chain_id = ${world.uuid('acme')}`);
    expect(whole).toBe(true);
  });

  it('change nothing but the number and the hash, once', async () => {
    await createRole('key@acme', 'south');
    const [waiting] = await events(`trail_${made}`);
    await sealAuditLog(world.db);
    await createRole('key@acme', 'south');
    const [unsealed] = await events(`trail_${made}`);
    for (const [event, change] of [
      [waiting, sql`sequence = 1, hash = ''`],
      [unsealed, sql`sequence = 1, hash = '', action = 'other'`],
      [unsealed, sql`position = 1`],
    ] as const)
      await expect(
        world.db.transaction().execute(async (tx) => {
          await sql`set local banyan.sealing = 'on'`.execute(tx);
          await sql`update audit_events set ${change} where id = ${event?.id}`.execute(tx);
        }),
      ).rejects.toMatchObject({ code: '42501' });
    // A gateway cannot choose its numbers either.
    await sql`
      insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id, sequence, hash, position, chain_id, after)
      values ('createRole', 'API_KEY', ${world.uuid('south')}, 'Role', 'x', 'r', 1, '', 1, uuidv7(), '{"key": "trail_chosen"}')`.execute(
      world.gatewayDb,
    );
    expect(await events('trail_chosen')).toMatchObject([{ sequence: null }]);
    expect(Number((await events('trail_chosen'))[0]?.position)).toBeGreaterThan(1);
  });

  it('are not what a revocation waits for: it comes after every change that its credential has begun', async () => {
    const token = await insertApiKey(world.db, world.uuid('north'), 'raced');
    const id = token.slice(0, token.indexOf('.')).replace('ak_', 'key_');
    const blocked = (waiting: number) => async (): Promise<boolean> => {
      const [{ count } = { count: 0 }] = await world.rows(sql<{ count: number }>`
        select count(*)::int as count from pg_stat_activity
        where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`);
      return count === waiting;
    };
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    const { promise: held, resolve: hold } = Promise.withResolvers<undefined>();
    // Nothing is appended meanwhile, so a change that has its rights stops right before its end.
    const holder = world.db.transaction().execute(async (tx) => {
      await sql`lock table audit_events in share mode`.execute(tx);
      hold(undefined);
      await released;
    });
    await held;
    const mutation =
      'mutation ($input: CreateRoleInput!) { createRole(input: $input) { __typename } }';
    const input = { organizationId: world.org('shop-2'), key: 'begun', name: 'B', scopes: [] };
    let isWritten = false;
    const write = world.ask(mutation, { token }, { input }).finally(() => (isWritten = true));
    await expect.poll(blocked(1), { timeout: 10_000, interval: 20 }).toBe(true);
    let wasWrittenFirst: boolean | undefined;
    const revocation = world
      .ask(
        'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { __typename } }',
        { as: 'key@acme' },
        { input: { id } },
      )
      .finally(() => (wasWrittenFirst = isWritten));
    await expect.poll(blocked(2), { timeout: 10_000, interval: 20 }).toBe(true);
    release(undefined);
    await holder;
    expect((await write).data).toEqual({ createRole: { __typename: 'CreateRolePayload' } });
    expect((await revocation).data).toEqual({
      revokeApiKey: { __typename: 'RevokeApiKeyPayload' },
    });
    expect(wasWrittenFirst).toBe(true);
    const later = await world.ask(mutation, { token }, { input: { ...input, key: 'later' } });
    expect(later.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    // And so it does in the log, whoever seals it.
    await sealAuditLog(world.db);
    expect(
      await world.rows(sql`
        select action from audit_events where after ->> 'key' = 'begun' or target_id = ${id} order by sequence`),
    ).toEqual([{ action: 'createRole' }, { action: 'revokeApiKey' }]);
  });
});
