/**
 * The plan of an operation: its fields as a tree, each with its form. It is made once per document,
 * operation and choice of directives, and names the first field that cannot be read in SQL.
 */
import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Context } from '../graphql/context.ts';
import { formOf, Unsupported, type Form } from './forms.ts';
import { collectFields, type SelectionContext } from './selection.ts';

/** A field that is selected, with what is selected of its value. */
export interface FieldPlan {
  /** The name in the response. */
  key: string;
  /** Its name and arguments. */
  node: FieldNode;
  parentType: GraphQLObjectType;
  field: GraphQLField<unknown, Context>;
  type: GraphQLNamedOutputType;
  isList: boolean;
  isNonNull: boolean;
  /** Absent for `__typename`, and for the fields of connections, edges and `pageInfo`. */
  form: Form | undefined;
  /** The column that the field exposes. */
  column: string | undefined;
  /** The place of its prepared arguments; undefined if it takes none. */
  at: number | undefined;
  /** The place of the nearest field above that takes arguments. */
  outer: number | undefined;
  /** What is selected of an object. */
  fields: readonly FieldPlan[];
  /** What is selected of each type of nodes, for a field that returns nodes. */
  variants: readonly ObjectPlan[];
}

/** What is selected of an object. */
export interface ObjectPlan {
  type: GraphQLObjectType;
  fields: readonly FieldPlan[];
}

/** PostgreSQL cuts longer names. */
const NAME_BYTES_MAX = 63;

/** Types whose fields are written by the compiler itself, as parts of a connection. */
const CONNECTION_PART = /(Connection|Edge)$|^PageInfo$/;

/** Builds plans. */
export class Planner {
  readonly #context: SelectionContext;
  /** The fields with prepared arguments, in the order of their places. */
  readonly prepared: FieldPlan[] = [];

  constructor(context: SelectionContext) {
    this.#context = context;
  }

  /** The fields that are selected on an object. */
  fieldsOf(
    type: GraphQLObjectType,
    sets: readonly FieldNode['selectionSet'][],
    outer?: number,
  ): FieldPlan[] {
    return [...collectFields(type, sets, this.#context)].map(([key, merged]) =>
      this.#fieldOf(type, key, merged, outer),
    );
  }

  #fieldOf(
    parentType: GraphQLObjectType,
    key: string,
    nodes: readonly FieldNode[],
    outer: number | undefined,
  ): FieldPlan {
    const [node] = nodes;
    const name = node?.name.value;
    if (!node || name === undefined || Buffer.byteLength(key) > NAME_BYTES_MAX)
      throw new Unsupported('long response name');
    const field = this.#context.schema.getField(parentType, name);
    if (!field || (name.startsWith('__') && name !== '__typename')) throw new Unsupported(name);
    const form = formOf(field);
    const column = (field.extensions as { pothosExposedField?: string }).pothosExposedField;
    if (name !== '__typename' && !hasForm(parentType, field))
      throw new Unsupported(`${parentType.name}.${name}`);
    const type = getNamedType(field.type);
    const takesArguments = form?.prepare !== undefined || form?.kind === 'list';
    const plan: FieldPlan = {
      key,
      node: withoutPlaces({ kind: node.kind, name: node.name, arguments: node.arguments }),
      parentType,
      field: field as GraphQLField<unknown, Context>,
      type,
      isList: isListType(getNullableType(field.type)),
      isNonNull: isNonNullType(field.type),
      form,
      column,
      at: takesArguments ? this.prepared.length : undefined,
      outer,
      fields: [],
      variants: [],
    };
    if (takesArguments) this.prepared.push(plan);
    const sets = nodes.map(({ selectionSet }) => selectionSet);
    const fieldsOf = (each: GraphQLObjectType) => this.fieldsOf(each, sets, plan.at ?? outer);
    if (isObjectType(type)) plan.fields = fieldsOf(type);
    else if (isInterfaceType(type))
      plan.variants = this.#context.schema
        .getPossibleTypes(type)
        .map((each) => ({ type: each, fields: fieldsOf(each) }));
    return plan;
  }
}

/**
 * The fields of a schema that can be selected in a query and have no form in SQL, as `Type.field`:
 * operations with them are always executed by resolvers.
 */
export function fieldsWithoutForm(schema: GraphQLSchema): string[] {
  const missing: string[] = [];
  const visited = new Set<string>();
  const visit = (type: GraphQLNamedOutputType): void => {
    if (isInterfaceType(type)) schema.getPossibleTypes(type).forEach(visit);
    if (!isObjectType(type) || visited.has(type.name)) return;
    visited.add(type.name);
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type);
      if (!hasForm(type, field)) missing.push(`${type.name}.${field.name}`);
      visit(named);
    }
  };
  const query = schema.getQueryType();
  if (query) visit(query);
  return missing.toSorted();
}

/**
 * A part of a document without its places there. A place leads to all tokens of the document, and a
 * plan would keep them in memory.
 */
function withoutPlaces<Part>(part: Part): Part {
  if (Array.isArray(part)) return part.map(withoutPlaces) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).filter(([name]) => name !== 'loc');
  return Object.fromEntries(
    entries.map(([name, value]) => [name, withoutPlaces(value as unknown)]),
  ) as Part;
}

/** Whether the compiler knows how to read a field. */
function hasForm(type: GraphQLObjectType, field: { name: string; extensions: object }): boolean {
  const exposes =
    (field.extensions as { pothosExposedField?: string }).pothosExposedField !== undefined;
  return (
    formOf(field) !== undefined ||
    exposes ||
    isNodeId(type, field.name) ||
    CONNECTION_PART.test(type.name)
  );
}

/** Whether a field is the public id of a node. */
export function isNodeId(type: GraphQLObjectType, name: string): boolean {
  return name === 'id' && type.getInterfaces().some((each) => each.name === 'Node');
}
