import { afterAll, describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import { post, serveMeasured, type MeasuredGateway } from '../setup/process.ts';
import { sized } from '../setup/size.ts';
import type { World } from '../setup/world.ts';

const GROWTH_MAX_MIB = 64;

let gateway: MeasuredGateway;
it.beforeAll(async ({ world }) => {
  // A caller over their budget is refused late and before anything is read, and would show nothing here.
  gateway = await serveMeasured(world.url, { RATE_LIMITS: 'off' });
});
afterAll(async () => {
  await gateway.end('SIGTERM');
});

const query = (document: string): string => JSON.stringify({ query: document });

/** Sends every body once and tells by how many MiB the process grew. */
async function growth(world: World, bodies: Iterable<string>, token?: string): Promise<number> {
  for (let n = 0; n < 100; n++)
    await post(gateway.url, query('{ __typename }'), world.token('key@acme'));
  const before = await gateway.memory();
  for (const body of bodies) {
    const { status } = await post(gateway.url, body, token);
    expect(status).toBeLessThan(500);
  }
  const grown = (await gateway.memory()) - before;
  expect(gateway.runs()).toBe(true);
  expect(
    (await post(gateway.url, query('{ viewer { scopes } }'), world.token('key@acme'))).status,
  ).toBe(200);
  process.stdout.write(`grew by ${grown.toFixed(1)} MiB\n`);
  return grown;
}

function* times(count: number, body: (n: number) => string): Generator<string> {
  for (let n = 0; n < count; n++) yield body(n);
}

describe('memory stays bounded', () => {
  const attacks: [string, number, (n: number) => string][] = [
    [
      'documents of 495 kB made of empty comments',
      33,
      (n) => query(`{__typename}${'#\n'.repeat(165_000)}#${n}`),
    ],
    [
      'documents of 10 kB made of empty comments',
      sized(150, 976),
      (n) => query(`{__typename}${'#\n'.repeat(3_300)}#${n}`),
    ],
    [
      'documents with a long string',
      sized(60, 999),
      (n) => query(`{a(b:"${n}${'x'.repeat(490_000)}")}`),
    ],
  ];
  it.for(attacks)('when anybody sends %s, %i times', async ([_what, count, body], { world }) => {
    expect(await growth(world, times(count, body))).toBeLessThan(GROWTH_MAX_MIB);
  });

  const withCredential: [string, number, (n: number) => string][] = [
    [
      'valid documents of 99 kB made of comments',
      sized(50, 100),
      (n) => query(`{__typename}${'#\n'.repeat(33_000)}#${n}`),
    ],
    [
      'valid documents of 900 fields',
      sized(40, 200),
      (n) => query(`query Q${n} {organization{${'id '.repeat(900)}}}`),
    ],
    [
      'documents with 900 unknown fields',
      sized(40, 200),
      (n) => query(`query Q${n} {${'zz '.repeat(9)} viewer{${'zz '.repeat(900)}}}`),
    ],
    [
      'documents with a syntax error at their end',
      sized(40, 200),
      (n) => query(`query Q${n} {${'id '.repeat(900)}`),
    ],
  ];
  it.for(withCredential)(
    'when a key sends %s, %i times',
    async ([_what, count, body], { world }) => {
      expect(await growth(world, times(count, body), world.token('key@acme'))).toBeLessThan(
        GROWTH_MAX_MIB,
      );
    },
  );
});
