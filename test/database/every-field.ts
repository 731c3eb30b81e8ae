/** Documents that together select every field of the schema, with every argument and every pair of arguments. */
import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { IS_SMALL } from './platform.ts';

type Field = GraphQLField<unknown, unknown>;

/** Values of arguments as they stand in a document, by `Type.field(argument)` or by the argument's name alone. */
export type Values = Readonly<Record<string, string>>;

/** A document, and where the field that it is about stands in it. */
export interface Asked {
  document: string;
  about: string;
  /** Whether no optional argument is given. */
  alone: boolean;
}

/** Field selections that lead from `Query` to a type, each with its arguments. */
type Way = readonly string[];

/** Cursors of a list, for a document that asks for what lies between them. */
export type Cursors = (document: string) => Promise<{ after: string; before: string } | undefined>;

function isRequired(argument: GraphQLArgument): boolean {
  return (
    isNonNullType(argument.type) &&
    argument.defaultValue === undefined &&
    !('default' in argument && argument.default !== undefined)
  );
}

/** Fields that are not selected, as `Type.field`. */
type LeftOut = ReadonlySet<string>;
const NOTHING: LeftOut = new Set();

function fieldsOf(type: GraphQLObjectType, leftOut: LeftOut): Field[] {
  return Object.values(type.getFields()).filter(({ name }) => !leftOut.has(`${type.name}.${name}`));
}

