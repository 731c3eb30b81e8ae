/**
 * Compiles a document into a list of steps, each of which refers only to earlier ones. A request
 * runs through the list once, so the work is linear in the document, however often fragments are
 * shared. Selections that the executor would merge are counted separately, so the estimate is never
 * below the actual response.
 */
import {
  Kind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  getNullableType,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { costOf, type FieldCost, type Given } from '../graphql/cost.ts';
import { getOrAdd } from '../values/get-or-add.ts';
import { introspectionSize } from './introspection.ts';
import {
  EMPTY,
  NOTHING,
  planOf,
  read,
  type Plan,
  type Read,
  type Shape,
  type Step,
  type Term,
} from './plan.ts';
import { above, introspectionShape, together } from './shape.ts';

/** The field that returned an object, and its arguments. */
interface Parent {
  node: FieldNode | null;
  args: Read<Given>;
}

const NO_PARENT: Parent = { node: null, args: {} };

/** Compiles the plan of one operation. */
export class Compiler {
  readonly #schema: GraphQLSchema;
  readonly #costMax: number;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #steps: Step[] = [];
  readonly #shapes: Shape[] = [];
  readonly #selections = new Map<
    SelectionSetNode,
    Map<GraphQLCompositeType, Map<FieldNode | null, number>>
  >();
  readonly #readsParent = new Map<GraphQLCompositeType, boolean>();

  constructor(schema: GraphQLSchema, document: DocumentNode, costMax: number) {
    this.#schema = schema;
    this.#costMax = costMax;
    this.#fragments = new Map(
      document.definitions
        .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map((fragment) => [fragment.name.value, fragment]),
    );
  }

  compile({
    operation,
    name,
    selectionSet,
    variableDefinitions = [],
  }: OperationDefinitionNode): Plan {
    const type = this.#schema.getRootType(operation);
    if (!type) return EMPTY;
    const last = this.#selection(selectionSet, type, NO_PARENT);
    const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    );
    return planOf(
      this.#steps,
      defaults.length > 0 ? (Object.fromEntries(defaults) as Given) : undefined,
      { ...this.#shape(last), operation, name: name?.value },
    );
  }

  #add(step: Step, shape: Shape): number {
    this.#steps.push(step);
    return this.#shapes.push(shape) - 1;
  }

  #shape(step: number): Shape {
    return this.#shapes[step] ?? NOTHING;
  }

  #selection(set: SelectionSetNode, type: GraphQLCompositeType, parent: Parent): number {
    const byType = getOrAdd(
      this.#selections,
      set,
      () => new Map<GraphQLCompositeType, Map<FieldNode | null, number>>(),
    );
    const byParent = getOrAdd(byType, type, () => new Map<FieldNode | null, number>());
    return getOrAdd(byParent, this.#looksAtParent(type) ? parent.node : null, () => {
      const terms: Term[] = [];
      // An object of an abstract type has one concrete type, so of the fragments on different types
      // only the largest counts.
      const concrete = new Map<GraphQLCompositeType, Term[]>();
      for (const selection of set.selections) {
        const [step, on] = this.#selected(selection, type, parent);
        const apart = on !== type && isObjectType(on) && isAbstractType(type);
        (apart ? getOrAdd(concrete, on, () => []) : terms).push({
          step,
          included: this.#included(selection),
        });
      }
      const shapes = [...terms, ...[...concrete.values()].flat()].map(({ step }) =>
        this.#shape(step),
      );
      return this.#add(
        { kind: 'selection', terms, alternatives: [...concrete.values()] },
        together(shapes),
      );
    });
  }

  /** The step of a selection, and the type that it applies to. */
  #selected(
    selection: SelectionNode,
    type: GraphQLCompositeType,
    parent: Parent,
  ): [number, GraphQLCompositeType] {
    if (selection.kind === Kind.FIELD) return [this.#field(selection, type, parent), type];
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? this.#fragments.get(selection.name.value)
        : selection;
    const named =
      fragment?.typeCondition && this.#schema.getType(fragment.typeCondition.name.value);
    const on = named && isCompositeType(named) ? named : type;
    return [
      fragment
        ? this.#selection(fragment.selectionSet, on, parent)
        : this.#add({ kind: 'size', size: { nodes: 0, cost: 0 } }, NOTHING),
      on,
    ];
  }

  #field(node: FieldNode, type: GraphQLCompositeType, parent: Parent): number {
    const name = node.name.value;
    if (name === '__schema' || name === '__type') {
      return this.#add(
        {
          kind: 'size',
          size: introspectionSize(this.#schema, node, this.#fragments, this.#costMax),
        },
        introspectionShape(node, this.#fragments),
      );
    }
    const field = isCompositeType(type) ? this.#schema.getField(type, name) : undefined;
    const cost = field ? costOf(field) : {};
    const args = this.#arguments(node);
    const result = field && getNamedType(field.type);
    const composite = result && isCompositeType(result) ? result : undefined;
    const child =
      composite && node.selectionSet
        ? this.#selection(node.selectionSet, composite, cost.passesParent ? parent : { node, args })
        : null;
    const isList = field !== undefined && isListType(getNullableType(field.type));
    const below = child === null ? NOTHING : this.#shape(child);
    return this.#add(
      {
        kind: 'field',
        weight: cost.weight ?? 1,
        items: isList ? this.#items(cost, args, parent.args) : null,
        rows: composite !== undefined,
        child,
      },
      above(node, below),
    );
  }

  #items({ items = 0 }: FieldCost, args: Read<Given>, parent: Read<Given>): Read<number> {
    if (typeof items === 'number') return items;
    if (typeof args !== 'function' && typeof parent !== 'function') return items(args, parent);
    return (variables) => items(read(args, variables), read(parent, variables));
  }

  #arguments({ arguments: nodes = [] }: FieldNode): Read<Given> {
    const valuesOf = (variables: Given): Given =>
      Object.fromEntries(
        nodes.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]),
      );
    return nodes.some(({ value }) => holdsVariable(value)) ? valuesOf : valuesOf({});
  }

  #included({ directives = [] }: SelectionNode): Read<boolean> {
    const conditions = directives.flatMap(({ name: { value: name }, arguments: args = [] }) => {
      const condition = args.find((argument) => argument.name.value === 'if')?.value;
      return condition && (name === 'skip' || name === 'include')
        ? [{ condition, wanted: name === 'include' }]
        : [];
    });
    if (conditions.length === 0) return true;
    return (variables) =>
      conditions.every(
        ({ condition, wanted }) => valueFromASTUntyped(condition, variables) === wanted,
      );
  }

  #looksAtParent(type: GraphQLCompositeType): boolean {
    if (!isObjectType(type)) return true;
    return getOrAdd(this.#readsParent, type, () =>
      Object.values(type.getFields()).some((field) => costOf(field).readsParent),
    );
  }
}

function holdsVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  if (value.kind === Kind.LIST) return value.values.some(holdsVariable);
  return value.kind === Kind.OBJECT && value.fields.some((field) => holdsVariable(field.value));
}
