/** The scalar for email addresses. */
import { GraphQLScalarType, Kind } from 'graphql';

function requireString(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('An EmailAddress must be a string.');
  return value;
}

/**
 * The scalar `EmailAddress`. Code that accepts one checks it with `requireEmail`, whose error names
 * the argument.
 */
export const EmailAddressResolver = new GraphQLScalarType<string, string>({
  name: 'EmailAddress',
  description:
    'An e-mail address of at most 255 characters, with an ASCII part before the @. An international domain may be written in its letters ' +
    'or in its ASCII form, e.g. anna@bücher.example or anna@xn--bcher-kva.example: they are one address, which is shown in letters.',
  serialize: requireString,
  parseValue: requireString,
  parseLiteral: (node) => requireString(node.kind === Kind.STRING ? node.value : undefined),
});
