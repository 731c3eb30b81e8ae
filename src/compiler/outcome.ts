/** Executes statements, and says what became of them. */
import { readAnswer, type Database } from '../database/connect.ts';
import type { Replicas } from '../database/replicas.ts';
import { isUnavailable, RequestError } from '../errors.ts';
import type { Utf8 } from '../database/utf8.ts';
import { REFUSED } from './statement.ts';

/**
 * Why an operation was not executed as one statement. `new` is one whose shape was not seen lately:
 * to write and plan a statement takes several times as long as the resolvers, and pays off only if
 * it is used again.
 */
export type Fall = 'new' | 'mutation' | 'unsupported' | 'arguments' | 'refused' | 'failed';

/**
 * The text of `data` and the time of the database, or why the resolvers have to find it. The time of
 * a standby is none that others may rely on.
 */
export type Outcome = { data: Utf8; now: Date; isFromStandby?: true } | Fallen;

/** Why the resolvers have to execute an operation. */
export interface Fallen {
  fall: Fall;
  detail: string;
  /** What a statement failed with. */
  error?: unknown;
}

/** A statement with its parameters, or with slots for them. */
export interface Statement {
  text: string;
  parameters: readonly unknown[];
}

/** Without its first letter, a quote: those stand everywhere, and backslashes hardly ever. */
const REFUSED_REST = REFUSED.slice(1);

/** Whether an answer contains a refusal. */
function isRefused(answer: Utf8): boolean {
  let at = answer.indexOf(REFUSED_REST);
  while (at > 0 && answer[at - 1] !== '"') at = answer.indexOf(REFUSED_REST, at + 1);
  return at > 0;
}

/**
 * Executes a statement, on a standby if there are any that can answer. Rejects if the database is
 * unavailable.
 */
export async function executed(
  { text, parameters }: Statement,
  db: Database,
  replicas: Replicas | undefined,
): Promise<Outcome> {
  const execute = async (source: Database, isFromStandby: boolean): Promise<Outcome> => {
    const row = await readAnswer(source, text, parameters);
    return row?.answer == null || isRefused(row.answer)
      ? { fall: 'refused', detail: '' }
      : { data: row.answer, now: new Date(row.now), ...(isFromStandby && { isFromStandby }) };
  };
  try {
    return await (replicas ? replicas.read(db, execute) : execute(db, false));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    const detail = String(error);
    // The time of the request is over, or its client has gone: the statement is not at fault.
    return { fall: 'failed', detail, ...(error instanceof RequestError ? {} : { error }) };
  }
}
