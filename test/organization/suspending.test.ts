import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/values/ids.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import {
  AuditLogDocument,
  CreateRoleDocument,
  ResumeOrganizationDocument,
  SuspendOrganizationDocument,
} from '../generated/graphql.ts';
import { sized } from '../setup/size.ts';
import { code, createWorld, payload, type Caller, type Slug, type World } from '../setup/world.ts';

const SUSPENSIONS = sized(60, 200);

let world: World;
beforeAll(async () => {
  world = await createWorld({}, { poolSize: 16 });
});
afterAll(() => world.close());

const suspend = (as: Caller, slug: Slug, reason?: string) =>
  world.query(
    SuspendOrganizationDocument,
    { input: { id: world.org(slug), ...(reason === undefined ? {} : { reason }) } },
    { as },
  );
const resume = (as: Caller, slug: Slug) =>
  world.query(ResumeOrganizationDocument, { input: { id: world.org(slug) } }, { as });
const ask = (as: Caller) => world.ask('{ organization { slug } }', { as });

describe('a suspended organization', () => {
  it("refuses its own credentials and those of everything below it, and nobody else's", async () => {
    const done = payload(
      (await suspend('admin@acme', 'north', 'unpaid')).data?.suspendOrganization,
      'SuspendOrganizationPayload',
    );
    expect(done.organization).toMatchObject({ id: world.org('north'), status: 'SUSPENDED' });
    for (const as of ['key@north', 'key@shop-1'] as Caller[])
      expect((await ask(as)).status).toBe(401);
    for (const as of ['admin@north', 'viewer@north', 'admin@shop-1', 'admin@kiosk'] as Caller[]) {
      expect((await ask(as)).status).toBe(403);
      expect(code(await ask(as))).toBe('FORBIDDEN');
    }
    for (const as of ['key@acme', 'admin@acme', 'admin@south', 'key@rival'] as Caller[])
      expect((await ask(as)).errors).toBeUndefined();
  });

  it('is still read and changed by those above', async () => {
    const seen = await world.ask(
      '{ organization(slug: "kiosk") { slug status parent { status } members { totalCount } } }',
      {
        as: 'key@acme',
      },
    );
    expect(seen.data).toEqual({
      organization: {
        slug: 'kiosk',
        status: 'ACTIVE',
        parent: { status: 'ACTIVE' },
        members: { totalCount: 1 },
      },
    });
    const input = { organizationId: world.org('north'), key: 'meanwhile', name: 'M', scopes: [] };
    expect(
      (await world.query(CreateRoleDocument, { input }, { as: 'key@acme' })).data?.createRole
        ?.__typename,
    ).toBe('CreateRolePayload');
  });

  it('works again once it is resumed, but for what is suspended itself below it', async () => {
    await suspend('key@acme', 'shop-1');
    payload(
      (await resume('key@acme', 'north')).data?.resumeOrganization,
      'ResumeOrganizationPayload',
    );
    expect((await ask('key@north')).errors).toBeUndefined();
    expect((await ask('key@shop-1')).status).toBe(401);
    expect((await ask('admin@kiosk')).status).toBe(403);
    await resume('key@north', 'shop-1');
    for (const as of ['key@shop-1', 'admin@kiosk'] as Caller[])
      expect((await ask(as)).errors).toBeUndefined();
  });

  it('is suspended and resumed once: again changes nothing, and the version tells', async () => {
    const first = payload(
      (await suspend('key@north', 'shop-2')).data?.suspendOrganization,
      'SuspendOrganizationPayload',
    );
    expect(
      payload(
        (await suspend('key@north', 'shop-2')).data?.suspendOrganization,
        'SuspendOrganizationPayload',
      ),
    ).toEqual(first);
    const back = payload(
      (await resume('key@north', 'shop-2')).data?.resumeOrganization,
      'ResumeOrganizationPayload',
    );
    expect(back.organization).toMatchObject({
      status: 'ACTIVE',
      version: first.organization.version + 1,
    });
  });

  it('cannot be the one that the request acts in, nor one beside or above it', async () => {
    for (const as of ['key@north', 'admin@north', 'key@acme'] as Caller[]) {
      const own = as === 'key@acme' ? 'acme' : 'north';
      expect((await suspend(as, own)).errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'id',
      });
      expect((await resume(as, own)).errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
      });
    }
    for (const slug of ['acme', 'south', 'rival'] as Slug[])
      expect(code(await suspend('key@north', slug))).toBe('NOT_FOUND');
    expect(code(await suspend('viewer@north', 'shop-1'))).toBe('NOT_FOUND');
    expect((await suspend('key@north', 'shop-1', ' ')).errors?.[0]?.extensions).toMatchObject({
      argument: 'reason',
    });
    expect(
      (await suspend('key@north', 'shop-1', 'x'.repeat(501))).errors?.[0]?.extensions,
    ).toMatchObject({ argument: 'reason' });
  });

  it('has it in its log, with the reason', async () => {
    await suspend('admin@acme', 'depot', 'asked for it');
    await resume('admin@acme', 'depot');
    const log = await world.query(
      AuditLogDocument,
      { id: world.org('depot'), first: 2 },
      { as: 'admin@acme' },
    );
    expect(log.data?.organization?.auditLog?.nodes).toMatchObject([
      {
        action: 'resumeOrganization',
        before: { status: 'SUSPENDED' },
        after: { status: 'ACTIVE' },
      },
      {
        action: 'suspendOrganization',
        before: { status: 'ACTIVE' },
        after: { status: 'SUSPENDED', reason: 'asked for it' },
        viaAncestor: true,
      },
    ]);
  });

  it(`takes no write after its suspension, ${SUSPENSIONS} times`, async () => {
    let written = 0;
    for (let n = 0; n < SUSPENSIONS; n++) {
      const [child] = await world.rows(
        sql<{
          id: string;
        }>`insert into organizations (slug, name, parent_id) values (${`held-${n}`}, 'Held', ${world.uuid('rival')}) returning id`,
      );
      const id = child?.id ?? '';
      const token = await insertApiKey(world.db, id, `held ${n}`);
      const write = async (index: number): Promise<void> => {
        for (let turns = 0; turns < index * (n % 5); turns++)
          await new Promise((resolve) => setImmediate(resolve));
        const input = {
          organizationId: encodeId('Organization', id),
          key: `w_${index}`,
          name: 'W',
          scopes: [],
        };
        const answer = await world.query(
          CreateRoleDocument,
          { input },
          { token, withoutSocket: true },
        );
        if (answer.data?.createRole?.__typename === 'CreateRolePayload') written++;
        else expect(code(answer)).toMatch(/^(UNAUTHENTICATED|FORBIDDEN)$/);
      };
      const input = { id: encodeId('Organization', id) };
      const ending = world.query(
        SuspendOrganizationDocument,
        { input },
        { as: 'key@rival', withoutSocket: true },
      );
      await Promise.all([ending, ...Array.from({ length: 5 }, (_, index) => write(index))]);
      const late = await world.rows(sql`
        select from audit_events w join audit_events s on s.chain_id = w.chain_id and s.organization_id = w.organization_id
        where w.organization_id = ${id} and w.action = 'createRole' and w.refusal is null and s.action = 'suspendOrganization' and w.sequence > s.sequence`);
      expect(late).toEqual([]);
    }
    expect(written).toBeGreaterThan(SUSPENSIONS / 10);
  });
});
