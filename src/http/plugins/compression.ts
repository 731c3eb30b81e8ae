/** Compresses the responses of queries for clients that accept it. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { recordOf } from '../../telemetry/request-record.ts';

/** The minimum length of a response that is compressed. Shorter ones gain nothing. */
export const BYTES_MIN = 1_024;

/** Takes a third of the time of the default quality of 11, for responses that are a few percent longer. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const compressors = { br: promisify(brotliCompress), gzip: promisify(gzip) };
type Encoding = keyof typeof compressors;

/** Compresses the text of a response. */
export function compressed(plain: Buffer, encoding: Encoding): Promise<Buffer> {
  return encoding === 'br' ? compressors.br(plain, BROTLI) : compressors.gzip(plain);
}

/**
 * Returns the preferred encoding that the client accepts; undefined if there is none. A weight of 0
 * refuses one.
 */
export function encodingFor(acceptEncoding: string | null): Encoding | undefined {
  if (acceptEncoding === null) return undefined;
  const weights = new Map(
    acceptEncoding.split(',').map((part) => {
      const [name = '', weight = 'q=1'] = part.split(';').map((text) => text.trim().toLowerCase());
      return [name, Number(weight.replace(/^q=/, ''))];
    }),
  );
  return (['br', 'gzip'] as const).find((name) => (weights.get(name) ?? 0) > 0);
}

/**
 * Compresses long responses of queries under `path`. Those of mutations are not compressed: they
 * may contain a secret that is shown once, and an attacker who chooses other parts of the response
 * could guess its letters from the compressed length.
 */
export function compression(path: string): Plugin {
  return {
    async onResponse({ request, response, setResponse, fetchAPI }) {
      if (new URL(request.url).pathname !== path || response.headers.has('content-encoding'))
        return;
      const { headers } = response;
      headers.append('vary', 'accept-encoding');
      const encoding = encodingFor(request.headers.get('accept-encoding'));
      const isQuery = recordOf(request).operationType === OperationTypeNode.QUERY;
      if (
        !encoding ||
        !isQuery ||
        !response.body ||
        Number(headers.get('content-length') ?? BYTES_MIN) < BYTES_MIN
      )
        return;
      const plain = Buffer.from(await response.arrayBuffer());
      const isLong = plain.byteLength >= BYTES_MIN;
      const bytes = isLong ? await compressed(plain, encoding) : plain;
      if (isLong) headers.set('content-encoding', encoding);
      headers.set('content-length', String(bytes.byteLength));
      setResponse(
        new fetchAPI.Response(new Uint8Array(bytes), { status: response.status, headers }),
      );
    },
  };
}
