/** Every mutation with every input of its sample, so that every statement behind one is sent. */
import type { Ground, Sender } from '../samples/sample.ts';
import { documentOf, SAMPLES, titleOf, unsampled } from '../samples/registry.ts';
import type { GraphQLAnswer, RequestOptions, World } from '../setup/world.ts';

/** Where mutations act, and how they are sent. */
export interface Grounds extends Ground {
  send(document: string, as: Sender, input: Record<string, unknown>): Promise<{ data?: unknown }>;
}

/** Sends every mutation once for each of its inputs. Returns what those answered that gave no payload, and what has no sample. */
export async function everyMutation({ send, ...ground }: Grounds): Promise<string[]> {
  const failed = unsampled();
  for (const [name, { input, more = [], sender = 'an API key', shows }] of SAMPLES) {
    for (const plant of [input, ...more]) {
      const answer = await send(documentOf(name, shows), sender, await plant(ground));
      if (!JSON.stringify(answer.data ?? null).includes(`"${titleOf(name)}Payload"`))
        failed.push(`${name}: ${JSON.stringify(answer)}`);
    }
  }
  return failed;
}

/** Senders in the world of the tests, who act in north. */
export const CALLERS: Readonly<Record<Sender, RequestOptions>> = {
  'an API key': { as: 'key@north' },
  'a person': { as: 'admin@north' },
  'a person without organization': { as: 'admin@north', organization: null },
};

/** The same in the world of the tests, by callers of north. */
export function everyMutationIn(
  world: World,
  send: Grounds['send'] = (document, as, input): Promise<GraphQLAnswer> =>
    world.ask(document, { ...CALLERS[as], withoutSocket: true }, { input }),
): Promise<string[]> {
  return everyMutation({
    database: world,
    organization: world.uuid('north'),
    email: 'admin@north.example',
    send,
  });
}
