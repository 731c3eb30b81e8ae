/**
 * The size of an introspection response. It is counted exactly, since everything that it can
 * contain is known.
 */
import {
  GraphQLList,
  type GraphQLObjectType,
  Kind,
  __Schema,
  __Type,
  getNamedType,
  getNullableType,
  isObjectType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { Estimate } from './plan.ts';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * Returns the size of a `__schema` or `__type` field. Each selection is evaluated once for each
 * element of the schema, and counting stops once it exceeds `enough`.
 */
export function introspectionSize(
  schema: GraphQLSchema,
  node: FieldNode,
  fragments: Fragments,
  enough: number,
): Estimate {
  const measured = new Map<SelectionSetNode, Map<unknown, Estimate>>();
  const info = { schema } as GraphQLResolveInfo;

  function sizeOfField(field: FieldNode, type: GraphQLObjectType, source: unknown): Estimate {
    const definition = type.getFields()[field.name.value];
    if (!definition) return LEAF;
    const result = getNamedType(definition.type);
    const isList = getNullableType(definition.type) instanceof GraphQLList;
    if (!isObjectType(result) && !isList) return LEAF;
    const value: unknown = definition.resolve?.(
      source,
      { includeDeprecated: true },
      undefined,
      info,
    );
    if (value == null) return LEAF;
    const total = { nodes: 0, cost: 1 };
    for (const item of isList ? (value as Iterable<unknown>) : [value]) {
      const size =
        isObjectType(result) && field.selectionSet
          ? sizeOf(field.selectionSet, result, item)
          : NONE;
      total.nodes += (isList && isObjectType(result) ? 1 : 0) + size.nodes;
      total.cost += (isList ? 1 : 0) + size.cost;
    }
    return total;
  }

  function sizeOf(set: SelectionSetNode, type: GraphQLObjectType, source: unknown): Estimate {
    let bySource = measured.get(set);
    if (!bySource) measured.set(set, (bySource = new Map<unknown, Estimate>()));
    let size = bySource.get(source);
    if (size) return size;
    size = { nodes: 0, cost: 0 };
    for (const selection of set.selections) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
      const part =
        selection.kind === Kind.FIELD
          ? sizeOfField(selection, type, source)
          : inner
            ? sizeOf(inner, type, source)
            : NONE;
      size.nodes += part.nodes;
      size.cost += part.cost;
      if (size.cost > enough) break;
    }
    bySource.set(source, size);
    return size;
  }

  const { selectionSet } = node;
  if (!selectionSet) return LEAF;
  if (node.name.value === '__schema') return plusOne(sizeOf(selectionSet, __Schema, schema));
  const name = node.arguments?.find((argument) => argument.name.value === 'name')?.value;
  // If the name is a variable, it can be any type.
  const types =
    name?.kind === Kind.STRING ? [schema.getType(name.value)] : Object.values(schema.getTypeMap());
  const sizes = types
    .filter((type) => type !== undefined)
    .map((type) => sizeOf(selectionSet, __Type, type));
  return plusOne({
    nodes: sizes.reduce((most, { nodes }) => Math.max(most, nodes), 0),
    cost: sizes.reduce((most, { cost }) => Math.max(most, cost), 0),
  });
}

const LEAF: Estimate = { nodes: 0, cost: 1 };
const NONE: Estimate = { nodes: 0, cost: 0 };

function plusOne({ nodes, cost }: Estimate): Estimate {
  return { nodes, cost: cost + 1 };
}
