/** The media types that operations are answered with. */

/** What answers are written as; where a client accepts both, the last. */
const SUBTYPES = ['graphql-response+json', 'json'] as const;

/**
 * Returns the type of the answer that Yoga would choose: of those that the client accepts, the first.
 * Undefined if it accepts none of them, or none in UTF-8.
 */
export function mediaTypeFor(accept: string | null): string | undefined {
  // What nearly all clients send.
  if (accept === 'application/json') return accept;
  for (const accepted of (accept || '*/*').replaceAll(/\s/g, '').toLowerCase().split(',')) {
    const [range = '', ...parameters] = accepted.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    const [type, subtype] = range.split('/');
    if (type !== '*' && type !== 'application') continue;
    const chosen = SUBTYPES.findLast((name) => subtype === '*' || subtype === name);
    if (chosen !== undefined) return `application/${chosen}`;
  }
  return undefined;
}
