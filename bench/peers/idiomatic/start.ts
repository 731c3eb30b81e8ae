/** Starts the idiomatic server. */
import { bodyOf, dataOf, headersOf, type Peer } from '../peer.ts';
import { startServer } from '../process.ts';
import type { World } from '../world.ts';

export async function startIdiomatic(
  { forest }: World,
  { logs }: { logs: string | undefined },
): Promise<Peer> {
  const server = await startServer({
    name: 'idiomatic',
    args: ['bench/peers/idiomatic/server.ts'],
    env: { DATABASE_URL: forest.url },
    logs,
  });
  return {
    ...server,
    name: 'idiomatic',
    label: 'Yoga + Pothos + DataLoader',
    isGuarded: true,
    request: ({ document, variables }, world) => ({
      url: `${server.url}/graphql`,
      headers: headersOf(world),
      bodies: variables(world).map((each) => bodyOf(document, each)),
    }),
    data: (_key, answer) => dataOf(answer),
  };
}
