/** What creating an organization costs as the platform grows: the whole mutation, provisioning planned, in the largest tree. */
import { sql } from 'kysely';
import { encodeId } from '../src/values/ids.ts';
import { openForest } from './forest.ts';
import { openLane, type Lane } from './lane.ts';
import { ms, summary, table, verdict, type Timing } from './measure.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const TARGET_GROWTH = 1.5;
const ROUNDS = 3;
const CREATED = 200;

interface Place {
  lane: Lane;
  parents: string[];
}

async function measure({ lane, parents }: Place, round: number): Promise<Timing> {
  const times: number[] = [];
  for (let n = 0; n < CREATED; n++) {
    const slug = `bench-${Date.now().toString(36)}-${round}-${n}`;
    const parentId = parents[(round * CREATED + n) % parents.length];
    const begin = performance.now();
    await lane.mutate('createOrganization', 'organization { id depth }', {
      name: 'Bench',
      slug,
      parentId,
    });
    // The first of a round find cold caches.
    if (n >= 20) times.push(performance.now() - begin);
  }
  return summary(times);
}

export async function benchCreate(largest: number): Promise<void> {
  const sizes = SIZES.filter((size) => size <= largest);
  const closers: (() => Promise<void>)[] = [];
  const places: Place[] = [];
  for (const size of sizes) {
    const { db, url, close } = await openForest(size);
    const { rows: roots } = await sql<{ id: string }>`
      select lineage[1] as id from organizations group by lineage[1] order by count(*) desc limit 1`.execute(
      db,
    );
    const root = roots[0]?.id ?? '';
    const { rows } = await sql<{ id: string }>`
      select id from organizations where lineage[1] = ${root}::uuid and depth < 20 order by hashtext(id::text) limit 1000`.execute(
      db,
    );
    const lane = await openLane(url, root);
    places.push({ lane, parents: rows.map((row) => encodeId('Organization', row.id)) });
    closers.push(lane.close, close);
  }
  const rounds: Timing[][] = sizes.map(() => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, place] of places.entries()) rounds[index]?.push(await measure(place, round));
  const middle = (index: number): Timing =>
    rounds[index]?.toSorted((a, b) => a.p50 - b.p50)[1] ?? { p50: NaN, p95: NaN };
  console.log('\ncreateOrganization, the middle of three rounds, p50 / p95 ms\n');
  table(
    ['organizations', 'p50', 'p95', 'against the smallest'],
    sizes.map((size, index) => [
      size.toLocaleString('en'),
      ms(middle(index).p50),
      ms(middle(index).p95),
      `${(middle(index).p50 / middle(0).p50).toFixed(2)}×`,
    ]),
  );
  console.log('');
  verdict(
    'creating, largest platform against smallest',
    middle(sizes.length - 1).p50 / middle(0).p50,
    TARGET_GROWTH,
    '×',
  );
  for (const close of closers) await close();
}
