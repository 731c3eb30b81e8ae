import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Admission, type Operation } from '../../src/limits/admission.ts';
import { clientAddress } from '../../src/limits/address.ts';
import { BoundedMemory } from '../../src/limits/bounded-memory.ts';
import { FairQueue } from '../../src/database/fair-queue.ts';
import { KnownCredentials } from '../../src/limits/known-credentials.ts';
import type { Place, Refusal } from '../../src/limits/place.ts';
import { fingerprintOf } from '../../src/authentication/secret.ts';
import { readConfig } from '../../src/config/read.ts';

describe('the address of a client', () => {
  const proxies = ['10.0.0.0/8', '2001:db8:aaaa::/48', '127.0.0.1'];
  it.each([
    ['192.0.2.1', '203.0.113.9', '192.0.2.1', 'is the peer when the peer is no trusted proxy'],
    ['10.1.2.3', null, '10.1.2.3', 'is the proxy when it says nothing'],
    ['10.1.2.3', '203.0.113.9', '203.0.113.9', 'is what the proxy says'],
    [
      '10.1.2.3',
      '198.51.100.1, 203.0.113.9, 10.9.9.9',
      '203.0.113.9',
      'is the rightmost that is no trusted proxy',
    ],
    [
      '10.1.2.3',
      '203.0.113.9, nonsense, 10.9.9.9',
      '10.9.9.9',
      'is the last one before something that is no address',
    ],
    [
      '10.1.2.3',
      '10.4.4.4, 10.5.5.5',
      '10.4.4.4',
      'is the farthest proxy when there are only proxies',
    ],
    ['::ffff:10.1.2.3', '::ffff:203.0.113.9', '203.0.113.9', 'is IPv4 in either spelling'],
    [
      '2001:db8:aaaa::1',
      '2001:DB8:bbbb:0:ffff::1',
      '2001:db8:bbbb:0::/64',
      'is the /64 of an IPv6 address',
    ],
    ['2001:db8:0:1::5', null, '2001:db8:0:1::/64', 'is the same /64 with zeros left out'],
    ['2001:0db8:0000:0001:1:2:3:4', null, '2001:db8:0:1::/64', 'is the same /64 in full'],
    ['::1', null, '0:0:0:0::/64', 'is a /64 of this machine, too'],
    ['64:ff9b::192.0.2.1', null, '64:ff9b:0:0::/64', 'is the /64 of an address with a dotted end'],
  ])('%s with X-Forwarded-For %s is %s: it %s', (peer, forwardedFor, expected, _reason) => {
    expect(clientAddress(proxies)(peer, forwardedFor)).toBe(expected);
  });
});

describe('counters in memory', () => {
  it('stay bounded under a million distinct keys, and so do the credentials that are remembered', async () => {
    const limiter = new BoundedMemory({ points: 10, duration: 60 });
    const known = new KnownCredentials();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let key = 0; key < 1_000_000; key++) {
      await limiter.consume(
        `2001:db8:${(key >> 16).toString(16)}:${(key & 0xffff).toString(16)}::/64`,
      );
      if (key % 20 === 0)
        known.add(fingerprintOf(`Bearer ${key}`), { key: `key:${key}`, tree: `${key}` });
    }
    collect();
    const grown = (process.memoryUsage().heapUsed - before) / 1_048_576;
    process.stdout.write(
      `1,000,000 keys: ${limiter.size.toLocaleString('en')} counters, heap +${grown.toFixed(1)} MiB\n`,
    );
    expect(limiter.size).toBeLessThanOrEqual(50_000);
    expect(grown).toBeLessThan(16);
    expect(known.find(fingerprintOf('Bearer 0'))).toBeUndefined();
    expect(known.find(fingerprintOf('Bearer 999980'))).toEqual({
      key: 'key:999980',
      tree: '999980',
    });
  });

  it('refuse beyond the points, take points back, and forget after the window', async () => {
    const limiter = new BoundedMemory({ points: 2, duration: 0.05 });
    await limiter.consume('a', 2);
    await expect(limiter.consume('a')).rejects.toMatchObject({
      consumedPoints: 3,
      remainingPoints: 0,
    });
    await limiter.reward('a', 2);
    expect(await limiter.get('a')).toMatchObject({ consumedPoints: 1 });
    await expect.poll(() => limiter.get('a')).toBeNull();
    expect(await limiter.consume('a', 2)).toMatchObject({ consumedPoints: 2 });
  });

  it('make room by dropping those unused for longest, never one in use', async () => {
    const limiter = new BoundedMemory({ points: 100, duration: 60, keysMax: 8 });
    await limiter.consume('unused');
    for (let key = 0; key < 40; key++) {
      await limiter.consume('used');
      await limiter.consume(key);
    }
    expect([await limiter.get('unused'), limiter.size <= 8]).toEqual([null, true]);
    expect(await limiter.get('used')).toMatchObject({ consumedPoints: 40 });
  });
});

