/** Walks the schema: every way from `Query` to an object type, and every argument that takes an id. */
import {
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** A field on the way, with its arguments as they stand in a document, and the type that it leads to. */
export interface Step {
  type: string;
  field: string;
  text: string;
  to: GraphQLObjectType;
  isList: boolean;
}

/** Values for arguments, by name or as `field(argument)`. A required argument that is missing here stops the walk with an error, so that it gets one. */
export type RequiredValues = Readonly<Record<string, string>>;

function isRequired(argument: GraphQLArgument): boolean {
  return (
    isNonNullType(argument.type) &&
    !('default' in argument && argument.default !== undefined) &&
    argument.defaultValue === undefined
  );
}

function fieldText(field: GraphQLField<unknown, unknown>, values: RequiredValues): string {
  const valueOf = ({ name }: GraphQLArgument): string | undefined =>
    values[`${field.name}(${name})`] ?? values[name];
  const given = field.args.filter(
    (argument) => valueOf(argument) !== undefined || isRequired(argument),
  );
  if (given.length === 0) return field.name;
  return `${field.name}(${given
    .map((argument) => {
      const value = valueOf(argument);
      if (value === undefined)
        throw new Error(
          `no value is known for the required argument ${field.name}.${argument.name}`,
        );
      return `${argument.name}: ${value}`;
    })
    .join(', ')})`;
}

/** All ways from `start` to any object type that pass each field at most once and have at most `lengthMax` steps. */
export function waysFrom(
  start: GraphQLObjectType,
  values: RequiredValues,
  lengthMax: number,
): Step[][] {
  const ways: Step[][] = [];
  const walk = (type: GraphQLObjectType, way: Step[]): void => {
    for (const field of Object.values(type.getFields())) {
      const next = getNamedType(field.type);
      if (
        !isObjectType(next) ||
        way.some((step) => step.type === type.name && step.field === field.name)
      )
        continue;
      // `node` and `nodes` lead to the interface and are asked by id elsewhere.
      const isList = isListType(getNullableType(field.type));
      const longer = [
        ...way,
        { type: type.name, field: field.name, text: fieldText(field, values), to: next, isList },
      ];
      ways.push(longer);
      if (longer.length < lengthMax) walk(next, longer);
    }
  };
  walk(start, []);
  return ways;
}

/** Those of the ways from `start` that end at `target`. */
export function waysTo(
  start: GraphQLObjectType,
  target: string,
  values: RequiredValues,
  lengthMax: number,
): Step[][] {
  return waysFrom(start, values, lengthMax).filter((way) => way.at(-1)?.to.name === target);
}

interface Branch {
  step: Step | null;
  /** How many objects it may lead to, as pages are asked for here. */
  weight: number;
  branches: Map<string, Branch>;
}

const TOKENS_MAX = 1_500;
const OBJECTS_MAX = 5_000;
/** Items of a list that is not a page, as the schema counts them. */
const LIST_ITEMS = 5;

/**
 * Documents that follow many ways at once, those that begin alike together, each small enough for the limits of the
 * server. Wherever a way leads, `leaf` is selected of the type.
 */
export function documentsOf(
  ways: readonly Step[][],
  pageSize: number,
  leaf: (type: GraphQLObjectType) => string,
): string[] {
  const documents: string[] = [];
  const print = ({ step, branches }: Branch): string =>
    `${step?.text ?? ''} { ${step ? leaf(step.to) : ''} ${[...branches.values()].map(print).join(' ')} }`;
  let root: Branch = { step: null, weight: 1, branches: new Map() };
  let tokens = 0;
  let objects = 0;
  const finish = (): void => {
    if (root.branches.size > 0) documents.push(print(root));
    root = { step: null, weight: 1, branches: new Map() };
    tokens = 0;
    objects = 0;
  };
  for (const way of ways) {
    if (tokens > TOKENS_MAX || objects > OBJECTS_MAX) finish();
    let at = root;
    for (const step of way) {
      let next = at.branches.get(step.field);
      if (!next) {
        const items = at.step?.text.includes('first:') ? pageSize : LIST_ITEMS;
        next = { step, weight: at.weight * (step.isList ? items : 1), branches: new Map() };
        at.branches.set(step.field, next);
        tokens += (`${step.text} { ${leaf(step.to)} }`.match(/\w+|[^\s\w]/g) ?? []).length;
        objects += next.weight;
      }
      at = next;
    }
  }
  finish();
  return documents;
}

/** `__typename` and every field of a type that is an id. */
export function idsOf(type: GraphQLObjectType): string {
  const ids = Object.values(type.getFields()).filter(
    (field) => getNamedType(field.type).name === 'ID',
  );
  return ['__typename', ...ids.map((field) => field.name)].join(' ');
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
    if (!isObjectType(type) || type.name.startsWith('__') || type === schema.getMutationType())
      return [];
    const isAsked = ['Query', 'Viewer', 'Organization'].includes(type.name);
    const fields = Object.values(type.getFields()).filter((field) => isAsked || isGuarded(field));
    const named = fields.map((field) => `${type.name}.${field.name}`);
    return isGuarded(type) && type !== schema.getQueryType() ? [...named, type.name] : named;
  });
}
