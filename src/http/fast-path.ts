/**
 * Answers the everyday query before Yoga is asked: one that was valid before, from a credential that
 * was accepted before, and that is one statement. The statement authenticates the caller itself, so
 * that it is the only one (docs/compiler.md). Everything else is passed on to Yoga, together with
 * what was done already: errors and refusals have one source.
 */
import type { GraphQLParams } from 'graphql-yoga';
import type { AssumedCaller, AssumedCallers } from '../authentication/assumed-callers.ts';
import { sessionProof, type Authenticator } from '../authentication/authenticate.ts';
import { fingerprintOf } from '../authentication/secret.ts';
import { tenantOf } from '../authorization/principal.ts';
import { utf8OfResult } from '../compiler/execution.ts';
import type { CompiledOperations } from '../compiler/operations.ts';
import { executed, type Fallen, type Outcome } from '../compiler/outcome.ts';
import type { Replicas } from '../database/replicas.ts';
import { Deadline, currentDeadline, underDeadline } from '../database/deadline.ts';
import { arrive } from '../limits/arrival.ts';
import { Departure, type GoneSignal } from '../limits/departure.ts';
import type { CallerBudgets } from '../limits/caller-budgets.ts';
import type { CostLimits } from '../limits/cost-limits.ts';
import type { RequestLimits } from '../limits/settings.ts';
import { admit } from '../limits/spending.ts';
import { checkVariables } from '../limits/variables.ts';
import type { Outage } from '../telemetry/outage.ts';
import { RequestRecord, type Reports } from '../telemetry/request-record.ts';
import type { Begun } from './begun.ts';
import { corsHeaders } from './cors.ts';
import type { DocumentCache } from './document-cache.ts';
import { answerOf, type Answer } from './fast-answer.ts';
import type { Incoming } from './incoming.ts';
import { mediaTypeFor } from './media-type.ts';
import { operationHeaders } from './plugins/answers.ts';
import { paramsOf } from './plugins/body.ts';
import { hostOf } from './plugins/hosts.ts';
import { isJson } from './plugins/json-only.ts';
import type { Registered } from './plugins/trusted-documents.ts';
import { hasUsualForm, textOfDocument } from './usual-parameters.ts';

export interface FastPathOptions extends Authenticator, Reports {
  /** The path of the API. */
  path: string;
  operations: CompiledOperations;
  /** Receives what became of each statement. */
  onOutcome: (outcome: Outcome) => void;
  documents: DocumentCache;
  /** Absent if documents cannot be registered. */
  registered: Registered | undefined;
  callers: AssumedCallers;
  limits: RequestLimits;
  /** Absent if cost is not limited. */
  cost: CostLimits | undefined;
  /** Absent if there are none. */
  budgets: CallerBudgets | undefined;
  /** The host names that are accepted; empty for any. */
  allowedHosts: readonly string[];
  /** Origins whose pages may read answers. */
  corsOrigins: readonly string[];
  outage: Outage;
  /** Standbys that answer; absent if there are none. */
  replicas: Replicas | undefined;
}

/** Who a request is assumed to come from, and the type that it is answered with. */
interface Assumption extends AssumedCaller {
  authorization: string;
  /** That of the `Authorization` header. */
  fingerprint: string;
  /** The organization header. */
  organization: string | null;
  mediaType: string;
}

/** The fast path of one gateway. */
export class FastPath {
  readonly #options: FastPathOptions;
  readonly #hosts: ReadonlySet<string>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #organizationHeader: string;

  constructor(options: FastPathOptions) {
    this.#options = options;
    this.#hosts = new Set(options.allowedHosts.map((name) => name.toLowerCase()));
    this.#headers = operationHeaders(options.organizationHeader);
    this.#organizationHeader = options.organizationHeader.toLowerCase();
  }

