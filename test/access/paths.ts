/** Walks the schema: every way from `Query` to an object type, and every argument that takes an id. */
import {
  getNamedType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** A field on the way, with its arguments as they stand in a document. */
interface Step {
  type: string;
  field: string;
  text: string;
}

/** Values for required arguments, by name. An argument that is missing here stops the walk with an error, so that it gets one. */
export type RequiredValues = Readonly<Record<string, string>>;

function isRequired(argument: GraphQLArgument): boolean {
  return isNonNullType(argument.type) && !('default' in argument && argument.default !== undefined) && argument.defaultValue === undefined;
}

function fieldText(field: GraphQLField<unknown, unknown>, values: RequiredValues): string {
  const given = field.args.filter((argument) => argument.name in values || isRequired(argument));
  if (given.length === 0) return field.name;
  return `${field.name}(${given
    .map((argument) => {
      const value = values[argument.name];
      if (value === undefined) throw new Error(`no value is known for the required argument ${field.name}.${argument.name}`);
      return `${argument.name}: ${value}`;
    })
    .join(', ')})`;
}

/** All ways from `start` to `target` that pass each field at most once and have at most `lengthMax` steps. */
export function waysTo(
  schema: GraphQLSchema,
  start: GraphQLObjectType,
  target: string,
  values: RequiredValues,
  lengthMax: number,
): Step[][] {
  const ways: Step[][] = [];
  const walk = (type: GraphQLObjectType, way: Step[]): void => {
    for (const field of Object.values(type.getFields())) {
      const next = getNamedType(field.type);
      if (!isObjectType(next) || way.some((step) => step.type === type.name && step.field === field.name)) continue;
      // `node` and `nodes` lead to the interface and are asked by id elsewhere.
      const longer = [...way, { type: type.name, field: field.name, text: fieldText(field, values) }];
      if (next.name === target) ways.push(longer);
      if (longer.length < lengthMax) walk(next, longer);
    }
  };
  walk(start, []);
  return ways;
}

/** A document that follows a way and selects `leaf` at its end. */
export function documentOf(way: readonly Step[], leaf: string): string {
  return `{ ${way.reduceRight((inner, step) => `${step.text} { ${inner} }`, leaf)} }`;
}

/** Every argument of type ID (or a list of them) of every field, as `Type.field(argument)`. */
export function idArguments(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values((type as GraphQLObjectType).getFields()).flatMap((field) =>
        field.args
          .filter((argument) => getNamedType(argument.type).name === 'ID')
          .map((argument) => `${type.name}.${field.name}(${argument.name})`),
      ),
    );
}

/** Types that implement an interface. */
export function implementors(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  return type && 'resolveType' in type
    ? schema
        .getPossibleTypes(type)
        .map((possible) => possible.name)
        .toSorted()
    : [];
}

/**
 * Everything that a caller can ask by itself: the fields of `Query`, `Viewer` and `Organization`, and whatever else
 * is guarded, fields as `Type.field` and types by their name.
 */
export function guardedCoordinates(schema: GraphQLSchema): string[] {
  const isGuarded = ({ extensions }: { extensions: object }): boolean => {
    const { pothosOptions } = extensions as { pothosOptions?: { authScopes?: unknown } };
    return pothosOptions?.authScopes !== undefined;
  };
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith('__') || type === schema.getMutationType()) return [];
    const isAsked = ['Query', 'Viewer', 'Organization'].includes(type.name);
    const fields = Object.values(type.getFields()).filter((field) => isAsked || isGuarded(field));
    const named = fields.map((field) => `${type.name}.${field.name}`);
    return isGuarded(type) && type !== schema.getQueryType() ? [...named, type.name] : named;
  });
}
