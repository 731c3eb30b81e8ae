/** What the checks before a request cost: plain reads of the gateway with and without them, alternating in one run. */
import { createGateway, type Gateway, type GatewayOptions } from '../src/server.ts';
import { connect } from '../src/database/connect.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { verdict } from './measure.ts';
import { startGateway } from './process.ts';

const TARGET_PERCENT = 1;
const ROUNDS = 41;
const REQUESTS = 300;

const reads: { query: string; variables?: Record<string, unknown> }[] = [
  { query: '{ viewer { organization { slug } scopes } }' },
  { query: '{ organization { name descendantCount children { totalCount nodes { slug name childCount } } } }' },
  {
    query:
      'query ($n: Int!) { organization { children(first: $n) { nodes { slug members(first: 5) { nodes { user { email } roles { key } } } } } } }',
    variables: { n: 4 },
  },
];

/** CPU of this process for some requests, in microseconds each. */
async function measure(gateway: Gateway, token: string): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < REQUESTS; n++) {
    const response = await gateway.fetch('http://bench/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(reads[n % reads.length]),
    });
    const body = await response.text();
    if (body.includes('"errors"')) throw new Error(body);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

export async function benchGuards(): Promise<void> {
  const running = await startGateway();
  const log = createLogger('warn');
  const db = connect({ url: running.databaseUrl, poolSize: 4, log });
  const options: GatewayOptions = {
    db,
    log,
    clock: () => new Date(),
    organizationHeader: 'X-Organization',
    settings: { invitationDays: 7, retentionDays: 30 },
    introspection: 'off',
    graphiql: false,
    corsOrigins: [],
    credentialUsed: () => undefined,
  };
  const checked = createGateway(options);
  const plain = createGateway({ ...options, limits: false });
  const ratios: number[] = [];
  const [withChecks, without]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever comes second finds warmer caches.
    const first = round % 2 === 0 ? checked : plain;
    const one = await measure(first, running.apiKey);
    const other = await measure(first === checked ? plain : checked, running.apiKey);
    const [guarded, bare] = first === checked ? [one, other] : [other, one];
    if (round < 4) continue;
    withChecks.push(guarded);
    without.push(bare);
    ratios.push(guarded / bare);
  }
  console.log(`        CPU of a plain read: ${median(withChecks).toFixed(0)} µs with the checks, ${median(without).toFixed(0)} µs without`);
  verdict('the checks add, median of pairs', (median(ratios) - 1) * 100, TARGET_PERCENT, ' %');
  await db.destroy();
  await running.stop();
}
