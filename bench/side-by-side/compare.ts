/**
 * What choices of the gateway add to the CPU of plain reads: gateways with and without them answer
 * the same requests over sockets, in turns.
 */
import { Random } from '../../src/seed/random.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { openForest } from '../forest.ts';
import { table } from '../measure.ts';
import { cpuOf } from '../peers/cpu.ts';
import { startGenerator } from '../peers/load/generator.ts';
import { openMeter } from '../peers/postgres.ts';
import { startServer } from '../peers/process.ts';

/**
 * V8 goes on to optimize a gateway until it has answered about 80,000 requests. Before, the ratios
 * tell how far it has come with each rather than what a choice costs.
 */
const WARM_UP_ROUNDS = 30;
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
export interface Cpu {
  /** Of the gateway's process. */
  gateway: number;
  /** Of that and of the database's processes. */
  whole: number;
}

export interface Measured {
  times: Cpu[];
  /** The same against the gateway without any of it, measured right before and after. */
  ratios: Cpu[];
}

/** The mean of the middle half, so that rounds that were disturbed count on neither side. */
export function middleMean(values: readonly number[]): number {
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

/** What is compared. */
export interface Comparison<Lane extends string> {
  /** Names the forest and the process. */
  name: string;
  /** The process with one gateway per lane, which calls `serveLanes`. */
  script: string;
  /** The choices by their names, with what they are; `none` is what the others are compared with. */
  lanes: Readonly<Record<Lane, string>>;
  /** Settings of the process. */
  env: Record<string, string>;
  rounds: number;
  /** Compares these only; absent for all. */
  only?: string | undefined;
}

/** Compares all lanes that the process serves, and prints a table. */
export async function compareLanes<Lane extends string>({
  name,
  script,
  lanes,
  env,
  rounds,
  only = '',
}: Comparison<Lane>): Promise<Map<Lane, Measured>> {
  const { db, url, close } = await openForest(1_000, {
    owner: name,
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
    name,
    args: ['--max-old-space-size=512', '--max-semi-space-size=12', script],
    env: { DATABASE_URL: url, LANES: only, ...env },
  });
  const addresses = JSON.parse(server.url) as Partial<Record<string, string>>;

  const ask = async (lane: Lane | 'none'): Promise<Cpu> => {
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
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
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
      'with',
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
  generator.close();
  await server.stop();
  await close();
  return measured;
}

/** The percentage that a lane adds. */
export function addedPercent({ ratios }: Measured, part: keyof Cpu): number {
  return (middleMean(ratios.map((ratio) => ratio[part])) - 1) * 100;
}
