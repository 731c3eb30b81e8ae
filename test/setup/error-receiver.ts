/** A webhook that receives reports of errors. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Report {
  text: string;
  version: string;
  lost: number;
  errors: { msg?: string; requestId?: string; err?: { type?: string; message?: string } }[];
}

export interface ErrorReceiver extends AsyncDisposable {
  url: string;
  reports: Report[];
  /** What it answers with. */
  status: number;
}

/** Receives reports on a free port. */
export async function receiveErrors(): Promise<ErrorReceiver> {
  const reports: Report[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      if (receiver.status === 200) reports.push(JSON.parse(body) as Report);
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: ErrorReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/errors`,
    reports,
    status: 200,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
