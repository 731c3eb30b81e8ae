/** Starts the raw server, without or with the checks. */
import { bodyOf, dataOf, headersOf, type Peer } from '../peer.ts';
import { startServer } from '../process.ts';
import type { World } from '../world.ts';

export async function startRaw(
  { forest }: World,
  options: { isChecked: boolean; logs?: string | undefined },
): Promise<Peer> {
  const name = options.isChecked ? 'raw2' : 'raw';
  const server = await startServer({
    name,
    args: ['bench/peers/raw/server.ts'],
    env: { DATABASE_URL: forest.url, CHECKED: options.isChecked ? '1' : '0' },
    logs: options.logs,
  });
  return {
    ...server,
    name,
    label: options.isChecked ? 'raw with authorization' : 'raw',
    isGuarded: options.isChecked,
    request: ({ key, document, variables }, world) => ({
      url: `${server.url}/${key}`,
      headers: headersOf(world),
      bodies: variables(world).map((each) => bodyOf(document, each)),
    }),
    data: (_key, answer) => dataOf(answer),
  };
}
