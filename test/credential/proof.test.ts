/**
 * The condition by which a statement authenticates its caller: it holds for who `authenticate` finds,
 * and for nobody who differs from them in anything.
 */
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import {
  authenticate,
  sessionProof,
  tokenProof,
  type Authenticator,
} from '../../src/authentication/authenticate.ts';
import { scopesHeldInSql } from '../../src/authentication/callers.ts';
import { provesCaller, type Proof } from '../../src/authentication/proof.ts';
import { Sessions } from '../../src/authentication/session.ts';
import type { Principal } from '../../src/authorization/principal.ts';
import { DatabaseClock } from '../../src/database/clock.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { it } from '../setup/fixtures.ts';
import { insertKey, insertMembership, type World } from '../setup/world.ts';

const HEADER = 'X-Organization';
const OTHER = '00000000-0000-0000-0000-000000000001';
const log = createLogger('silent');

let authenticator: Authenticator;
it.beforeAll(async ({ world, issuer }) => {
  authenticator = {
    db: world.gatewayDb,
    organizationHeader: HEADER,
    sessions: new Sessions(issuer.settings, log),
    clock: new DatabaseClock(log),
    used: () => undefined,
  };
});

interface Assumed {
  principal: Principal;
  proof: Proof;
}

async function assumedOf(token: string, organization: string | null): Promise<Assumed> {
  const authorization = `Bearer ${token}`;
  const headers = new Headers({ authorization });
  if (organization !== null) headers.set(HEADER, organization);
  const { principal } = await authenticate(authenticator, headers);
  const proof =
    tokenProof(authorization, organization, HEADER) ??
    (await sessionProof(authenticator, authorization, organization));
  return { principal, proof };
}

async function isProven(world: World, { principal, proof }: Assumed): Promise<boolean> {
  const { organization } = principal;
  const rights = organization && {
    lineage: organization.lineage,
    scopes: [...organization.scopes],
  };
  const { rows } = await sql<{ proven: boolean }>`
    select ${provesCaller(principal, rights, proof)} as proven`.execute(world.gatewayDb);
  return rows[0]?.proven === true;
}

type Change = (assumed: Assumed) => Assumed;

/** Changes of a principal. */
const credential =
  (change: Partial<NonNullable<Principal['credential']>>): Change =>
  ({ principal, proof }) => ({
    principal: {
      ...principal,
      credential: principal.credential && { ...principal.credential, ...change },
    },
    proof,
  });
const user =
  (change: Partial<NonNullable<Principal['user']>>): Change =>
  ({ principal, proof }) => ({
    principal: { ...principal, user: principal.user && { ...principal.user, ...change } },
    proof,
  });
const organization =
  (
    change: (was: NonNullable<Principal['organization']>) => Partial<Principal['organization']>,
  ): Change =>
  ({ principal, proof }) => ({
    principal: {
      ...principal,
      organization: principal.organization && {
        ...principal.organization,
        ...change(principal.organization),
      },
    },
    proof,
  });
const person =
  (change: Partial<NonNullable<Proof['person']>>): Change =>
  ({ principal, proof }) => ({
    principal,
    proof: { ...proof, person: proof.person && { ...proof.person, ...change } },
  });
const proof =
  (change: Partial<Proof>): Change =>
  (assumed) => ({ ...assumed, proof: { ...assumed.proof, ...change } });

const OF_ORGANIZATION: Record<string, Change> = {
  'another organization': organization(() => ({ id: OTHER })),
  'no organization': ({ principal, proof }) => ({
    principal: { ...principal, organization: null },
    proof,
  }),
  'a lineage that is shorter': organization(({ lineage }) => ({ lineage: lineage.slice(1) })),
  'a lineage that is longer': organization(({ lineage }) => ({ lineage: [OTHER, ...lineage] })),
  'a scope less': organization(({ scopes }) => ({ scopes: new Set([...scopes].slice(1)) })),
  'a scope more': organization(({ scopes }) => ({ scopes: new Set([...scopes, 'more']) })),
};

const OF_TOKEN: Record<string, Change> = {
  'another credential': credential({ id: OTHER }),
  'another name': credential({ name: 'another' }),
  'no name': credential({ name: null }),
  'an end': credential({ expiresAt: new Date(Date.now() + 1_000_000) }),
  'another secret': proof({ secretHash: Buffer.alloc(32) }),
  'no secret': proof({ secretHash: null }),
};