/** The selection of everything of a type that takes no further look-up, and of what it leads to `further` levels on. */
function everything(
  schema: GraphQLSchema,
  output: GraphQLOutputType,
  values: Values,
  further: number,
  leftOut: LeftOut = NOTHING,
): string {
  const type = getNamedType(output);
  if (isLeafType(type)) return '';
  if (isAbstractType(type)) {
    const parts = schema
      .getPossibleTypes(type)
      .map((one) => `... on ${one.name} ${everything(schema, one, values, further, leftOut)}`);
    // Fields of the same name may differ in whether they are null, which two fragments may not; they are asked for by type.
    return `{ __typename ${parts.length > 1 ? '' : parts.join(' ')} }`;
  }
  if (!isObjectType(type)) return '';
  // Connections and their edges only carry rows: what counts is what they carry.
  const carries = /(Connection|Edge)$/.test(type.name);
  const fields = fieldsOf(type, leftOut).flatMap((field) => {
    if (isLeafType(getNamedType(field.type))) return [fieldText(type, field, values)];
    return further > 0 || carries
      ? [
          `${fieldText(type, field, values)} ${everything(schema, field.type, values, carries ? further : further - 1, leftOut)}`,
        ]
      : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

function valueOf(
  type: GraphQLObjectType,
  field: Field,
  argument: GraphQLArgument,
  values: Values,
): string {
  const value = values[`${type.name}.${field.name}(${argument.name})`] ?? values[argument.name];
  if (value === undefined)
    throw new Error(`no value is known for ${type.name}.${field.name}(${argument.name})`);
  return value;
}

function fieldText(
  type: GraphQLObjectType,
  field: Field,
  values: Values,
  more: Readonly<Record<string, string>> = {},
): string {
  const given = field.args.flatMap((argument) => {
    const value =
      more[argument.name] ??
      (isRequired(argument) ? valueOf(type, field, argument, values) : undefined);
    return value === undefined ? [] : [`${argument.name}: ${value}`];
  });
  return given.length > 0 ? `${field.name}(${given.join(', ')})` : field.name;
}

/** The ways that are shortest, one for each object type that `Query` leads to. */
function shortestWays(
  schema: GraphQLSchema,
  start: GraphQLObjectType,
  values: Values,
  leftOut: LeftOut,
): Map<GraphQLObjectType, Way> {
  const ways = new Map<GraphQLObjectType, Way>([[start, []]]);
  // A map is walked in the order in which things were added, also those that are added meanwhile.
  for (const [type, way] of ways) {
    for (const field of fieldsOf(type, leftOut)) {
      const next = getNamedType(field.type);
      const few: Record<string, string> = field.args.some((argument) => argument.name === 'first')
        ? { first: '5' }
        : {};
      const step = fieldText(type, field, values, few);
      if (isObjectType(next) && !ways.has(next)) ways.set(next, [...way, step]);
      if (!isAbstractType(next)) continue;
      for (const one of schema.getPossibleTypes(next))
        if (!ways.has(one)) ways.set(one, [...way, step, `... on ${one.name}`]);
    }
  }
  return ways;
}

const inside = (way: Way, selection: string): string =>
  `{ ${way.reduceRight((inner, step) => `${step} { ${inner} }`, selection)} }`;

/** What may be given for an optional argument: every value of an enum, and true. */
function choices(
  type: GraphQLObjectType,
  field: Field,
  argument: GraphQLArgument,
  values: Values,
): string[] {
  const named = getNamedType(argument.type);
  if (isEnumType(named) && !String(argument.type).includes('['))
    return named.getValues().map((value) => value.name);
  if (named.name === 'Boolean') return ['true'];
  return [valueOf(type, field, argument, values)];
}

/**
 * The choices of two arguments together: by night all of them, by day every one of either argument with the first and the
 * last of the other.
 */
function together(
  ones: readonly Record<string, string>[],
  others: readonly Record<string, string>[],
): Record<string, string>[] {
  const isEnd = (list: readonly unknown[], at: number): boolean =>
    at === 0 || at === list.length - 1;
  return ones.flatMap((one, left) =>
    others
      .filter((_, right) => !IS_SMALL || isEnd(ones, left) || isEnd(others, right))
      .map((other) => ({ ...one, ...other })),
  );
}

/** All choices of one or two optional arguments that may stand together. */
function combinations(
  type: GraphQLObjectType,
  field: Field,
  values: Values,
): Record<string, string>[] {
  const optional = field.args.filter(
    (argument) => !isRequired(argument) && argument.name !== 'after' && argument.name !== 'before',
  );
  const single = optional.map((argument) =>
    choices(type, field, argument, values).map((value) => ({ [argument.name]: value })),
  );
  const pairs = single.flatMap((ones, index) =>
    single.slice(index + 1).flatMap((others) => together(ones, others)),
  );
  // A page from the start is what every document without one asks for.
  const useful = pairs.filter(
    (given) => !('first' in given) && !('id' in given && 'slug' in given),
  );
  return [...single.flat(), ...useful];
}

/**
 * Every field of every object type that `start` leads to, on the shortest way there: alone, with each optional argument
 * and with each pair of them, and as the pages before and after a cursor. An argument without a value throws.
 */
export async function everyField(
  schema: GraphQLSchema,
  start: GraphQLObjectType,
  values: Values,
  cursors: Cursors,
  leftOut: LeftOut = NOTHING,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const [type, way] of shortestWays(schema, start, values, leftOut)) {
    if (type.name === 'PageInfo' || type.name.startsWith('__')) continue;
    const fields = fieldsOf(type, leftOut);
    const plain = fields.filter(
      (field) => isLeafType(getNamedType(field.type)) && field.args.length === 0,
    );
    if (plain.length > 0)
      asked.push({
        document: inside(way, plain.map(({ name }) => name).join(' ')),
        about: type.name,
        alone: true,
      });
    for (const field of fields.filter((one) => !plain.includes(one))) {
      const selection = everything(schema, field.type, values, 1, leftOut);
      const about = `${type.name}.${field.name}`;
      const document = (more: Record<string, string>): string =>
        inside(way, `${fieldText(type, field, values, more)} ${selection}`);
      asked.push({ document: document({}), about, alone: true });
      const given = combinations(type, field, values);
      asked.push(
        ...given.map((more) => ({
          document: document(more),
          about: `${about}(${Object.keys(more).join(', ')})`,
          alone: false,
        })),
      );
      if (!field.args.some((argument) => argument.name === 'after')) continue;
      for (const more of [
        {},
        ...given.filter(
          (one) => Object.keys(one).length === 1 && !('last' in one) && !('first' in one),
        ),
      ]) {
        const found = await cursors(
          inside(
            way,
            `${fieldText(type, field, values, { ...more, first: '3' })} { pageInfo { startCursor endCursor } }`,
          ),
        );
        if (!found) continue;
        asked.push({
          document: document({ ...more, after: `"${found.after}"` }),
          about: `${about}(after)`,
          alone: false,
        });
        if (field.args.some((argument) => argument.name === 'before'))
          asked.push({
            document: document({ ...more, last: '3', before: `"${found.before}"` }),
            about: `${about}(before)`,
            alone: false,
          });
      }
    }
  }
  // By id, one type at a time.
  const node = schema.getType('Node');
  for (const one of isAbstractType(node) ? schema.getPossibleTypes(node) : []) {
    const id = values[one.name];
    if (id === undefined) throw new Error(`no id is known for ${one.name}`);
    const selection = `... on ${one.name} ${everything(schema, one, values, 1, leftOut)}`;
    asked.push({
      document: `{ node(id: ${id}) { ${selection} } }`,
      about: `node of ${one.name}`,
      alone: true,
    });
  }
  return asked;
}
