/** What went wrong with a request, in the words of the API. */
import type { CombinedError } from 'urql';

/** The codes that views tell apart; all others are shown by their message. */
export type Code =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'INVALID_WINDOW'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'NETWORK'
  | (string & {});

interface Answered {
  status: number;
  headers: Headers;
}

const answerOf = (error: CombinedError): Answered | undefined =>
  error.response as Answered | undefined;

/** The status of the answer; undefined if there was none. */
export const statusOf = (error: CombinedError): number | undefined => answerOf(error)?.status;

/** The first code of an error; `NETWORK` if there was no answer that could be read. */
export function codeOf(error: CombinedError): Code {
  const code = error.graphQLErrors[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : 'NETWORK';
}

/** The id of the request, which whoever runs the gateway can look up in the log. */
export function requestIdOf(error: CombinedError): string | undefined {
  const id = error.graphQLErrors[0]?.extensions?.['requestId'];
  return typeof id === 'string' ? id : undefined;
}

/** The seconds to wait before trying again, if the gateway said so. */
export function retryAfterOf(error: CombinedError): number | undefined {
  const seconds = Number(answerOf(error)?.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** Whether the same request may work in a moment: nothing is wrong with it. */
export function isPassing(error: CombinedError): boolean {
  return ['NETWORK', 'UNAVAILABLE', 'RATE_LIMITED'].includes(codeOf(error));
}
