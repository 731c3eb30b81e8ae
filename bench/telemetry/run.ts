/** What the log, metrics and traces add to the CPU of plain reads. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verdict } from '../measure.ts';
import { addedPercent, compareLanes } from '../side-by-side/compare.ts';
import { lanes, type Lane } from './lanes.ts';

/** The most that each may add to the CPU of the gateway, and to that of it and the database. */
const TARGET_PERCENT = { metrics: 3, traces: 8 } as const;

/** CPU of plain reads with telemetry, against the same reads without. */
export async function benchTelemetry(rounds: number, only?: string): Promise<void> {
  // Takes what is sent, and does nothing with it.
  const collector = createServer((request, response) =>
    request.resume().on('end', () => response.end()),
  );
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const measured = await compareLanes<Lane>({
    name: 'telemetry',
    script: 'bench/telemetry/server.ts',
    lanes,
    env: { COLLECTOR: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces` },
    rounds,
    only,
  });
  for (const lane of ['metrics', 'traces'] as const) {
    const ratios = measured.get(lane);
    if (!ratios) continue;
    const what = `${lanes[lane]}, added to the CPU of`;
    verdict(`${what} the gateway`, addedPercent(ratios, 'gateway'), TARGET_PERCENT[lane], ' %');
    verdict(`${what} the whole`, addedPercent(ratios, 'whole'), TARGET_PERCENT[lane], ' %');
  }
  collector.close();
}
