/** Many requests at once on a machine that is busy with other work. */
import { code, type GraphQLAnswer } from './world.ts';

/**
 * Limits of a gateway that is sent many requests at once: they wait for each other, and on a busy
 * machine for longer than an operation may take. Tests of that limit have gateways of their own.
 */
export const PATIENT = { operationDeadlineMs: 60_000 };

/** How often a request is sent again. */
const AGAIN_MAX = 20;

/**
 * Sends a request, again while the answer is that the database cannot be reached and that nothing
 * was changed, as clients are told to. On a busy machine many requests at once can keep the server
 * from answering within a second. If something was changed after all, what the test counts is wrong.
 */
export async function untilAnswered<Answer extends GraphQLAnswer<unknown>>(
  send: () => Promise<Answer>,
): Promise<Answer> {
  for (let again = 0; ; again++) {
    const answer = await send();
    const outcome = answer.errors?.[0]?.extensions['outcome'];
    const changedNothing = code(answer) === 'UNAVAILABLE' && outcome === 'NOTHING_CHANGED';
    if (!changedNothing || again === AGAIN_MAX) return answer;
  }
}
