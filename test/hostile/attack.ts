/** Sends the hostile corpus to a gateway and keeps account of what comes back. */
import { quantile, type MeasuredGateway } from '../setup/process.ts';
import { forgedToken, hostileRequest, type HostileRequest, type Sender } from './corpus.ts';

export interface HostileAnswer {
  status: number;
  bytes: number;
  retryAfter: string | null;
  /** Whether it has no data. */
  refused: boolean;
  /** The start of the answer, to be shown when it is not what it should be. */
  start: string;
}

/** A refusal is one or several short errors. */
export const REFUSAL_BYTES_MAX = 64_000;

/** How many requests are sent at a time. */
const TOGETHER = 4;

/** Sends one request. A connection that is cut by the gateway counts as answered with status 0. */
export async function attack(
  gateway: MeasuredGateway,
  request: HostileRequest,
  token: string | undefined,
): Promise<HostileAnswer> {
  const { method, search, headers, body } = request;
  try {
    const response = await fetch(gateway.url + search, {
      method,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      bytes: text.length,
      retryAfter: response.headers.get('retry-after'),
      refused: isRefusal(text),
      start: text.slice(0, 300),
    };
  } catch (error) {
    if (!gateway.runs()) throw error;
    return { status: 0, bytes: 0, retryAfter: null, refused: true, start: String(error) };
  }
}

function isRefusal(text: string): boolean {
  try {
    return (JSON.parse(text) as { data?: unknown } | null)?.data == null;
  } catch {
    return true;
  }
}

/** What one family, sent by one sender, did to the gateway. */
export interface FamilyFigures {
  family: string;
  sender: Sender;
  requests: number;
  /** How many of them were refused. */
  refused: number;
  statuses: Map<number, number>;
  /** Processor time of the gateway per request in milliseconds, all its threads together. */
  cpu: number;
  /** Requests whose answer breaks a rule, each with what is wrong. */
  wrong: string[];
}

export interface Attacker {
  gateway: MeasuredGateway;
  /** A valid key. */
  key: string;
}

let forgeries = 0;

/** Sends steps of a family as one sender. */
export async function attackWithFamily(
  { gateway, key }: Attacker,
  family: string,
  sender: Sender,
  steps: readonly number[],
): Promise<FamilyFigures> {
  const figures: FamilyFigures = {
    family,
    sender,
    requests: steps.length,
    refused: 0,
    statuses: new Map(),
    cpu: 0,
    wrong: [],
  };
  const before = await gateway.cpu();
  const remaining = [...steps];
  const send = async (): Promise<void> => {
    for (let step = remaining.shift(); step !== undefined; step = remaining.shift()) {
      const token =
        sender === 'key' ? key : sender === 'forger' ? forgedToken(forgeries++) : undefined;
      const answer = await attack(gateway, hostileRequest(family, step), token);
      figures.statuses.set(answer.status, (figures.statuses.get(answer.status) ?? 0) + 1);
      if (answer.refused) figures.refused++;
      const wrong = whatIsWrong(answer);
      if (wrong !== undefined) figures.wrong.push(`${family} (${sender}, step ${step}): ${wrong}`);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, send));
  figures.cpu = ((await gateway.cpu()) - before) / steps.length;
  return figures;
}

/** Why an answer breaks a rule; undefined when it does not. */
function whatIsWrong({
  status,
  bytes,
  retryAfter,
  refused,
  start,
}: HostileAnswer): string | undefined {
  if (start.includes('INTERNAL_SERVER_ERROR')) return `internal error: ${start}`;
  if (status >= 500 && !(status === 503 && retryAfter !== null))
    return `status ${status}: ${start}`;
  if (refused && bytes > REFUSAL_BYTES_MAX) return `a refusal of ${bytes} bytes`;
  return undefined;
}

/** One line of figures: what was answered, and how the process grew. */
export function answersLine(figures: readonly FamilyFigures[], growthMiB: number): string {
  const statuses = new Map<number, number>();
  for (const one of figures)
    for (const [status, count] of one.statuses)
      statuses.set(status, (statuses.get(status) ?? 0) + count);
  const told = [...statuses]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${count} x ${status}`);
  const [requests, refused] = [
    figures.reduce((sum, one) => sum + one.requests, 0),
    figures.reduce((sum, one) => sum + one.refused, 0),
  ];
  return `hostile corpus: ${requests} requests, ${refused} refused (${told.join(', ')}); grew by ${growthMiB.toFixed(1)} MiB\n`;
}

/** Processor time of a refusal, by families that were refused as a whole; and a line that tells it. */
export function costOfRefusals(figures: readonly FamilyFigures[]): {
  families: number;
  p99: number;
  line: string;
} {
  const refusals = figures.filter(({ refused, requests }) => refused === requests);
  const p99 = quantile(
    refusals.map(({ cpu }) => cpu),
    0.99,
  );
  const heaviest = refusals.toSorted((a, b) => b.cpu - a.cpu).slice(0, 4);
  const told = heaviest.map(
    ({ family, sender, cpu }) => `${cpu.toFixed(1)} (${family}, ${sender})`,
  );
  return {
    families: refusals.length,
    p99,
    line: `CPU of a refusal over ${refusals.length} batches: p99 ${p99.toFixed(1)} ms; most: ${told.join(', ')}\n`,
  };
}
