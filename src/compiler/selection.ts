/** What an operation selects, as a tree: fragments expanded, fields with one response name merged. */
import {
  Kind,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
  type VariableValues,
} from 'graphql';

/** Where the fragments of a document are looked up, and what directives read. */
export interface SelectionContext {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  variables: VariableValues;
}

/** The nodes of each response name, in the order of their first appearance. */
export type Selection = ReadonlyMap<string, readonly FieldNode[]>;

/** Collects the fields that are selected on an object of `type`, like CollectFields of the specification. */
export function collectFields(
  type: GraphQLObjectType,
  sets: readonly (SelectionSetNode | undefined)[],
  context: SelectionContext,
): Selection {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (!isIncluded(node, context)) continue;
      if (node.kind === Kind.FIELD) {
        const name = (node.alias ?? node.name).value;
        const nodes = fields.get(name);
        if (nodes) nodes.push(node);
        else fields.set(name, [node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (applies(node.typeCondition?.name.value, type, context)) visit(node.selectionSet);
      } else if (!visited.has(node.name.value)) {
        visited.add(node.name.value);
        const fragment = context.fragments.get(node.name.value);
        if (fragment && applies(fragment.typeCondition.name.value, type, context))
          visit(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) if (set) visit(set);
  return fields;
}

function applies(
  condition: string | undefined,
  type: GraphQLObjectType,
  { schema }: SelectionContext,
): boolean {
  if (condition === undefined || condition === type.name) return true;
  const named = schema.getType(condition);
  return isAbstractType(named) && schema.isSubType(named, type);
}

function isIncluded(
  node: Parameters<typeof getDirectiveValues>[1],
  { variables }: SelectionContext,
): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false;
}
