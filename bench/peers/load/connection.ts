/**
 * A kept connection that sends one request after the other, without an HTTP library: the load shares the machine with what it
 * measures, and a library would take a good part of it.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const CHUNKS_END = Buffer.from('\r\n0\r\n\r\n');

/** The end of the answer's head and, unless it comes in chunks, of its body. */
interface Head {
  bodyStart: number;
  end: number | undefined;
  status: number;
}

function headOf(received: Buffer): Head | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const [, length] = /^content-length: *(\d+)/im.exec(head) ?? [];
  const bodyStart = headEnd + HEAD_END.length;
  return {
    bodyStart,
    end: length === undefined ? undefined : bodyStart + Number(length),
    status: Number(head.slice(9, 12)),
  };
}

export interface Answer {
  status: number;
  body: Buffer;
}

export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #resolve: ((answer: Answer) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  constructor({ hostname, port }: URL) {
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#reject?.(error));
    this.#socket.on('close', () => this.#reject?.(new Error('the server closed the connection')));
  }

  /** Sends a whole request and resolves with its answer. */
  send(request: Buffer | string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#reject = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    this.#head ??= headOf(this.#received);
    if (!this.#head) return;
    const { bodyStart, end, status } = this.#head;
    const isWhole =
      end === undefined
        ? this.#received.subarray(-CHUNKS_END.length).equals(CHUNKS_END)
        : this.#received.length >= end;
    if (!isWhole) return;
    const body = this.#received.subarray(bodyStart);
    this.#received = Buffer.alloc(0);
    this.#head = undefined;
    this.#resolve?.({ status, body });
  }
}
