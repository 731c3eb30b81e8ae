/** Recording usage through GraphQL over HTTP, in batches of a thousand, from several meters at once. */
import { table } from './measure.ts';
import { post, startGateway } from './process.ts';

const BATCH = 1_000;
const TARGET_PER_SECOND = 10_000;
const METRICS = ['voice_minutes', 'voice_calls', 'call_seconds', 'chat_minutes', 'workflow_runs'];

const DOCUMENT = `mutation ($input: RecordUsageInput!) {
  recordUsage(input: $input) { ... on RecordUsagePayload { acceptedCount duplicateCount results { id status reason } } }
}`;

interface Answer {
  recordUsage: { acceptedCount: number; duplicateCount: number };
}

export async function benchIngest(batches: number): Promise<void> {
  const { url, apiKey, stop } = await startGateway();
  const tree = await post<{ organization: { descendants: { nodes: { id: string }[] } } }>(
    url,
    apiKey,
    '{ organization { descendants(first: 100) { nodes { id } } } }',
  );
  const organizations = tree.data?.organization.descendants.nodes.map((node) => node.id) ?? [];
  let made = 0;
  const batch = (now: number) =>
    Array.from({ length: BATCH }, () => {
      const n = made++;
      return {
        id: `bench-${n}`,
        organizationId: organizations[n % organizations.length],
        metric: METRICS[n % METRICS.length],
        quantity: `${n % 100}.${n % 1_000}`,
        occurredAt: new Date(now - (n % 3_600) * 1_000).toISOString(),
      };
    });
  const run = async (meters: number): Promise<number> => {
    let left = batches;
    const begin = performance.now();
    await Promise.all(
      Array.from({ length: meters }, async () => {
        while (left-- > 0) {
          const answer = await post<Answer>(url, apiKey, DOCUMENT, { input: { events: batch(Date.now()) } });
          if (answer.data?.recordUsage.acceptedCount !== BATCH) throw new Error(JSON.stringify(answer).slice(0, 500));
        }
      }),
    );
    return (batches * BATCH * 1_000) / (performance.now() - begin);
  };
  await run(2);
  const lines: string[][] = [];
  let best = 0;
  for (const meters of [1, 2, 4, 8]) {
    const perSecond = await run(meters);
    best = Math.max(best, perSecond);
    lines.push([String(meters), Math.round(perSecond).toLocaleString('en')]);
  }
  console.log(`\n${batches} batches of ${BATCH} for each row, callers, gateway and database on the same cores\n`);
  table(['meters at once', 'events a second'], lines);
  console.log('');
  const kept = best >= TARGET_PER_SECOND;
  console.log(`${kept ? 'kept  ' : 'MISSED'}  recording: ${Math.round(best)} events a second, target ≥ ${TARGET_PER_SECOND}`);
  await stop();
}
