/** Which pages may read answers in a browser, in the form that Yoga takes and as headers. */

const METHODS = ['GET', 'POST', 'OPTIONS'];
/** Headers of answers that pages may read. */
const EXPOSED = ['Retry-After'];

/** The options of Yoga's own plugin; false if no other origin is configured. */
export function corsOptions(origins: readonly string[]) {
  return (
    origins.length > 0 && {
      origin: [...origins],
      credentials: false,
      methods: METHODS,
      exposedHeaders: EXPOSED,
    }
  );
}

/** The headers that Yoga's plugin sets for a request with this `Origin`. */
export function corsHeaders(origins: readonly string[], origin: string): Record<string, string> {
  const [only] = origins;
  if (only === undefined) return {};
  return {
    'access-control-allow-origin':
      origins.length === 1 ? only : origins.includes(origin) ? origin : 'null',
    'access-control-allow-methods': METHODS.join(', '),
    'access-control-expose-headers': EXPOSED.join(', '),
  };
}
