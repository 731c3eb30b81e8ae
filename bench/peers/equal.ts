/** Whether all peers give the same answers and those that check refuse the same requests, before anything is measured. */
import { isDeepStrictEqual } from 'node:util';
import { createToken } from '../../src/authentication/secret.ts';
import { ask } from './ask.ts';
import type { Peer } from './peer.ts';
import type { PeerQuery } from './queries.ts';
import type { World } from './world.ts';

/** Requests that are compared per query, spread over the rotation. */
const COMPARED = 12;

/** An answer with every text and number of a written row replaced by its type: no two writes answer the same. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

/** Throws unless each peer answers the query as the gateway does. */
export async function compareAnswers(
  query: PeerQuery,
  peers: readonly Peer[],
  gateway: Peer,
  world: World,
): Promise<void> {
  const expectedOf = gateway.request(query, world);
  if (!expectedOf) throw new Error(`the gateway does not answer ${query.key}`);
  const step = Math.max(1, Math.floor(expectedOf.bodies.length / COMPARED));
  const answer = async (peer: Peer, n: number): Promise<unknown> => {
    const request = peer.request(query, world);
    if (!request) return undefined;
    const text = await ask(request, n);
    try {
      const data = peer.data(query.key, text);
      return query.writes ? shapeOf(data) : data;
    } catch (error) {
      throw new Error(`${peer.label} gives no answer to ${query.key}: ${text.slice(0, 1_000)}`, {
        cause: error,
      });
    }
  };
  for (let n = 0; n < expectedOf.bodies.length; n += step) {
    const expected = await answer(gateway, n);
    for (const peer of peers) {
      const given = await answer(peer, n);
      if (given !== undefined && !isDeepStrictEqual(given, expected))
        throw new Error(
          `${peer.label} answers ${query.key} (${n}) otherwise than the gateway:\n${JSON.stringify(given)}\n${JSON.stringify(expected)}`,
        );
    }
  }
}

/** Throws unless each peer that checks refuses a wrong secret, and an organization outside the subtree of the key. */
export async function compareRefusals(
  query: PeerQuery,
  peers: readonly Peer[],
  world: World,
): Promise<void> {
  const forged = { ...world, token: createToken('ak', world.keyId) };
  const elsewhere = { ...world, ids: { ...world.ids, any: [world.outsider] } };
  for (const peer of peers.filter(({ isGuarded }) => isGuarded)) {
    for (const wrong of [forged, elsewhere]) {
      const request = peer.request(query, wrong);
      const text = request ? await ask(request, 0) : '';
      if (!text.includes('"errors"') || text.includes('"slug"'))
        throw new Error(`${peer.label} answers what it must refuse: ${text.slice(0, 500)}`);
    }
  }
}
