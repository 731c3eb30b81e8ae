/** Exact decimal numbers, sent as strings so that no digit is lost. */
import { GraphQLScalarType, Kind } from 'graphql';

const form = /^-?\d{1,29}(\.\d{1,9})?$/;

/**
 * A binary float preserves every decimal number with this many significant digits, but not all with
 * more.
 */
const FLOAT_DIGITS = 15;

/** Not a `GraphQLError`, because validation would not add the location in the document to it. */
function refused(bound: string): RangeError {
  return new RangeError(`A Decimal ${bound}.`);
}

/**
 * Returns the digits of a JSON number. It was a binary float before, so what was written can only
 * be known for short ones.
 */
function digitsOf(value: number): string {
  const text = String(value);
  const significant = text.replace(/[-.]/g, '').replace(/^0+/, '').length;
  if (Number.isInteger(value) ? !Number.isSafeInteger(value) : significant > FLOAT_DIGITS)
    throw refused(
      `must be sent as a string if it has more digits than a JSON number preserves (${FLOAT_DIGITS})`,
    );
  return text;
}

function parse(value: unknown): string {
  const text = typeof value === 'number' ? digitsOf(value) : value;
  if (typeof text !== 'string' || !form.test(text)) {
    throw refused('must be a decimal number of at most 29 digits before and 9 after the point');
  }
  return text;
}

/** The scalar `Decimal`: a string of digits in both directions, never a binary float. */
export const DecimalResolver = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description:
    'An exact decimal number as a string, e.g. "12.5": at most 29 digits before and 9 after the point. A JSON number is accepted while it is exact, with at most 15 digits.',
  serialize: (value) => String(value),
  parseValue: parse,
  parseLiteral(node) {
    if (node.kind !== Kind.STRING && node.kind !== Kind.INT && node.kind !== Kind.FLOAT)
      throw refused('must be a string or a number');
    return parse(node.value);
  },
});
