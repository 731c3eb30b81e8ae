/**
 * Callers that create organizations, record usage and read, at a bounded pace. Each repeats a change
 * with the same key until it is acknowledged.
 */
import type { Acknowledged, Answers } from './accounts.ts';
import type { Bootstrapped } from './gateways.ts';
import { pause } from './wait.ts';

const CREATORS = 3;
const METERS = 2;
const READERS = 3;
/** Between two operations of a caller. */
const PACE_MS = 150;
/** Between two tries of an operation. */
const RETRY_MS = 100;
const PATIENCE_MS = 20_000;
/** How long the last operations may take to be acknowledged. */
const DRAIN_MS = 60_000;
const BATCH = 10;

const CREATE = `mutation ($input: CreateOrganizationInput!) {
  createOrganization(input: $input) {
    __typename ... on CreateOrganizationPayload { organization { id name } }
  }
}`;
const RECORD = `mutation ($input: RecordUsageInput!) {
  recordUsage(input: $input) {
    __typename ... on RecordUsagePayload { results { id status } }
  }
}`;
const READ = `query ($id: ID!) {
  node(id: $id) { id ... on Organization { name } }
  organization { descendantCount children(first: 5) { nodes { slug name } } }
}`;

interface Body {
  data?: Record<string, unknown> | null;
  errors?: { extensions?: { code?: string } }[];
}

interface Creation {
  __typename: string;
  organization?: { id: string; name: string };
}

interface Recording {
  __typename: string;
  results?: { id: string; status: string }[];
}

/** The callers. */
export class Traffic {
  readonly #url: string;
  readonly #partner: Bootstrapped;
  /** Begins the name of every organization and event. */
  readonly prefix: string;
  readonly answers: Answers = new Map();
  readonly #organizations = new Map<string, Set<string>>();
  readonly #events = new Set<string>();
  /** When changes were acknowledged, and when reads were answered. */
  readonly changes: number[] = [];
  readonly reads: number[] = [];
  /** Operations that were given up at the end. */
  unanswered = 0;
  #last: string;
  #stopsAt = Infinity;
  #number = 0;
  #callers: Promise<void>[] = [];

  constructor(url: string, partner: Bootstrapped, prefix: string) {
    this.#url = url;
    this.#partner = partner;
    this.#last = partner.organizationId;
    this.prefix = prefix;
  }

  /** What callers were told was done so far. */
  get acknowledged(): Acknowledged {
    return { organizations: this.#organizations, events: this.#events };
  }

  /** Lets the callers begin. */
  start(): void {
    const callers = (count: number, operation: (name: string) => Promise<boolean>) =>
      Array.from({ length: count }, () => this.#call(operation));
    this.#callers = [
      ...callers(CREATORS, (name) => this.#create(name)),
      ...callers(METERS, (name) => this.#record(name)),
      ...callers(READERS, () => this.#read()),
    ];
  }

  /** Begins nothing more, and resolves when what was begun is acknowledged. */
  async stop(): Promise<void> {
    this.#stopsAt = performance.now();
    await Promise.all(this.#callers);
  }

  async #call(operation: (name: string) => Promise<boolean>): Promise<void> {
    while (performance.now() < this.#stopsAt) {
      const name = `${this.prefix}-${++this.#number}`;
      while (!(await operation(name))) {
        if (performance.now() > this.#stopsAt + DRAIN_MS) {
          this.unanswered++;
          return;
        }
        await pause(RETRY_MS);
      }
      await pause(PACE_MS);
    }
  }

  async #create(name: string): Promise<boolean> {
    const input = { name, parentId: this.#partner.organizationId, idempotencyKey: name };
    const data = await this.#ask(CREATE, { input }, (found) => {
      const { __typename, organization } = found['createOrganization'] as Creation;
      return organization?.name === name ? 'OK' : __typename;
    });
    if (!data) return false;
    const { organization } = data['createOrganization'] as Creation;
    if (organization === undefined) return false;
    this.#organizations.set(
      name,
      (this.#organizations.get(name) ?? new Set<string>()).add(organization.id),
    );
    this.#last = organization.id;
    this.changes.push(performance.now());
    return true;
  }

  async #record(name: string): Promise<boolean> {
    const events = Array.from({ length: BATCH }, (_, index) => ({
      id: `${name}-${index}`,
      metric: 'voice_minutes',
      quantity: '1',
      organizationId: this.#partner.organizationId,
      occurredAt: new Date().toISOString(),
    }));
    const data = await this.#ask(RECORD, { input: { events } }, (found) => {
      const { __typename, results } = found['recordUsage'] as Recording;
      const rejected = results?.find(({ status }) => !/^(?:ACCEPTED|DUPLICATE)$/.test(status));
      return results ? (rejected?.status ?? 'OK') : __typename;
    });
    if (!data) return false;
    for (const { id } of events) this.#events.add(id);
    this.changes.push(performance.now());
    return true;
  }

  /** Reads what was acknowledged last, which a standby may not have yet. */
  async #read(): Promise<boolean> {
    const data = await this.#ask(READ, { id: this.#last }, (found) =>
      found['node'] === null ? 'STALE' : 'OK',
    );
    if (data) this.reads.push(performance.now());
    return data !== undefined;
  }

  /** Asks once, counts the answer, and returns its data if it is what was asked for. */
  async #ask(
    query: string,
    variables: object,
    judge: (data: Record<string, unknown>) => string,
  ): Promise<Record<string, unknown> | undefined> {
    const { answer, data } = await this.#send(query, variables);
    const judged = data ? judge(data) : answer;
    this.answers.set(judged, (this.answers.get(judged) ?? 0) + 1);
    return judged === 'OK' ? data : undefined;
  }

  async #send(
    query: string,
    variables: object,
  ): Promise<{ answer: string; data?: Record<string, unknown> }> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${this.#partner.apiKey}`,
        },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const { data, errors } = (await response.json()) as Body;
      const [error] = errors ?? [];
      if (!error && data) return { answer: 'OK', data };
      return { answer: `${response.status} ${error?.extensions?.code ?? 'without a code'}` };
    } catch (error) {
      return { answer: describe(error) };
    }
  }
}

/** What kept an answer from coming, or from being one. */
function describe(error: unknown): string {
  if (error instanceof SyntaxError) return 'not JSON';
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return `no answer: ${cause?.code ?? cause?.message ?? error.name}`;
}
