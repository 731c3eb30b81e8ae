/** Starts the gateway as production runs it: cost limits and budgets on, logs on, with the flags of `npm start`. */
import { readFile } from 'node:fs/promises';
import { settings } from '../../../src/config/settings.ts';
import { bodyOf, dataOf, headersOf, type Peer } from '../peer.ts';
import { POOL_SIZE, startServer } from '../process.ts';
import type { World } from '../world.ts';

/** A budget that no load exhausts. */
const PLENTY = '1000000000';

const BUDGETS = ['', 'TREE_', 'ADDRESS_'].flatMap((who) => [
  `RATE_${who}REQUESTS_PER_MINUTE`,
  `RATE_${who}COST_PER_MINUTE`,
]);

/** Whether operations can be told to take the general path. */
export const canBeGeneral = 'COMPILED' in settings.shape;

/** The arguments that `npm start` gives node. */
async function startArguments(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.split(' ').slice(1);
}

export interface BanyanOptions {
  /** Whether every operation takes the general path. */
  isGeneral: boolean;
  connections: number;
  logs?: string | undefined;
}

export async function startBanyan(
  { forest }: World,
  { isGeneral, connections, logs }: BanyanOptions,
): Promise<Peer> {
  const name = isGeneral ? 'general' : 'banyan';
  const server = await startServer({
    name,
    args: await startArguments(),
    env: {
      DATABASE_URL: forest.url,
      DATABASE_POOL_SIZE: String(POOL_SIZE),
      PORT: '0',
      LOG_LEVEL: 'info',
      RATE_LIMITS: 'memory',
      ...Object.fromEntries(BUDGETS.map((budget) => [budget, PLENTY])),
      // One key stands for many callers here.
      CONCURRENCY_PER_CREDENTIAL: String(connections),
      // Jobs are measured elsewhere.
      WORKER: 'separate',
      INVITATION_URL: 'http://127.0.0.1/invitation',
      ...(isGeneral ? { COMPILED: 'off' } : {}),
    },
    ready: /Banyan is ready: (\S+)/,
    logs,
  });
  return {
    ...server,
    name,
    label: isGeneral ? 'Banyan, general path' : 'Banyan',
    isGuarded: true,
    request: ({ document, variables }, world) => ({
      url: server.url,
      headers: headersOf(world),
      bodies: variables(world).map((each) => bodyOf(document, each)),
    }),
    data: (_key, answer) => dataOf(answer),
  };
}
