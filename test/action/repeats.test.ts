/** Every mutation that takes an idempotency key, sent again: one effect, one answer. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId } from '../../src/values/ids.ts';
import { plantOrganization } from '../samples/planting.ts';
import { documentOf, MUTATIONS, SAMPLES, takes, titleOf, unsampled } from '../samples/registry.ts';
import type { Ground, Input, Sample } from '../samples/sample.ts';
import { createWorld, type GraphQLAnswer, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** An organization below north that nothing has happened in, for inputs of the admin of acme. */
async function newGround(): Promise<Ground> {
  const ground = {
    database: world,
    organization: world.uuid('north'),
    email: 'admin@acme.example',
  };
  return { ...ground, organization: await plantOrganization(ground) };
}

/** The version of the organization that an input changes. */
async function versionIn(input: Input): Promise<number> {
  const id = decodeId('Organization', String(input['id'] ?? input['organizationId']), 'id');
  const [row] = await world.rows(
    sql<{ version: number }>`select version from organizations where id = ${id}::uuid`,
  );
  if (!row) throw new RangeError('the input names no organization');
  return row.version;
}

/** An input that nothing else has used, for the current version if the mutation compares it. */
async function newInput(name: string, { input, repeats }: Sample, given?: Ground): Promise<Input> {
  const ground = given ?? (await newGround());
  const plain = { ...(await input(ground)), ...(await repeats?.also?.(ground)) };
  return takes(name, 'expectedVersion')
    ? { ...plain, expectedVersion: await versionIn(plain) }
    : plain;
}

/** Sends a mutation as the admin of acme. */
function send(
  name: string,
  { repeats, shows }: Sample,
  input: Input,
): Promise<GraphQLAnswer<Record<string, { __typename: string }>>> {
  return world.ask(documentOf(name, repeats?.shows ?? shows), { as: 'admin@acme' }, { input });
}

/** Counts of everything that a mutation may add to or change. */
async function counts(): Promise<Record<string, number>> {
  const [row] = await world.rows(sql<Record<string, number>>`
    select (select count(*)::int from organizations) as organizations,
      (select sum(version)::int from organizations) as versions,
      (select count(*)::int from memberships) as memberships,
      (select count(*)::int from roles) as roles,
      (select count(*)::int from invitations) as invitations,
      (select sum(round)::int from invitations) as rounds,
      (select count(*)::int from invitation_mails) as mails,
      (select count(*)::int from api_keys) as keys,
      (select count(*)::int from personal_access_tokens) as tokens,
      (select count(*)::int from provisioning_steps) as steps,
      (select count(*)::int from audit_events) + (select count(*)::int from account_events) as events`);
  if (!row) throw new RangeError('the statement gave no row');
  return row;
}

/** What doing something adds to the counts. */
async function effectOf<Result>(
  action: () => Promise<Result>,
): Promise<{ effect: Record<string, number>; result: Result }> {
  const before = await counts();
  const result = await action();
  const after = await counts();
  return {
    effect: Object.fromEntries(
      Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]),
    ),
    result,
  };
}

it('has a sample of every mutation, and of every one that takes an idempotency key how it is repeated', () => {
  expect(unsampled()).toEqual([]);
});

const repeatable = SAMPLES.filter(([, { repeats }]) => repeats);

describe.each(repeatable)('%s under an idempotency key', (name, sample) => {
  const payload = `${titleOf(name)}Payload`;

  it('has one effect and one answer when it is sent twice, and eight times at once', async () => {
    const plain = await newInput(name, sample);
    const once = await effectOf(() => send(name, sample, plain));
    expect(once.result.data?.[name]?.__typename).toBe(payload);
    expect(once.effect['events']).toBeGreaterThan(0);

    const first = { ...(await newInput(name, sample)), idempotencyKey: 'twice' };
    const twice = await effectOf(async () => [
      await send(name, sample, first),
      await send(name, sample, first),
    ]);
    expect(twice.effect).toEqual(once.effect);
    expect(twice.result[0]?.data?.[name]?.__typename).toBe(payload);
    expect(twice.result[1]?.text).toBe(twice.result[0]?.text);

    const second = { ...(await newInput(name, sample)), idempotencyKey: 'eight' };
    const eight = await effectOf(() =>
      Promise.all(Array.from({ length: 8 }, () => send(name, sample, second))),
    );
    expect(eight.effect).toEqual(once.effect);
    expect(eight.result[0]?.data?.[name]?.__typename).toBe(payload);
    expect(new Set(eight.result.map(({ text }) => text)).size).toBe(1);
  });
});

describe('a key that comes with another input', () => {
  const entries = repeatable.flatMap(([name, sample]) => {
    const other = sample.repeats?.other;
    return other ? [{ name, sample, other }] : [];
  });

  it.each(entries)('is a conflict for $name', async ({ name, sample, other }) => {
    // A key counts within an organization.
    const ground = await newGround();
    const input = { ...(await newInput(name, sample, ground)), idempotencyKey: 'conflict' };
    expect((await send(name, sample, input)).data?.[name]?.__typename).toMatch(/Payload$/);
    const another = { ...input, ...(await other(ground)) };
    const { effect, result } = await effectOf(() => send(name, sample, another));
    expect(result.data?.[name]).toEqual({
      __typename: 'IdempotencyConflictError',
      code: 'IDEMPOTENCY_CONFLICT',
    });
    // The refused attempt is in the audit log.
    expect(effect).toEqual({
      ...Object.fromEntries(Object.keys(effect).map((count) => [count, 0])),
      events: 1,
    });
  });
});

describe('an organization’s expected version', () => {
  it('is taken by some mutations', () => {
    expect(MUTATIONS.filter(({ name }) => takes(name, 'expectedVersion')).length).toBeGreaterThan(
      4,
    );
  });

  it.each(SAMPLES.filter(([name]) => takes(name, 'expectedVersion')))(
    'is compared by %s, which changes nothing when it is another',
    async (name, sample) => {
      const input = await newInput(name, sample);
      const version = await versionIn(input);
      const sendWith = (expectedVersion: number) =>
        world.ask<Record<string, object>>(
          `mutation ($input: ${titleOf(name)}Input!) { ${name}(input: $input) {
          __typename ... on VersionConflictError { code currentVersion } } }`,
          { as: 'admin@acme' },
          { input: { ...input, expectedVersion } },
        );
      const { effect, result } = await effectOf(() => sendWith(version + 1));
      expect(result.data?.[name]).toEqual({
        __typename: 'VersionConflictError',
        code: 'VERSION_CONFLICT',
        currentVersion: version,
      });
      expect(effect['versions']).toBe(0);
      expect((await sendWith(version)).data?.[name]).toMatchObject({
        __typename: expect.stringMatching(/Payload$/),
      });
    },
  );
});