describe('the fair queue', () => {
  it('gives a tenant with one operation its turn before the hundred of another', () => {
    const queue = new FairQueue({ slots: 1, quantum: 10 });
    const order: string[] = [];
    const add = (tenant: string, cost: number) =>
      queue.add({ tenant, cost, start: () => order.push(tenant) });
    add('greedy', 10);
    for (let turn = 0; turn < 100; turn++) add('greedy', 10);
    expect(order).toEqual(['greedy']);
    add('small', 10);
    for (let turn = 0; turn < 101; turn++) queue.done(order.at(-1) ?? '');
    expect(order.indexOf('small')).toBeLessThanOrEqual(3);
    expect([order.length, queue.waiting]).toEqual([102, 0]);
  });

  it('leaves slots to others, however much one tenant has waiting', () => {
    const queue = new FairQueue({ slots: 4, quantum: 10 });
    const order: string[] = [];
    const add = (tenant: string) =>
      queue.add({ tenant, cost: 10, start: () => order.push(tenant) });
    for (let turn = 0; turn < 10; turn++) add('greedy');
    expect(order).toEqual(['greedy', 'greedy', 'greedy']);
    add('small');
    expect(order.at(-1)).toBe('small');
    queue.done('small');
    expect([order.length, queue.waiting]).toEqual([4, 7]);
    queue.done('greedy');
    expect([order.length, queue.waiting]).toEqual([5, 6]);
  });

  it('lets nobody who comes later go first, also in the moment when a rest is over', () => {
    const queue = new FairQueue({ slots: 1, quantum: 10 });
    const order: string[] = [];
    const add = (tenant: string) =>
      queue.add({ tenant, cost: 10, start: () => order.push(tenant) });
    add('first');
    add('second');
    const restMs = 20;
    const restEnds = performance.now() + restMs + 1;
    queue.done('first', restMs);
    // Without a turn of the event loop, so that the queue's own timer cannot act on it.
    while (performance.now() < restEnds);
    expect(queue.tryStart('third')).toBe(false);
    expect(order).toEqual(['first']);
  });

  it('shares by cost and not by number', () => {
    const queue = new FairQueue({ slots: 1, quantum: 10 });
    const spent = { cheap: 0, dear: 0 };
    let running = 'first';
    const start = (tenant: 'cheap' | 'dear', cost: number) => (): void => {
      running = tenant;
      spent[tenant] += cost;
    };
    queue.add({ tenant: 'first', cost: 1, start: () => undefined });
    for (let turn = 0; turn < 400; turn++) {
      queue.add({ tenant: 'cheap', cost: 1, start: start('cheap', 1) });
      queue.add({ tenant: 'dear', cost: 20, start: start('dear', 20) });
    }
    while (spent.cheap < 300) queue.done(running);
    expect(spent.dear / spent.cheap).toBeGreaterThan(0.8);
    expect(spent.dear / spent.cheap).toBeLessThan(1.25);
  });
});

/** A promise also where there is nothing to wait for. */
async function enter(admission: Admission, wanted: Operation): Promise<Place | Refusal> {
  return admission.enter(wanted);
}

