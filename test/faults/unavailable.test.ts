import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab, unavailable, type Answer, type Lab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab.close());

let made = 0;
const create = (): Promise<Answer> =>
  lab.ask(
    'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }',
    {
      input: { parentId: lab.world.org('acme'), name: 'New', slug: `new-${made++}` },
    },
  );
const read = (): Promise<Answer> => lab.ask('{ organization { slug } }');

/** Ends the gateway's connections, so that the next ones meet what was set. */
async function endConnections(): Promise<void> {
  await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and usename = 'banyan_gateway'`.execute(lab.world.db);
}

async function database(change: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
    lab.world.db,
  );
  await sql`alter database ${sql.id(rows[0]?.name ?? '')} ${sql.raw(change)}`.execute(lab.world.db);
}

describe('a server that cannot do it now', () => {
  const states = ['08006', '25006', '53100', '53200', '53300', '57P01', '57P02', '57P03', '58030'];
  it.each(states)('is no bug of ours: SQLSTATE %s', async (state) => {
    await sql`
      create or replace function fail_now() returns trigger language plpgsql as ${sql.raw(`$$ begin raise sqlstate '${state}'; end $$`)}`.execute(
      lab.world.db,
    );
    await sql`create or replace trigger fail_now before insert on organizations for each row execute function fail_now()`.execute(
      lab.world.db,
    );
    expect(await create()).toMatchObject({
      ...unavailable('NOTHING_CHANGED'),
      data: { createOrganization: null },
    });
    await sql`drop trigger fail_now on organizations`.execute(lab.world.db);
    expect(await create()).toMatchObject({ status: 200, code: undefined });
  });

  it('says so when it takes no changes, and is not kept when it is another server’s turn', async () => {
    await database('set default_transaction_read_only = on');
    await endConnections();
    expect(await read()).toMatchObject({ status: 200 });
    expect(await create()).toMatchObject(unavailable('NOTHING_CHANGED'));
    await database('reset default_transaction_read_only');
    // The connections of before would still be read-only.
    expect(await create()).toMatchObject({ status: 200, code: undefined });
  });

  it('says so when it has no connection left', async () => {
    await database('connection limit 0');
    await endConnections();
    expect(await read()).toMatchObject(unavailable('NOTHING_CHANGED'));
    await database('connection limit -1');
    expect(await read()).toMatchObject({ status: 200 });
  });

  it('ends connections in use, and the next request gets another', async () => {
    await lab.world.db.transaction().execute(async (tx) => {
      await sql`lock table usage_metrics in access exclusive mode`.execute(tx);
      const waiting = lab.ask('{ usageMetrics { key } }');
      await expect
        .poll(
          async () =>
            (
              await sql`select from pg_stat_activity where usename = 'banyan_gateway' and wait_event_type = 'Lock'`.execute(
                lab.world.db,
              )
            ).rows,
        )
        .toHaveLength(1);
      await endConnections();
      expect(await waiting).toMatchObject(unavailable('NOTHING_CHANGED'));
    });
    expect(await read()).toMatchObject({ status: 200 });
  });

  it('resets connections, refuses them, and is found again', async () => {
    lab.proxy.refuse(true);
    lab.proxy.cut();
    expect(await read()).toMatchObject(unavailable('NOTHING_CHANGED'));
    expect(await create()).toMatchObject(unavailable('NOTHING_CHANGED'));
    expect(await lab.ready()).toBe(503);
    lab.proxy.refuse(false);
    expect(await Promise.all(Array.from({ length: 16 }, read))).toMatchObject(
      Array.from({ length: 16 }, () => ({ status: 200 })),
    );
    expect(await lab.ready()).toBe(200);
  });
});

describe('several mutations in one document', () => {
  const document = `mutation ($a: CreateOrganizationInput!, $b: CreateOrganizationInput!) {
    a: createOrganization(input: $a) { __typename } b: createOrganization(input: $b) { __typename } }`;
  it('keep what was answered before one that fails', async () => {
    await sql`create or replace function fail_now() returns trigger language plpgsql as ${sql.raw(`$$ begin
      if new.slug = 'second-of-two' then raise sqlstate '53100'; end if; return new; end $$`)}`.execute(
      lab.world.db,
    );
    await sql`create trigger fail_now before insert on organizations for each row execute function fail_now()`.execute(
      lab.world.db,
    );
    const parentId = lab.world.org('acme');
    const answer = await lab.ask(document, {
      a: { parentId, name: 'First', slug: 'first-of-two' },
      b: { parentId, name: 'Second', slug: 'second-of-two' },
    });
    expect(answer).toMatchObject({
      status: 200,
      code: 'UNAVAILABLE',
      outcome: 'NOTHING_CHANGED',
      data: { a: { __typename: 'CreateOrganizationPayload' }, b: null },
    });
    await sql`drop trigger fail_now on organizations`.execute(lab.world.db);
  });
});