const OF_PERSON: Record<string, Change> = {
  'another person': user({ id: OTHER }),
  'another address': user({ verifiedEmail: 'another@x.example' }),
  'no address that is verified': user({ verifiedEmail: null }),
};

const OF_SESSION: Record<string, Change> = {
  'another issuer': person({ issuer: 'https://another.example/' }),
  'another subject': person({ subject: 'another' }),
  'another address of the session': person({ email: 'another@x.example' }),
  'an address that the session does not verify': person({ canonical: null }),
  'another name of the session': person({ name: 'another' }),
  'no session': proof({ person: null }),
};

const NAMED: Record<string, Change> = {
  'another organization named': proof({ named: { column: 'slug', value: 'rival' } }),
  'no organization named': proof({ named: null }),
};

async function expectOnly(
  world: World,
  assumed: Assumed,
  changes: Record<string, Change>,
): Promise<void> {
  expect(await isProven(world, assumed)).toBe(true);
  for (const [what, change] of Object.entries(changes))
    expect({ what, isProven: await isProven(world, change(assumed)) }).toEqual({
      what,
      isProven: false,
    });
  expect(await isProven(world, assumed)).toBe(true);
}

describe('A statement authenticates', () => {
  it('the caller with a key, and nobody else', async ({ world }) => {
    const token = await insertKey(world, 'north', ['members:read', 'usage:read']);
    for (const named of [null, 'north', world.org('north')])
      await expectOnly(world, await assumedOf(token, named), { ...OF_ORGANIZATION, ...OF_TOKEN });
  });

  it('the caller with a personal access token, and nobody else', async ({ world }) => {
    const token = world.token('admin@north');
    for (const named of ['north', world.org('north')])
      await expectOnly(world, await assumedOf(token, named), {
        ...OF_ORGANIZATION,
        ...OF_TOKEN,
        ...OF_PERSON,
        ...NAMED,
      });
    await expectOnly(world, await assumedOf(token, null), {
      ...OF_TOKEN,
      ...OF_PERSON,
      'an organization named': proof({ named: { column: 'slug', value: 'north' } }),
    });
  });

  it('the person of a session, and nobody else', async ({ world, issuer }) => {
    const session = await issuer.session('proven', 'proven@x.example', {
      claims: { name: 'Proven' },
    });
    const { principal } = await assumedOf(session, null);
    await insertMembership(world, world.uuid('north'), principal.user?.id ?? '', ['admin']);
    await expectOnly(world, await assumedOf(session, 'north'), {
      ...OF_ORGANIZATION,
      ...OF_PERSON,
      ...OF_SESSION,
      ...NAMED,
    });
    await expectOnly(world, await assumedOf(session, null), { ...OF_PERSON, ...OF_SESSION });
  });

  it('the person of a session that does not tell their name, whatever it is', async ({
    world,
    issuer,
  }) => {
    const session = await issuer.session('unnamed', 'unnamed@x.example');
    const assumed = await assumedOf(session, null);
    await sql`update users set name = 'Named since' where id = ${assumed.principal.user?.id}::uuid`.execute(
      world.db,
    );
    await expectOnly(world, assumed, { ...OF_PERSON, 'another name': person({ name: 'another' }) });
  });

  it('nobody without what proves their credential', async ({ world }) => {
    const key = await assumedOf(await insertKey(world, 'north', []), null);
    const token = await assumedOf(world.token('admin@north'), 'north');
    for (const assumed of [key, token])
      for (const change of [
        credential({ kind: 'SESSION' }),
        proof({ secretHash: null }),
        ({ principal, ...others }: Assumed) => ({
          principal: { ...principal, credential: null },
          ...others,
        }),
      ])
        expect(await isProven(world, change(assumed))).toBe(false);
  });
});

it('The scopes of a key are those that the database says it holds, whatever it was given', async ({
  world,
}) => {
  const { rows: scopes } = await sql<{ key: string }>`select key from scopes`.execute(world.db);
  const all = scopes.map(({ key }) => key);
  const given = [[], all, ...all.map((key) => [key]), ...all.map((_key, end) => all.slice(end))];
  let implied = 0;
  for (const keys of given) {
    const list = sql`${keys}::text[]`;
    const { rows } = await sql<{ held: string[]; expected: string[] }>`
      select ${scopesHeldInSql(list)} as held, scopes_held(${list}) as expected`.execute(world.db);
    expect(rows[0]?.held).toEqual(rows[0]?.expected);
    if ((rows[0]?.held.length ?? 0) > keys.length) implied++;
  }
  expect(implied).toBeGreaterThan(0);
});
