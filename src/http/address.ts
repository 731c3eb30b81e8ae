/** Requests whose address is none, because of their `Host` header. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorFacts } from '../telemetry/error-facts.ts';
import { RequestRecord, type Reports } from '../telemetry/request-record.ts';
import { operationHeaders } from './plugins/answers.ts';

/** Whether a request has an address. Yoga answers any other with the place in the code where it fails. */
export function hasAddress({ headers, url }: IncomingMessage): boolean {
  return URL.canParse(`http://${headers.host ?? 'localhost'}${url ?? ''}`);
}

/** Refuses a request without an address, and logs it. */
export function refuseAddress(
  { method = '', headers }: IncomingMessage,
  response: ServerResponse,
  { organizationHeader, ...reports }: Reports & { organizationHeader: string },
): void {
  const code = 'BAD_USER_INPUT';
  const record = new RequestRecord(headers['x-request-id']?.toString());
  Object.assign(record, { code, errors: 1 });
  const message = 'The Host header must be a host name or an address, with or without a port.';
  const extensions = { code, argument: 'Host', ...errorFacts(code, record) };
  const body = JSON.stringify({ errors: [{ message, extensions }] });
  const bytes = Buffer.byteLength(body);
  response.writeHead(400, {
    ...operationHeaders(organizationHeader),
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes,
    'x-request-id': record.requestId,
  });
  response.end(body);
  record.finish(reports, method, { status: 400, bytes, isAborted: false });
}