describe('admission', () => {
  const settings = { perCredential: 2, slots: 2, heavyNodes: 100, waitMs: 1_000 };
  const operation = (
    credential: string,
    { tree = credential, nodes = 1, signal = new AbortController().signal } = {},
  ) => ({
    credential,
    tree,
    nodes,
    signal,
  });
  const entered = (place: unknown): Place => {
    expect(place).toHaveProperty('leave');
    return place as Place;
  };

  it('lets one credential have so many operations under way, and refuses those beyond what may wait', async () => {
    const admission = new Admission({ ...settings, slots: 100 });
    const all = Array.from({ length: 50 }, () => enter(admission, operation('a')));
    const outcomes = Promise.all(all);
    expect(await all[49]).toEqual({ refused: 'credential', limit: 2 });
    expect(await all[42]).toEqual({ refused: 'credential', limit: 2 });
    entered(await enter(admission, operation('b'))).leave();
    for (let turn = 0; turn < 42; turn++) entered(await all[turn]).leave();
    expect((await outcomes).filter((outcome) => 'refused' in outcome).length).toBe(8);
    expect([admission.waiting, admission.credentials]).toEqual([0, 0]);
  });

  it('bounds what waits of one tree and of all', async () => {
    const admission = new Admission({ ...settings, slots: 1, waitMs: 60_000 });
    const clients = new AbortController();
    const wait = (n: number, tree: string) =>
      enter(admission, operation(`${tree} ${n}`, { tree, signal: clients.signal }));
    const first = entered(await enter(admission, operation('first')));
    const waiting = Array.from({ length: 1_000 }, (_, n) => wait(n, `tree ${Math.floor(n / 200)}`));
    expect(await wait(1_000, 'tree 0')).toEqual({ refused: 'tree', limit: 200 });
    expect(await wait(1_001, 'another tree')).toEqual({ refused: 'process', limit: 1_000 });
    clients.abort();
    await Promise.all(waiting);
    first.leave();
    expect([admission.waiting, admission.credentials]).toEqual([0, 0]);
  });

  it('refuses what has waited too long, with nothing left behind', async () => {
    const admission = new Admission({ ...settings, slots: 1, waitMs: 30 });
    const first = entered(await enter(admission, operation('a')));
    expect(await enter(admission, operation('b'))).toEqual({ refused: 'timeout', limit: 1 });
    first.leave();
    first.leave();
    entered(await enter(admission, operation('b'))).leave();
    expect([admission.waiting, admission.credentials]).toEqual([0, 0]);
  });

  it('refuses what waits behind another of its credential while the process is held up, without a warning', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on('warning', hear);
    const admission = new Admission({ ...settings, slots: 1, perCredential: 1, waitMs: 30 });
    const first = entered(await enter(admission, operation('a')));
    const behind = enter(admission, operation('a'));
    const inQueue = enter(admission, operation('b'));
    for (const end = performance.now() + 31; performance.now() < end;);
    first.leave();
    expect(await behind).toEqual({ refused: 'timeout', limit: 1 });
    entered(await inQueue).leave();
    process.off('warning', hear);
    expect(warnings).toEqual([]);
    expect([admission.waiting, admission.credentials]).toEqual([0, 0]);
  });

  it('forgets a client that goes away while it waits, at the gate and in the queue', async () => {
    const admission = new Admission({ ...settings, slots: 1, perCredential: 1 });
    const first = entered(await enter(admission, operation('a')));
    const clients = [new AbortController(), new AbortController()] as const;
    const behind = [
      enter(admission, operation('a', { signal: clients[0].signal })),
      enter(admission, operation('b', { signal: clients[1].signal })),
    ];
    for (const client of clients) client.abort();
    expect(await Promise.all(behind)).toEqual([
      expect.objectContaining({ refused: 'gone' }),
      expect.objectContaining({ refused: 'gone' }),
    ]);
    first.leave();
    expect([admission.waiting, admission.credentials]).toEqual([0, 0]);
  });

  it('runs one heavy operation at a time, beside the light ones', async () => {
    const admission = new Admission(settings);
    const heavy = entered(await enter(admission, operation('a', { nodes: 100 })));
    let hasStarted = false;
    const next = enter(admission, operation('b', { nodes: 100 })).then((place) => {
      hasStarted = true;
      return entered(place);
    });
    entered(await enter(admission, operation('c'))).leave();
    expect(hasStarted).toBe(false);
    heavy.leave();
    (await next).leave();
    expect(hasStarted).toBe(true);
  });
});

describe('settings of the limits', () => {
  it('are generous unless told otherwise, and can be turned off', () => {
    expect(readConfig({}).budgets).toMatchObject({
      store: 'memory',
      points: { credentialRequests: 12_000 },
      trustedProxies: [],
    });
    expect(readConfig({ RATE_LIMITS: 'off' }).budgets).toBeUndefined();
    expect(
      readConfig({ RATE_COST_PER_MINUTE: 'off', RATE_SLUG_CHECKS_PER_MINUTE: '7' }).budgets?.points,
    ).toMatchObject({
      credentialCost: 0,
      slugChecks: 7,
      treeSlugChecks: 35,
    });
  });

  it('count in Redis where its address is set, unless told to count elsewhere', () => {
    const REDIS_URL = 'rediss://user:secret@redis.example:6380/2';
    expect(readConfig({ REDIS_URL }).budgets).toMatchObject({
      store: 'redis',
      redisUrl: REDIS_URL,
    });
    expect(readConfig({ REDIS_URL, RATE_LIMITS: 'redis' }).budgets).toMatchObject({
      store: 'redis',
      redisUrl: REDIS_URL,
    });
    expect(readConfig({ REDIS_URL: '', RATE_LIMITS: '' }).budgets).toMatchObject({
      store: 'memory',
    });
    for (const store of ['memory', 'postgres']) {
      expect(readConfig({ REDIS_URL, RATE_LIMITS: store }).budgets).toMatchObject({
        store,
        redisUrl: undefined,
      });
    }
    expect(readConfig({ REDIS_URL, RATE_LIMITS: 'off' }).budgets).toBeUndefined();
    expect(() => readConfig({ RATE_LIMITS: 'redis' })).toThrow(
      'RATE_LIMITS is redis, but REDIS_URL is not set.',
    );
  });

  it.each(['localhost:6379', 'http://localhost:6379', 'redis://', 'redis://host:port'])(
    'REDIS_URL refuses %s',
    (REDIS_URL) => {
      expect(() => readConfig({ REDIS_URL })).toThrow(
        /^REDIS_URL is not valid: must be a redis:\/\/ or rediss:\/\/ address\.$/,
      );
    },
  );

  it.each([
    ['RATE_REQUESTS_PER_MINUTE', '-1'],
    ['RATE_COST_PER_MINUTE', 'plenty'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['CONCURRENCY_PER_CREDENTIAL', '0'],
  ])('%s refuses %s and names itself', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
});
