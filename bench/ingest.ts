/**
 * Recording usage through GraphQL over HTTP, in batches of a thousand, from several meters at once, while the worker
 * rolls; then all of it again, which must change nothing.
 */
import pg from 'pg';
import { table } from './measure.ts';
import { post, startGateway } from './process.ts';

const BATCH = 1_000;
const TARGET_PER_SECOND = 10_000;
const METERS = [1, 2, 4, 8];
const METRICS = ['voice_minutes', 'voice_calls', 'call_seconds', 'chat_minutes', 'workflow_runs'];

const RECORD = `mutation ($input: RecordUsageInput!) {
  recordUsage(input: $input) { ... on RecordUsagePayload { acceptedCount duplicateCount results { id status reason } } }
}`;
const SUMS = `query ($from: DateTime!, $to: DateTime!) {
  organization { usage(from: $from, to: $to) { metrics { metric { key } value } } }
}`;

interface Recorded {
  recordUsage: { acceptedCount: number; duplicateCount: number };
}

export async function benchIngest(batches: number): Promise<void> {
  const { url, apiKey, databaseUrl, stop } = await startGateway();
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const tree = await post<{ organization: { descendants: { nodes: { id: string }[] } } }>(
    url,
    apiKey,
    '{ organization { descendants(first: 100) { nodes { id } } } }',
  );
  const organizations = tree.data?.organization.descendants.nodes.map((node) => node.id) ?? [];
  const start = Date.now();
  const batch = (number: number) =>
    Array.from({ length: BATCH }, (_, index) => {
      const n = number * BATCH + index;
      return {
        id: `bench-${n}`,
        organizationId: organizations[n % organizations.length],
        metric: METRICS[n % METRICS.length],
        quantity: `${n % 100}.${n % 1_000}`,
        occurredAt: new Date(start - (n % 86_400) * 1_000).toISOString(),
      };
    });
  const waiting = async (): Promise<number> =>
    (await database.query<{ count: number }>('select count(*)::int as count from usage_tail'))
      .rows[0]?.count ?? NaN;
  let sent = 0;
  /** Sends batches of these numbers, so many at once; events a second, and the most that waited to be rolled. */
  const run = async (
    numbers: number[],
    meters: number,
    counted: 'acceptedCount' | 'duplicateCount',
  ) => {
    const begin = performance.now();
    let longest = 0;
    const watch = setInterval(
      () => void waiting().then((rows) => (longest = Math.max(longest, rows))),
      500,
    );
    await Promise.all(
      Array.from({ length: meters }, async () => {
        for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
          const answer = await post<Recorded>(url, apiKey, RECORD, {
            input: { events: batch(number) },
          });
          if (answer.data?.recordUsage[counted] !== BATCH)
            throw new Error(JSON.stringify(answer).slice(0, 500));
          sent++;
        }
      }),
    );
    clearInterval(watch);
    return { perSecond: (sent * BATCH * 1_000) / (performance.now() - begin), longest };
  };
  const sums = async (): Promise<string> => {
    const window = {
      from: new Date(start - 366 * 86_400_000).toISOString(),
      to: new Date(start).toISOString(),
    };
    return JSON.stringify((await post(url, apiKey, SUMS, window)).data);
  };
  const numbers = (first: number, count: number): number[] =>
    Array.from({ length: count }, (_, n) => first + n);

  const lines: string[][] = [];
  let [best, first] = [0, 0];
  for (const meters of METERS) {
    sent = 0;
    const { perSecond, longest } = await run(numbers(first, batches), meters, 'acceptedCount');
    first += batches;
    best = Math.max(best, perSecond);
    lines.push([
      String(meters),
      Math.round(perSecond).toLocaleString('en'),
      longest.toLocaleString('en'),
    ]);
  }
  console.log(
    `\n${batches} batches of ${BATCH} for each row, callers, gateway, database and roll on the same cores\n`,
  );
  table(['meters at once', 'events a second', 'most rows that waited for the roll'], lines);

  const before = await sums();
  sent = 0;
  const { perSecond } = await run(numbers(0, first), 4, 'duplicateCount');
  const unchanged = before === (await sums());
  console.log(
    `\nall ${(first * BATCH).toLocaleString('en')} again: ${Math.round(perSecond).toLocaleString('en')} events a second`,
  );
  console.log(`${unchanged ? 'kept  ' : 'MISSED'}  the sums are the same to the last digit`);
  const kept = best >= TARGET_PER_SECOND;
  console.log(
    `${kept ? 'kept  ' : 'MISSED'}  recording: ${Math.round(best)} events a second, target ≥ ${TARGET_PER_SECOND}`,
  );
  await database.end();
  await stop();
}
