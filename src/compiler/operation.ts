/** The operations of documents, and their plans. */
import {
  GraphQLError,
  Kind,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableValues,
} from 'graphql';
import { Unsupported } from './forms.ts';
import { Planner, type FieldPlan } from './plan.ts';

/** An operation of a document. */
export interface Operation {
  id: number;
  node: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The variables that directives read. */
  switches: readonly string[];
}

/** The plan of an operation for one choice of its directives. */
export interface OperationPlan {
  /** Names the operation and the choice. */
  id: string;
  fields: readonly FieldPlan[];
  /** What it counts as, in fields. */
  size: number;
  prepared: readonly FieldPlan[];
}

/** The characters of a document that count as one more field of its plans, which hold its literals. */
const CHARACTERS_PER_FIELD = 150;

/** The operation at `node`, which is known as `id`. */
export function operationIn(
  document: DocumentNode,
  node: OperationDefinitionNode,
  id: number,
): Operation {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition);
  const switches = new Set<string>();
  visit(document, {
    Directive(directive) {
      for (const { value } of directive.arguments ?? [])
        if (value.kind === Kind.VARIABLE) switches.add(value.name.value);
    },
  });
  return { id, node, fragments, switches: [...switches].toSorted() };
}

/** The plan of an operation, or why it has none. */
export function planOf(
  schema: GraphQLSchema,
  id: string,
  { node, fragments }: Operation,
  variables: VariableValues,
): OperationPlan | string {
  const root = schema.getQueryType();
  if (!root) return 'no queries';
  const planner = new Planner({ schema: schema, fragments, variables });
  try {
    const fields = planner.fieldsOf(root, [node.selectionSet]);
    const size =
      1 + sizeOf(fields) + Math.ceil((node.loc?.source.body.length ?? 0) / CHARACTERS_PER_FIELD);
    return { id, fields, size, prepared: planner.prepared };
  } catch (error) {
    // A directive that reads null is refused in the words of the library.
    if (error instanceof Unsupported || error instanceof GraphQLError) return error.message;
    throw error;
  }
}

/** The number of fields, with those inside of them. */
function sizeOf(fields: readonly FieldPlan[]): number {
  return fields.reduce(
    (size, field) =>
      size + 1 + sizeOf(field.fields) + sizeOf(field.variants.flatMap(({ fields: each }) => each)),
    0,
  );
}
