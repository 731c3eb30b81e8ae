/** How the fast path answers: with the headers, the encoding and the log line of any answer. */
import type { Utf8 } from '../database/utf8.ts';
import type { Reports, RequestRecord } from '../telemetry/request-record.ts';
import type { Incoming } from './incoming.ts';
import { BYTES_MIN, compressed, encodingFor } from './plugins/compression.ts';

/** An answer: status 200. */
export interface Answer {
  headers: Record<string, string>;
  /** Written as Latin-1, if it is a text: one byte per character. */
  body: Utf8 | Buffer;
}

/** What an answer consists of. */
export interface Written {
  text: Utf8;
  mediaType: string;
  /** Headers that all answers have. */
  headers: Readonly<Record<string, string>>;
  record: RequestRecord;
  /** Whether the client has disconnected. */
  isAborted: boolean;
}

/** The answer with a text, compressed if that is accepted and worth it. It is reported. */
export async function answerOf(
  { text, mediaType, headers: fixed, record, isAborted }: Written,
  { method, header }: Incoming,
  reports: Reports,
): Promise<Answer> {
  const headers: Record<string, string> = {
    ...fixed,
    'content-type': `${mediaType}; charset=utf-8`,
    'x-request-id': record.requestId,
  };
  const encoding = encodingFor(header('accept-encoding'));
  let body: Utf8 | Buffer = text;
  if (encoding && text.length >= BYTES_MIN) {
    body = await compressed(Buffer.from(text, 'latin1'), encoding);
    headers['content-encoding'] = encoding;
  }
  const bytes = body.length;
  headers['content-length'] = String(bytes);
  record.finish(reports, method, { status: 200, bytes, isAborted });
  return { headers, body };
}
