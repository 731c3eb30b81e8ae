/** Exact decimal numbers, which travel as strings so that no digit is lost. */
import { GraphQLScalarType, Kind } from 'graphql';

const form = /^-?\d{1,29}(\.\d{1,9})?$/;

/** A binary float gives every decimal number back that has so many significant digits, and not every one that has more. */
const FLOAT_DIGITS = 15;

/** No `GraphQLError`, to which validation would not add the place in the document. */
function refused(bound: string): RangeError {
  return new RangeError(`A Decimal ${bound}.`);
}

/** The digits of a JSON number, which was a binary float before it came here: what was written can only be known of short ones. */
function digitsOf(value: number): string {
  const text = String(value);
  const significant = text.replace(/[-.]/g, '').replace(/^0+/, '').length;
  if (Number.isInteger(value) ? !Number.isSafeInteger(value) : significant > FLOAT_DIGITS)
    throw refused(`must be sent as a string when it has more digits than a JSON number keeps (${FLOAT_DIGITS})`);
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
    'An exact decimal number as a string, e.g. "12.5": at most 29 digits before and 9 after the point. A JSON number is taken while it is exact, with at most 15 digits.',
  serialize: (value) => String(value),
  parseValue: parse,
  parseLiteral(node) {
    if (node.kind !== Kind.STRING && node.kind !== Kind.INT && node.kind !== Kind.FLOAT) throw refused('must be a string or a number');
    return parse(node.value);
  },
});
