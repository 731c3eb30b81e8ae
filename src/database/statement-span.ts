/** The span of a statement: its text and name, and nothing of its parameters or rows. */
import { currentSpan, traced, type SpanAttributes } from '../telemetry/traces/span.ts';
import { statementName } from './statement-name.ts';

/** Runs a statement in a span, where its request is traced. */
export function tracedStatement<Result>(
  text: unknown,
  run: () => Promise<Result>,
): Promise<Result> {
  return typeof text === 'string' && currentSpan() !== undefined
    ? traced(`sql ${verbOf(text)}`, () => attributesOf(text), run, 'client')
    : run();
}

/** The first word of a statement. */
function verbOf(text: string): string {
  return (/^\s*([a-z]{1,20})/i.exec(text)?.[1] ?? 'statement').toLowerCase();
}

/**
 * A text without the identifiers in quotes, since a query's aliases are among them, which are the
 * caller's words. Values are parameters, and not in the text at all.
 */
function withoutNames(text: string): string {
  return text.replace(/"(?:[^"]|"")*"/g, '"?"');
}

function attributesOf(text: string): SpanAttributes {
  return {
    'db.system.name': 'postgresql',
    'db.operation.name': verbOf(text).toUpperCase(),
    'db.query.text': withoutNames(text),
    'banyan.statement': statementName(text),
  };
}
