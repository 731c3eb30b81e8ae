/** What becomes known of a request while it is answered, and the one line of the log that is made of it. */
import { hash, randomUUID } from 'node:crypto';
import type { OperationTypeNode } from 'graphql';
import type { Principal } from '../access/principal.ts';
import type { Logger } from './log.ts';

/** Characters of an operation's name that are kept; the caller chooses it. */
const NAME_LENGTH_MAX = 100;

/** One request. Whoever learns something of it writes it here, once. */
export class RequestRecord {
  /** Ours, in every answer, record and line. */
  readonly requestId = randomUUID();
  /** The client's own `X-Request-Id`, if it has the form of one. Whoever calls chooses it, so nothing may rest on it. */
  readonly clientRequestId: string | undefined;
  readonly #startedAt = performance.now();
  /** Whether it asks for the state of the gateway, of which there is no line. */
  isProbe = false;
  /** Who calls; undefined until that is settled. */
  principal: Principal | undefined;
  /** Instant of the request by the clock of the database; undefined until that is known. */
  now: Date | undefined;
  /** The document, once it is known to be of bounded length. */
  document: string | undefined;
  /** SHA-256 of the document in hex, where the request names it. */
  documentHash: string | undefined;
  operationType: OperationTypeNode | undefined;
  #operationName: string | undefined;
  /** Statements that were sent to the database for it. */
  statements = 0;
  /** Points that the operation may come to, and those taken from budgets. */
  cost = { requested: 0, charged: 0 };
  /** Whether a mutation of the operation has run. */
  mutated = false;
  /** Whether the database could not serve it. */
  lackedDatabase = false;
  /** Code of the first error, or else of the first mutation that ended in a failure. */
  code: string | undefined;
  errors = 0;
  /** Whether a change may have been made, where the database was lost. */
  outcome: string | undefined;

  constructor(request: Request) {
    const given = request.headers.get('x-request-id');
    if (given !== null && /^[\w.-]{1,64}$/.test(given)) this.clientRequestId = given;
  }

  /** The ids, as the log has them. */
  get ids(): { requestId: string; clientRequestId?: string } {
    const { requestId, clientRequestId } = this;
    return clientRequestId === undefined ? { requestId } : { requestId, clientRequestId };
  }

  /** Keeps the operation's name; one that is no name of GraphQL, and might be anything, is not kept. */
  nameOperation(name: unknown): void {
    if (typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name)) this.#operationName = name.slice(0, NAME_LENGTH_MAX);
  }

  /** Writes the line, at `info`. It holds no variables, no credentials and no addresses. */
  write(log: Logger, method: string, { status, headers }: Response, isAborted: boolean): void {
    if (this.isProbe || !log.isLevelEnabled('info')) return;
    const { credential, home } = this.principal ?? {};
    const bytes = headers.get('content-length');
    log.info(
      {
        requestId: this.requestId,
        clientRequestId: this.clientRequestId,
        method,
        status,
        durationMs: Math.round((performance.now() - this.#startedAt) * 10) / 10,
        operationName: this.#operationName ?? null,
        operationType: this.operationType ?? null,
        documentHash: this.documentHash ?? (this.document === undefined ? null : hash('sha256', this.document, 'hex')),
        credentialKind: credential?.kind ?? null,
        credentialId: credential?.id ?? null,
        organizationId: home?.id ?? null,
        statements: this.statements,
        costRequested: this.cost.requested,
        costCharged: this.cost.charged,
        code: this.code ?? null,
        errors: this.errors,
        outcome: this.outcome,
        bytes: bytes === null ? null : Number(bytes),
        aborted: isAborted || undefined,
      },
      'request',
    );
  }
}

const records = new WeakMap<Request, RequestRecord>();

/** The record of a request, from its first mention on. */
export function recordOf(request: Request): RequestRecord {
  let record = records.get(request);
  if (record === undefined) records.set(request, (record = new RequestRecord(request)));
  return record;
}
