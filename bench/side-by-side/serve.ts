/** One gateway per choice in one process, each on a port of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Gateway } from '../../src/http/gateway.ts';

/** Serves gateways, of which `LANES` may name some, and tells `compareLanes` where. */
export async function serveLanes(gateways: Record<string, () => Gateway>): Promise<void> {
  const only = (process.env['LANES'] ?? '').split(',').filter((lane) => lane !== '');
  const addresses: Record<string, string> = {};
  for (const [lane, open] of Object.entries(gateways)) {
    if (only.length > 0 && ![...only, 'none'].includes(lane)) continue;
    const gateway = open();
    const server = createServer((request, response) => void gateway(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    addresses[lane] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  }
  console.log(`ready ${JSON.stringify(addresses)}`);
  process.once('SIGTERM', () => process.exit());
}
