/**
 * How often a mutation waits for the database. Every statement of its request counts, as its line of the log tells: the
 * look-up of the credential, the begin and the commit of the transaction, and the rows that the payload shows.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId } from '../../src/values/ids.ts';
import { CALLERS, everyMutationIn } from '../database/every-mutation.ts';
import { documentOf, titleOf } from '../samples/registry.ts';
import type { Sender } from '../samples/sample.ts';
import { keepLines, type LogLines } from '../setup/log-lines.ts';
import { createWorld, insertMembership, insertUser, type World } from '../setup/world.ts';

let world: World;
let log: LogLines;
beforeAll(async () => {
  log = keepLines();
  world = await createWorld({ log: log.log });
});
afterAll(() => world.close());

interface Counted {
  data?: unknown;
  text: string;
  statements: number;
}

/** Sends a mutation, and counts the statements of its request. */
async function counted(
  document: string,
  as: Sender,
  input: Record<string, unknown>,
): Promise<Counted> {
  const { data, text } = await world.ask(document, CALLERS[as], { input });
  return { data, text, statements: Number(log.lines('request').at(-1)?.['statements']) };
}

/** Counts the statements of a mutation that succeeds and shows what is selected. */
async function succeeding(
  name: string,
  input: Record<string, unknown>,
  selection: string,
  as: Sender = 'a person',
): Promise<number> {
  const { text, statements } = await counted(documentOf(name, selection), as, input);
  expect(text).toContain(`"${titleOf(name)}Payload"`);
  return statements;
}

/** The record whose table says how many each mutation takes in a plain form, most of them sent with an API key. */
const RECORD = 'docs/decisions/0008-changes.md';
const ROW = /^\| (\d+) +\| (`.*`) +\|\n/gm;

/** The counts in the table, by mutation. */
function countsIn(record: string): Record<string, number> {
  return Object.fromEntries(
    [...record.matchAll(ROW)].flatMap(([, count, names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, Number(count)]),
    ),
  );
}

/** The record with these counts in its table. */
function withCounts(record: string, counts: ReadonlyMap<string, number>): string {
  const rows = [...new Set(counts.values())]
    .toSorted((one, other) => one - other)
    .map((count) => {
      const names = [...counts].filter(([, own]) => own === count).map(([name]) => `\`${name}\``);
      return `| ${count} | ${names.toSorted().join(', ')} |\n`;
    });
  let at = 0;
  return record.replaceAll(ROW, () => (at++ === 0 ? rows.join('') : ''));
}

/** The most that those take that are sent most, whatever their input. */
const MOST = 8;

describe('The round trips of a mutation', () => {
  it('are as many as the table of the decision record says (GOLDEN=write and npm run format write it), for every mutation', async () => {
    const most = new Map<string, number>();
    const failed = await everyMutationIn(world, async (document, as, input) => {
      const answer = await counted(document, as, input);
      const [, name = ''] = /\b(\w+)\(input/.exec(document) ?? [];
      most.set(name, Math.max(most.get(name) ?? 0, answer.statements));
      return answer;
    });
    expect(failed).toEqual([]);
    const record = await readFile(RECORD, 'utf8');
    if (process.env['GOLDEN'] === 'write') await writeFile(RECORD, withCounts(record, most));
    else expect(Object.fromEntries(most)).toEqual(countsIn(record));
  });

  it('that creates an organization are at most eight for a person who repeats safely, whatever it begins with', async () => {
    const parentId = world.org('north');
    const shown = 'organization { id slug } membership { id }';
    const plain = { name: 'Counted', parentId, idempotencyKey: 'plain' };
    expect(await succeeding('createOrganization', plain, shown)).toBeLessThanOrEqual(MOST);
    const rich = {
      ...plain,
      slug: 'counted-rich',
      idempotencyKey: 'rich',
      domain: 'counted.example',
      billingEmail: 'billing@counted.example',
      branding: { primaryColor: '#112233' },
      marketplaceOffers: [{ marketplace: 'AWS', url: 'https://aws.example/offer' }],
      externalAccounts: [{ system: 'zuora', accountId: 'counted' }],
    };
    expect(await succeeding('createOrganization', rich, shown)).toBeLessThanOrEqual(MOST);
    const ofOnesOwn = { name: 'Counted tree', idempotencyKey: 'own' };
    expect(
      await succeeding('createOrganization', ofOnesOwn, shown, 'a person without organization'),
    ).toBeLessThanOrEqual(MOST);
    const people = Array.from({ length: 100 }, (_, n) => ({ email: `new-${n}@counted.example` }));
    const invited = `${shown} invitations { id }`;
    const withPeople = {
      name: 'Counted people',
      parentId,
      users: people,
      idempotencyKey: 'people',
    };
    // Inviting takes two statements more, and showing invitations as well takes one.
    expect(await succeeding('createOrganization', withPeople, invited)).toBeLessThanOrEqual(
      MOST + 3,
    );
  });

  it('that invites are at most eight, for one person and for a hundred', async () => {
    const people = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        email: `${prefix}-${index}@counted.example`,
        roles: ['viewer', 'user'],
      }));
    const invite = (count: number) =>
      succeeding(
        'inviteUsers',
        {
          organizationId: world.org('north'),
          users: people(`of-${count}`, count),
          idempotencyKey: `invites ${count}`,
        },
        'results { email ignoredRoles invitation { id status } error { code } }',
      );
    const one = await invite(1);
    expect(one).toBeLessThanOrEqual(MOST);
    expect(await invite(100)).toBe(one);
  });

  it('that changes the roles of a member are at most eight', async () => {
    const user = await insertUser(world, 'counted@x.example');
    await insertMembership(world, world.uuid('north'), user, ['user', 'viewer']);
    const input = {
      organizationId: world.org('north'),
      userId: encodeId('User', user),
      roles: ['support', 'cloud_rep'],
    };
    expect(
      await succeeding('updateMemberRoles', input, 'membership { id } ignoredRoles'),
    ).toBeLessThanOrEqual(MOST);
  });

  it('that records usage are at most eight, for one event and for a thousand', async () => {
    const record = (count: number, as: Sender) =>
      succeeding(
        'recordUsage',
        {
          events: Array.from({ length: count }, (_, index) => ({
            id: `${as} ${count} ${index}`,
            organizationId: world.org('north'),
            metric: index % 2 === 0 ? 'voice_calls' : 'voice_minutes',
            quantity: '1',
            occurredAt: new Date().toISOString(),
          })),
        },
        'acceptedCount results { id status }',
        as,
      );
    for (const as of ['an API key', 'a person'] as const) {
      const one = await record(1, as);
      expect(one).toBeLessThanOrEqual(MOST);
      expect(await record(1_000, as)).toBe(one);
    }
  });
});