  /** Answers a request with `answer`, or passes it on to `pass` with what was done for it, if any. */
  async serve<Result>(
    incoming: Incoming,
    answer: (answer: Answer) => Result,
    pass: (begun?: Begun) => Result | Promise<Result>,
  ): Promise<Result> {
    const assumption = this.#assume(incoming);
    if (!assumption) return pass();
    const record = new RequestRecord(incoming.header('x-request-id'));
    const deadline = new Deadline(this.#options.limits.operationDeadlineMs, record);
    const begun: Begun = { record };
    return underDeadline(deadline, async () => {
      try {
        const found = await this.#answer(incoming, assumption, begun);
        return found ? answer(found) : await pass(begun);
      } finally {
        deadline.close();
      }
    });
  }

  /** Looks at the headers only. Returns undefined for a request that is not for the fast path. */
  #assume({ method, path, header }: Incoming): Assumption | undefined {
    const { limits, callers } = this.#options;
    if (method !== 'POST' || path !== this.#options.path) return undefined;
    const authorization = header('authorization');
    if (authorization === null || !isJson(header('content-type'))) return undefined;
    const length = header('content-length');
    if (length === null || !(Number(length) <= limits.bodyBytes)) return undefined;
    if (header('content-encoding') !== null) return undefined;
    if (header('access-control-request-headers') !== null) return undefined;
    if (this.#hosts.size > 0 && !this.#hosts.has(hostOf(header('host')))) return undefined;
    const mediaType = mediaTypeFor(header('accept'));
    const organization = header(this.#organizationHeader);
    const fingerprint = fingerprintOf(authorization);
    const caller = callers.find(fingerprint, organization);
    return caller && mediaType !== undefined
      ? { ...caller, authorization, fingerprint, organization, mediaType }
      : undefined;
  }

  /** Finds the answer; undefined if the request is to be passed on. */
  async #answer(
    incoming: Incoming,
    assumption: Assumption,
    begun: Begun,
  ): Promise<Answer | undefined> {
    const { budgets } = this.#options;
    const { fingerprint, principal } = assumption;
    const deadline = currentDeadline();
    const gone = new Departure();
    begun.gone = gone;
    const leave = (): void => {
      deadline?.abandon();
      gone.announce();
    };
    incoming.onGone(leave);
    try {
      if (budgets) {
        const forwardedFor = incoming.header('x-forwarded-for');
        const arriving = arrive(budgets, { peer: incoming.peer, forwardedFor, fingerprint });
        begun.arrival = arriving instanceof Promise ? await arriving : arriving;
        if (begun.arrival.refusal || !begun.arrival.accepted) return undefined;
      }
      const tenant = tenantOf(principal);
      if (deadline && tenant !== undefined) deadline.tenant = tenant;
      const text = await incoming.text().catch((error: unknown) => {
        leave();
        throw error;
      });
      begun.params = paramsOf(text, this.#options.limits);
      // The time that the body took was up to the client.
      deadline?.restart();
      return await this.#execute(begun.params, incoming, assumption, begun, gone);
    } catch (error) {
      begun.failure = error;
      return undefined;
    }
  }

  async #execute(
    params: GraphQLParams,
    incoming: Incoming,
    { principal, proof: unchanged, authorization, organization, mediaType }: Assumption,
    begun: Begun,
    signal: GoneSignal,
  ): Promise<Answer | undefined> {
    const { operations, documents, registered, limits, cost, budgets } = this.#options;
    const { db, clock, outage, replicas } = this.#options;
    const { record, arrival } = begun;
    const finding = textOfDocument(params, registered, record);
    // Here and below, only promises are awaited: most requests pass without a pause.
    const text = finding instanceof Promise ? await finding : finding;
    const document = text === undefined ? undefined : documents.find(text);
    if (!document || !hasUsualForm(params)) return undefined;
    const { operationName, variables: variableValues } = params;
    const args = { document, operationName, variableValues };
    checkVariables(variableValues, limits);
    const proof = unchanged ?? (await sessionProof(this.#options, authorization, organization));
    const viewer = { principal, now: clock.now(), proof };
    const known = operations.find(args, viewer);
    if (known && 'fall' in known) return this.#fall(known, record);
    const context = { principal, record, cost: { requested: 0, nodes: 0 } };
    if (cost?.estimate(args, context).refusal) return undefined;
    const admitting =
      budgets &&
      arrival &&
      admit(budgets, args, {
        ...context,
        arrival,
        signal,
        isOneStatement: known !== undefined,
      });
    const admitted = admitting instanceof Promise ? await admitting : admitting;
    const deadline = currentDeadline();
    let outcome: Outcome | undefined;
    try {
      // Written after it is charged for, since that takes longer than most requests.
      const statement = known ?? operations.prepare(args, viewer, db);
      outcome = 'fall' in statement ? statement : await executed(statement, db, replicas);
    } finally {
      // What ran until its time was up, or until its client left, is paid for all the same.
      if ((outcome && 'data' in outcome) || deadline?.isOver) admitted?.leave();
      else await admitted?.undo();
    }
    if ('fall' in outcome) {
      this.#fall(outcome, record);
      if (deadline?.isOver) throw deadline.refusal();
      return undefined;
    }
    this.#options.onOutcome(outcome);
    if (!outcome.isFromStandby) clock.note(outcome.now);
    const now = clock.now();
    const { credential } = principal;
    if (credential && credential.kind !== 'SESSION')
      this.#options.used(credential.kind, credential.id, now);
    record.answeredFast({ principal, now, document: document.loc?.source.body });
    const answer = await answerOf(
      {
        text: utf8OfResult(outcome.data, cost?.extensionsText(context)),
        mediaType,
        headers: this.#headersFor(incoming.header('origin')),
        record,
        isAborted: signal.aborted,
      },
      incoming,
      this.#options,
    );
    outage.succeeded();
    return answer;
  }

  #headersFor(origin: string | null): Readonly<Record<string, string>> {
    if (origin === null) return this.#headers;
    return { ...this.#headers, ...corsHeaders(this.#options.corsOrigins, origin) };
  }

  /** Records why there is no answer. */
  #fall(outcome: Fallen, record: RequestRecord): undefined {
    record.execution = outcome.fall;
    this.#options.onOutcome(outcome);
  }
}
