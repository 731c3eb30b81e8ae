/** The media types that operations are answered with. */

/** What each type that a client may name is answered with. */
const ANSWERS: Readonly<Record<string, string>> = {
  'application/graphql-response+json': 'application/graphql-response+json',
  'application/json': 'application/json',
  'application/*': 'application/json',
  '*/*': 'application/json',
};

/**
 * Returns the type of the answer that Yoga would choose: of those that the client accepts, the first.
 * Undefined if it accepts none of them, or none in UTF-8.
 */
export function mediaTypeFor(accept: string | null): string | undefined {
  if (accept === null || accept === '') return ANSWERS['*/*'];
  for (const accepted of accept.replaceAll(/\s/g, '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = accepted.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    const answer = ANSWERS[type];
    if (answer !== undefined && (charset === undefined || charset === 'charset=utf-8'))
      return answer;
  }
  return undefined;
}
