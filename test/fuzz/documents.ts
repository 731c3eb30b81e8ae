/** Documents that reach every field and argument of the schema. */
import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { valueFor, type Goods } from './values.ts';

type Field = GraphQLField<unknown, unknown>;

/** A field on the way from the root; `on` is the object type that it stands in. */
interface Step {
  on: string;
  field: Field;
}

/** A field to be asked, and how to get there. */
export interface Target {
  /** `query` or `mutation`. */
  root: string;
  way: Step[];
  field: Field;
  on: string;
}

/** Every field of every object type, reached by the shortest way. */
export function targetsOf(schema: GraphQLSchema): Target[] {
  const targets: Target[] = [];
  const reached = new Set<string>();
  const queue: { root: string; type: GraphQLObjectType; way: Step[] }[] = [];
  const enter = (root: string, type: GraphQLObjectType | null | undefined, way: Step[]): void => {
    if (!type || reached.has(type.name)) return;
    reached.add(type.name);
    queue.push({ root, type, way });
  };
  enter('query', schema.getQueryType(), []);
  enter('mutation', schema.getMutationType(), []);
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { root, type, way } = next;
    for (const field of Object.values(type.getFields())) {
      targets.push({ root, way, field, on: type.name });
      const named = getNamedType(field.type);
      const types =
        isUnionType(named) || isInterfaceType(named)
          ? schema.getPossibleTypes(named)
          : isObjectType(named)
            ? [named]
            : [];
      for (const one of types) enter(root, one, [...way, { on: type.name, field }]);
    }
  }
  return targets;
}

/** A request: its document and variables. */
export interface Request {
  document: string;
  variables: Record<string, unknown>;
}

/** A GraphQL literal of a JSON value, for those that can be written as one. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, one]) => `${key}: ${literal(one)}`)
      .join(', ')}}`;
  return typeof value === 'string' && /^[A-Z]+(_[A-Z]+)*$/.test(value)
    ? value
    : JSON.stringify(value);
}

/** Asks for a target, with a share of hostile values among its arguments and none on the way. */
export function requestFor(
  schema: GraphQLSchema,
  { root, way, field, on }: Target,
  goods: Goods,
  share: number,
): Request {
  const { random } = goods;
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const call = ({ field: one, on: owner }: Step, hostileShare: number): string => {
    const given = one.args
      .filter(
        (argument) =>
          String(argument.type).endsWith('!') || (hostileShare > 0 && random.next() < 0.6),
      )
      // Both ends of a page exclude each other.
      .filter((argument) => !['last', 'before'].includes(argument.name) || random.next() < 0.4)
      .map((argument) => {
        const value = valueFor(
          argument.type,
          argument.name,
          one.name === 'node' ? 'Organization' : `${owner}.${one.name}`,
          goods,
          hostileShare,
        );
        if (random.next() < 0.2 && JSON.stringify(value).length < 2_000)
          return `${argument.name}: ${literal(value)}`;
        const variable = `v${declared.length}`;
        declared.push(`$${variable}: ${String(argument.type)}`);
        variables[variable] = value;
        return `${argument.name}: $${variable}`;
      });
    return `${one.name}${given.length > 0 ? `(${given.join(', ')})` : ''}`;
  };
  const within = (above: Field, owner: string, selection: string): string =>
    getNamedType(above.type) === schema.getType(owner)
      ? selection
      : `__typename ... on ${owner} { ${selection} }`;
  const named = getNamedType(field.type);
  let text = `a: ${call({ field, on }, share)}`;
  if (isObjectType(named)) {
    const leaves = Object.values(named.getFields()).filter(
      (one) => isLeafType(getNamedType(one.type)) && one.args.length === 0,
    );
    text += ` { __typename ${leaves.map((one) => one.name).join(' ')} }`;
  } else if (!isLeafType(named)) text += ' { __typename }';
  let owner = on;
  for (const step of way.toReversed()) {
    // Of a mutation on the way, the first step is what is fuzzed as well.
    text = `${call(step, root === 'mutation' ? share / 4 : 0)} { ${within(step.field, owner, text)} }`;
    owner = step.on;
  }
  return {
    document: `${root}${declared.length > 0 ? ` (${declared.join(', ')})` : ''} { ${text} }`,
    variables,
  };
}
