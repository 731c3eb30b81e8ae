/** Exact decimal numbers, which travel as strings so that no digit is lost. */
import { GraphQLScalarType, Kind } from 'graphql';
import { badInput } from './errors.ts';

const form = /^-?\d{1,29}(\.\d{1,9})?$/;

function parse(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !form.test(text)) {
    throw badInput('Decimal', 'must be a decimal number of at most 29 digits before and 9 after the point');
  }
  return text;
}

/** The scalar `Decimal`: a string of digits in both directions, never a binary float. */
export const DecimalResolver = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'An exact decimal number as a string, e.g. "12.5": at most 29 digits before and 9 after the point.',
  serialize: (value) => String(value),
  parseValue: parse,
  parseLiteral(node) {
    if (node.kind !== Kind.STRING && node.kind !== Kind.INT && node.kind !== Kind.FLOAT)
      throw badInput('Decimal', 'must be a string or a number');
    return parse(node.value);
  },
});
