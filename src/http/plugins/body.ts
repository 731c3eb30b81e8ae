/** Request bodies: limited in bytes depending on the caller, and JSON objects. */
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { clientGone } from '../../database/deadline.ts';
import { RequestError } from '../../errors.ts';
import { overLimit } from '../../limits/refusal.ts';
import type { RequestLimits } from '../../limits/settings.ts';
import { begunOf } from '../begun.ts';
import { jsonSize } from './json-size.ts';
import type { Callers } from './authentication.ts';

/**
 * Nesting levels of a body around the value of a variable: the body itself and the object of all
 * variables.
 */
const LEVELS_AROUND = 2;

function badRequest(argument: string, bound: string): RequestError {
  return new RequestError('BAD_USER_INPUT', `The ${argument} of the request ${bound}.`, {
    argument,
    bound,
    http: { status: 400 },
  });
}

/** Reads the text of a body of at most `maximum` bytes. */
async function bodyText(request: Request, maximum: number): Promise<string> {
  const length = request.headers.get('content-length');
  if (length !== null && Number(length) > maximum)
    throw overLimit('bodyBytes', maximum, Number(length), 413);
  // An HTTP server reads no more than the announced length. Without one, the bytes are counted.
  if (length !== null) return request.text().catch(disconnected);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Not `for await`: leaving it early would close the connection before the refusal is written.
  const reader = request.body?.getReader();
  const read = () => reader?.read().catch(disconnected);
  for (let next = await read(); next?.value; next = await read()) {
    bytes += next.value.byteLength;
    if (bytes > maximum) throw overLimit('bodyBytes', maximum, bytes, 413);
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString();
}

/** A body cannot be read to its end only if the client does not send it. */
function disconnected(): never {
  throw clientGone();
}

/** Parses the text of a body. Refuses what is no JSON object, too deep, or of too many values. */
export function paramsOf(text: string, limits: RequestLimits): GraphQLParams {
  const { values, ...size } = jsonSize(text, {
    depth: limits.variableDepth + LEVELS_AROUND,
    values: limits.bodyValues,
  });
  if (values > limits.bodyValues) throw overLimit('bodyValues', limits.bodyValues, values, 400);
  const depth = size.depth - LEVELS_AROUND;
  if (depth > limits.variableDepth)
    throw overLimit('variableDepth', limits.variableDepth, depth, 400);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('body', 'must be JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('body', 'must be one JSON object with "query"; batches are not supported');
  }
  return value;
}

/**
 * Reads and validates bodies, instead of Yoga's own reader, whose errors have neither our codes nor
 * status 400.
 */
export function body(callers: Callers, limits: RequestLimits): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (requestParser === undefined) return;
      if (request.method !== 'POST') {
        setRequestParser(async (asked) => {
          try {
            return await requestParser(asked);
          } catch (error) {
            if (error instanceof SyntaxError)
              throw badRequest('query string', 'must contain JSON in "variables" and "extensions"');
            throw error;
          }
        });
        return;
      }
      const params = begunOf(request)?.params;
      if (params) {
        setRequestParser(() => params);
        return;
      }
      const isAuthenticated = callers.get(request)?.principal.credential != null;
      const maximum = isAuthenticated ? limits.bodyBytes : limits.bodyBytesAnonymous;
      setRequestParser(async (asked) => paramsOf(await bodyText(asked, maximum), limits));
    },
    onParams({ params: { query } }) {
      if (typeof query !== 'string')
        throw badRequest('query', 'must be the text of a GraphQL document');
    },
  };
}
