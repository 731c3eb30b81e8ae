/**
 * What guarding and the log add to the CPU of plain reads: counting cost, spending budgets, a line
 * per request. Gateways with and without them answer the same requests over sockets, in turns.
 */
import { Random } from '../../src/seed/random.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { openForest } from '../forest.ts';
import { table, verdict } from '../measure.ts';
import { cpuOf } from '../peers/cpu.ts';
import { startGenerator } from '../peers/load/generator.ts';
import { openMeter } from '../peers/postgres.ts';
import { startServer } from '../peers/process.ts';
import { lanes, type Lane } from './lanes.ts';

const TARGET_PERCENT = 3;
const ROUNDS = 100;
const WARM_UP_ROUNDS = 4;
/** How long each gateway is asked in a round. */
const ROUND_MS = 200;
const CONNECTIONS = 4;
/** Times that rounds are drawn again, for the bounds of a ratio. */
const DRAWS = 1_000;

const reads: { query: string; variables?: Record<string, unknown> }[] = [
  { query: '{ viewer { organization { slug } scopes } }' },
  {
    query:
      '{ organization { name descendantCount children(first: 10) { totalCount nodes { slug name childCount } } } }',
  },
  {
    query:
      'query ($n: Int!) { organization { children(first: $n) { nodes { slug members(first: 5) { nodes { user { email } roles { key } } } } } } }',
    variables: { n: 4 },
  },
];

/** CPU of a request in microseconds. */
interface Cpu {
  /** Of the gateway's process. */
  gateway: number;
  /** Of that and of the database's processes. */
  whole: number;
}

interface Measured {
  times: Cpu[];
  /** The same against the gateway without checks, measured right before and after. */
  ratios: Cpu[];
}

/** The mean of the middle half, so that rounds that were disturbed count on neither side. */
function middleMean(values: readonly number[]): number {
  const quarter = Math.floor(values.length / 4);
  const middle = values.toSorted((a, b) => a - b).slice(quarter, values.length - quarter);
  return middle.reduce((total, value) => total + value, 0) / middle.length;
}

/** The bounds between which `middleMean` lies with 95 % confidence, by drawing the values again (bootstrap). */
function boundsOf(values: readonly number[], random: Random): string {
  const drawn = Array.from({ length: DRAWS }, () =>
    middleMean(values.map(() => random.pick(values))),
  ).toSorted((a, b) => a - b);
  const at = (share: number): string => (drawn[Math.floor(share * (DRAWS - 1))] ?? NaN).toFixed(3);
  return `${at(0.025)} to ${at(0.975)}`;
}

/** CPU of plain reads with the checks, against the same reads without them. */
export async function benchGuards(): Promise<void> {
  const { db, url, close } = await openForest(1_000, {
    owner: 'guards',
    settings: { shared_preload_libraries: 'pg_stat_statements' },
  });
  const root = await db
    .selectFrom('organizations')
    .select('id')
    .where('parent_id', 'is', null)
    .limit(1)
    .executeTakeFirstOrThrow();
  const token = await insertApiKey(db, root.id, 'bench');
  const meter = await openMeter(db);
  const generator = startGenerator();
  const server = await startServer({
    name: 'guards',
    args: ['--max-old-space-size=512', '--max-semi-space-size=12', 'bench/guards/server.ts'],
    env: { DATABASE_URL: url, REDIS_URL: process.env['REDIS_URL'] ?? '' },
  });
  const addresses = JSON.parse(server.url) as Partial<Record<Lane, string>>;

  const ask = async (lane: Lane): Promise<Cpu> => {
    const [gateway = NaN, database = NaN] = [await cpuOf(server.pid), await meter.cpu()];
    const { requests } = await generator.make({
      url: addresses[lane] ?? '',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      bodies: reads.map((read) => JSON.stringify(read)),
      unique: null,
      connections: CONNECTIONS,
      milliseconds: ROUND_MS,
    });
    const own = (((await cpuOf(server.pid)) ?? NaN) - gateway) * 1e6;
    const others = (((await meter.cpu()) ?? NaN) - database) * 1e6;
    return { gateway: own / requests, whole: (own + others) / requests };
  };

  const random = new Random(1);
  const measured = new Map<Lane, Measured>();
  for (const lane of Object.keys(addresses) as Lane[])
    if (lane !== 'none') measured.set(lane, { times: [], ratios: [] });
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [lane, { times, ratios }] of random.shuffled([...measured])) {
      // Around and between, so that what slows the machine down for a moment slows both down.
      const [first, one, other, last] = [
        await ask('none'),
        await ask(lane),
        await ask(lane),
        await ask('none'),
      ];
      if (round < 0) continue;
      const sum = (a: Cpu, b: Cpu): Cpu => ({
        gateway: a.gateway + b.gateway,
        whole: a.whole + b.whole,
      });
      const [checked, bare] = [sum(one, other), sum(first, last)];
      times.push({ gateway: checked.gateway / 2, whole: checked.whole / 2 });
      ratios.push({ gateway: checked.gateway / bare.gateway, whole: checked.whole / bare.whole });
    }
  }
  table(
    [
      'checks',
      'gateway µs',
      'against none',
      '95 % of that',
      'with database µs',
      'against none',
      '95 % of that',
    ],
    [...measured].map(([lane, { times, ratios }]) => [
      lanes[lane],
      ...(['gateway', 'whole'] as const).flatMap((part) => [
        middleMean(times.map((time) => time[part])).toFixed(0),
        middleMean(ratios.map((ratio) => ratio[part])).toFixed(3),
        boundsOf(
          ratios.map((ratio) => ratio[part]),
          random,
        ),
      ]),
    ]),
  );
  const both = measured.get('both')?.ratios ?? [];
  const added = (part: keyof Cpu): number =>
    (middleMean(both.map((ratio) => ratio[part])) - 1) * 100;
  verdict(
    'cost and budgets in memory add to the CPU of the gateway',
    added('gateway'),
    TARGET_PERCENT,
    ' %',
  );
  verdict(
    'cost and budgets in memory add to the CPU of a request',
    added('whole'),
    TARGET_PERCENT,
    ' %',
  );
  generator.close();
  await server.stop();
  await close();
}
