/** What becomes known about a request, and the one log line made from it. */
import { hash, randomUUID } from 'node:crypto';
import type { OperationTypeNode } from 'graphql';
import type { Principal } from '../authorization/principal.ts';
import { LRUCache } from 'lru-cache';
import { writeFields, type Logger } from './log.ts';
import { currentSpan, type Span } from './traces/span.ts';
import type { Path, RequestTable } from './metrics/request-table.ts';

/** The maximum length of a logged operation name, which the caller chooses. */
const NAME_LENGTH_MAX = 100;

/** The maximum number of characters of all documents whose hashes are kept. */
const HASHED_CHARACTERS_MAX = 4 * 1_024 * 1_024;

const hashes = new LRUCache<string, string>({
  maxSize: HASHED_CHARACTERS_MAX,
  sizeCalculation: (_hash, document) => document.length + 1,
});

/** Returns the SHA-256 of a document in hex. Most documents come again. */
function hashOf(document: string): string {
  let found = hashes.get(document);
  if (found === undefined) hashes.set(document, (found = hash('sha256', document, 'hex')));
  return found;
}

/** How a request was answered. */
export interface Answered {
  status: number;
  /** The length of the body; null if it is not known. */
  bytes: number | null;
  /** Whether the client has disconnected. */
  isAborted: boolean;
}

/** Where a request is reported once it is answered. */
export interface Reports {
  log: Logger;
  /** Absent if nothing is measured. */
  requests?: RequestTable | undefined;
}

/** The record of one request. Each fact is written here once, by the code that learns it. */
export class RequestRecord {
  /** Our own id, in every response, audit event and log line. */
  readonly requestId = randomUUID();
  /**
   * The client's own `X-Request-Id`, if it is well-formed. The caller chooses it, so nothing may
   * depend on it.
   */
  readonly clientRequestId: string | undefined;
  readonly #startedAt = performance.now();
  /** Whether it is a probe, which is not logged. */
  isProbe = false;
  /** The caller; undefined until authenticated. */
  principal: Principal | undefined;
  /** The time of the request by the clock of the database; undefined until that is known. */
  now: Date | undefined;
  /** The document, once its length is known to be within the limit. */
  document: string | undefined;
  /** The SHA-256 of the document in hex, if the request names it. */
  documentHash: string | undefined;
  operationType: OperationTypeNode | undefined;
  /**
   * Whether the operation was one statement, or why the resolvers executed it; undefined if it was
   * not executed.
   */
  execution: string | undefined;
  /** How the operation was executed. */
  path: Path = 'none';
  #operationName: string | undefined;
  /** The number of statements that were sent to the database. */
  statements = 0;
  /** The estimated points of the operation, and those charged to budgets. */
  cost = { requested: 0, charged: 0 };
  /** Whether a mutation of the operation has run. */
  mutated = false;
  /** Whether the database could not serve it. */
  lackedDatabase = false;
  /** The code of the first error, otherwise of the first mutation that returned a failure. */
  code: string | undefined;
  errors = 0;
  /** Entries of the audit log that were written for it. */
  auditEntries = 0;
  /** The budget that refused the request. */
  budget: string | undefined;
  /** Whether a change may have been made, if the database was lost. */
  outcome: string | undefined;

  /** `requestId` is the header `X-Request-Id`. */
  constructor(requestId: string | null | undefined) {
    if (requestId != null && /^[\w.-]{1,64}$/.test(requestId)) this.clientRequestId = requestId;
  }

  /** The ids, as they are logged. */
  get ids(): { requestId: string; clientRequestId?: string } {
    const { requestId, clientRequestId } = this;
    return clientRequestId === undefined ? { requestId } : { requestId, clientRequestId };
  }

  /**
   * Records the operation's name. One that is not a GraphQL name could be anything and is not
   * recorded.
   */
  nameOperation(name: unknown): void {
    if (typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name))
      this.#operationName = name.slice(0, NAME_LENGTH_MAX);
  }

  /** The operation's name if its document is a trusted one: any other name is the caller's. */
  get trustedName(): string | undefined {
    return this.documentHash !== undefined && this.path !== 'none'
      ? this.#operationName
      : undefined;
  }

  /** Records that one statement, which also authenticated the caller, was all that it took. */
  answeredFast(facts: Pick<RequestRecord, 'principal' | 'now' | 'document'>): void {
    this.principal = facts.principal;
    this.now = facts.now;
    this.document = facts.document;
    this.execution = 'compiled';
    this.path = 'fast';
  }

  /** Reports the request once it is answered: in the log, and in what is measured. */
  finish({ log, requests }: Reports, method: string, answered: Answered): void {
    if (this.isProbe) return;
    const durationMs = performance.now() - this.#startedAt;
    requests?.add(this, method, answered.status, durationMs / 1_000);
    const span = currentSpan()?.root;
    if (span) this.#describe(span, answered.status);
    if (log.isLevelEnabled('info')) this.#write(log, method, answered, durationMs);
  }

  /** Tells the span of the request how it was answered. Names of the caller's own are left out. */
  #describe(span: Span, status: number): void {
    const name = this.trustedName;
    const { operationType, code } = this;
    if (operationType !== undefined)
      span.rename(name === undefined ? operationType : `${operationType} ${name}`);
    span.set({
      'http.response.status_code': status,
      'banyan.request_id': this.requestId,
      'banyan.path': this.path,
      'banyan.statements': this.statements,
      'banyan.cost.charged': this.cost.charged,
      ...(operationType !== undefined && { 'graphql.operation.type': operationType }),
      ...(name !== undefined && { 'graphql.operation.name': name }),
      ...(this.execution !== undefined && { 'banyan.execution': this.execution }),
      ...(code !== undefined && { 'error.type': code }),
    });
  }

  /** Writes the line. It contains no variables, credentials or addresses. */
  #write(
    log: Logger,
    method: string,
    { status, bytes, isAborted }: Answered,
    durationMs: number,
  ): void {
    const { credential, organization } = this.principal ?? {};
    writeFields(
      log,
      {
        requestId: this.requestId,
        clientRequestId: this.clientRequestId,
        method,
        status,
        durationMs: Math.round(durationMs * 10) / 10,
        operationName: this.#operationName ?? null,
        operationType: this.operationType ?? null,
        documentHash:
          this.documentHash ?? (this.document === undefined ? null : hashOf(this.document)),
        credentialKind: credential?.kind ?? null,
        credentialId: credential?.id ?? null,
        organizationId: organization?.id ?? null,
        execution: this.execution,
        statements: this.statements,
        costRequested: this.cost.requested,
        costCharged: this.cost.charged,
        code: this.code ?? null,
        errors: this.errors,
        outcome: this.outcome,
        bytes,
        aborted: isAborted || undefined,
      },
      'request',
    );
  }
}

const records = new WeakMap<Request, RequestRecord>();

/** Returns the record of a request, and creates it on first use. */
export function recordOf(request: Request): RequestRecord {
  let record = records.get(request);
  if (record === undefined)
    records.set(request, (record = new RequestRecord(request.headers.get('x-request-id'))));
  return record;
}

/** Lets a record that exists already be that of a request. */
export function keepRecord(request: Request, record: RequestRecord): void {
  records.set(request, record);
}
