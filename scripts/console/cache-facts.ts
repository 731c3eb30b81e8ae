/** A plugin of the code generator: what the console's normalized cache has to know of the schema. */
import { isAbstractType, isObjectType, type GraphQLSchema } from 'graphql';

/** Writes the possible types of unions and interfaces, and the names of types without an id. */
export function plugin(schema: GraphQLSchema): string {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
  const possibleTypes = types
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]);
  const withoutId = types
    .filter(isObjectType)
    .filter((type) => !roots.has(type) && !('id' in type.getFields()))
    .map(({ name }) => name);
  const list = (value: unknown): string => JSON.stringify(value, undefined, 2);
  return `/** The possible types of unions and interfaces. */
export const possibleTypes: Record<string, string[]> = ${list(Object.fromEntries(possibleTypes))};

/** Types whose objects have no id. */
export const typesWithoutId: readonly string[] = ${list(withoutId)};
`;
}
