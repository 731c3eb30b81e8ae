/** Where bad input stands in the arguments of its field, as clients of forms need it. */
import {
  Kind,
  parse,
  visit,
  type GraphQLError,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { getOrAdd } from '../values/get-or-add.ts';

type Path = readonly (string | number)[];

/** The path that an argument is named by: `users.1.email` is `["users", 1, "email"]`. */
function pathOf(argument: string): Path {
  return argument.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/**
 * Adds the path of the argument to the extensions of an error, and of each of its `fields`. In a
 * mutation it begins with `input`.
 */
export function withInputPaths(
  extensions: Readonly<Record<string, unknown>>,
  isMutation: boolean,
): Record<string, unknown> {
  const { argument, fields } = extensions;
  if (typeof argument !== 'string') return { ...extensions };
  const whole = (named: string): Path => [...(isMutation ? ['input'] : []), ...pathOf(named)];
  return {
    ...extensions,
    path: whole(argument),
    ...(Array.isArray(fields) && {
      fields: (fields as { field: string }[]).map((one) => ({ ...one, path: whole(one.field) })),
    }),
  };
}

/**
 * Returns where a value stands that a variable cannot have, in the arguments of the field that takes
 * the variable. Undefined for other errors, and for a variable that several arguments take.
 */
export function variablePath({ message, nodes }: GraphQLError): Path | undefined {
  const [node] = nodes ?? [];
  if (node?.kind !== Kind.VARIABLE_DEFINITION) return undefined;
  const [use, ...others] = usesOf(node);
  if (use === undefined || others.length > 0) return undefined;
  // The executor tells the place in the variable in its message alone, where quotes in the value
  // itself are escaped.
  const [, inVariable = ''] = / at "\w+((?:\.\w+|\[\d+\])+)"; /.exec(message) ?? [];
  const parts = inVariable.matchAll(/\.(\w+)|\[(\d+)\]/g);
  return [...use, ...Array.from(parts, ([, name, index]) => name ?? Number(index))];
}

/** What `usesOf` found: many values of one variable may be bad, and each asks for it. */
const uses = new WeakMap<VariableDefinitionNode, readonly Path[]>();

/** The places in arguments that take a variable. */
function usesOf(definition: VariableDefinitionNode): readonly Path[] {
  return getOrAdd(uses, definition, () => usesIn(definition));
}

function usesIn({ variable, loc }: VariableDefinitionNode): Path[] {
  if (!loc) return [];
  const found: Path[] = [];
  const look = (value: ValueNode, at: Path): void => {
    if (value.kind === Kind.VARIABLE && value.name.value === variable.name.value) found.push(at);
    if (value.kind === Kind.LIST) value.values.forEach((one, index) => look(one, [...at, index]));
    if (value.kind === Kind.OBJECT)
      for (const field of value.fields) look(field.value, [...at, field.name.value]);
  };
  // Only the document's text is at hand. It was parsed before, so it is within the limits.
  visit(parse(loc.source.body), {
    OperationDefinition: ({ loc: of }) =>
      of && of.start <= loc.start && loc.end <= of.end ? undefined : false,
    Directive: () => false,
    Argument({ name, value }) {
      look(value, [name.value]);
      return false;
    },
  });
  return found;
}
