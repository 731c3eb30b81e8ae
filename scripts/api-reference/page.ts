/** The API reference: every type, field and argument of a schema as one page. */
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  print,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

const INTRODUCTION = `# API reference

Everything that can be asked and changed, generated from \`schema.graphql\` by \`npm run docs:api\`. [Reading the graph](../guide/reading.md) and [Changing things](../guide/changes.md) explain the conventions. A type that ends in \`!\` is never null.
`;

/** Renders the page for a schema in SDL. */
export function apiReference(sdl: string): string {
  const schema = buildSchema(sdl);
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const query = schema.getQueryType();
  const mutation = schema.getMutationType();
  const inline = new Set<GraphQLNamedType>(
    Object.values(mutation?.getFields() ?? {}).flatMap((field) => [...partsOf(field)]),
  );
  const objects = types
    .filter(isObjectType)
    .filter((type) => type !== query && type !== mutation && !inline.has(type));
  const isConnection = ({ name }: GraphQLNamedType): boolean => /(?:Connection|Edge)$/.test(name);
  const isFailure = (type: GraphQLObjectType): boolean =>
    type.getInterfaces().some(({ name }) => name === 'UserError');
  const page = [
    INTRODUCTION,
    section(
      'Queries',
      Object.values(query?.getFields() ?? {}).map((field) => topLevel('Query', field)),
    ),
    section('Mutations', Object.values(mutation?.getFields() ?? {}).map(mutationEntry)),
    section(
      'Objects',
      objects.filter((type) => !isConnection(type) && !isFailure(type)).map(objectEntry),
    ),
    section('Connections', objects.filter(isConnection).map(objectEntry)),
    section(
      'Failures',
      objects.filter(isFailure).map((type) => failureEntry(type, schema)),
    ),
    section('Interfaces', types.filter(isInterfaceType).map(objectEntry)),
    section(
      'Inputs',
      types
        .filter(isInputObjectType)
        .filter((type) => !inline.has(type))
        .map((type) => entry(type, Object.values(type.getFields()).map(valueLine))),
    ),
    section(
      'Enums',
      types.filter(isEnumType).map((type) =>
        entry(
          type,
          type.getValues().map((value) => line(`\`${value.name}\``, value.description)),
        ),
      ),
    ),
    section(
      'Scalars',
      types
        .filter((type) => isScalarType(type) && !isSpecifiedScalarType(type))
        .map((type) => entry(type, [])),
    ),
  ];
  return `${page
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function section(title: string, entries: readonly string[]): string {
  return `## ${title}\n\n${entries.join('\n')}`;
}

function entry(type: GraphQLNamedType, lines: readonly string[]): string {
  return block(type.name, type.description, lines);
}

function block(
  title: string,
  description: string | null | undefined,
  lines: readonly string[],
): string {
  const list = lines.length > 0 ? `${lines.join('\n')}\n` : '';
  return [`### ${title}\n`, ...(description ? [`${oneLine(description)}\n`] : []), list].join('\n');
}

/** A field of `Query`, with its arguments. */
function topLevel(parent: string, field: GraphQLField<unknown, unknown>): string {
  return block(
    `${parent}.${field.name}`,
    `${field.description ?? ''} Returns ${typeText(field.type)}.`.trim(),
    field.args.map(valueLine),
  );
}

/** The types that are shown with a mutation: its input, its result and its payload. */
function* partsOf(field: GraphQLField<unknown, unknown>): Iterable<GraphQLNamedType> {
  const result = getNamedType(field.type);
  yield result;
  for (const argument of field.args) yield getNamedType(argument.type);
  if (isUnionType(result)) yield* result.getTypes().filter(({ name }) => name.endsWith('Payload'));
}

/** A mutation with the fields of its input and of its payload, and how it can fail. */
function mutationEntry(field: GraphQLField<unknown, unknown>): string {
  const lines: string[] = [];
  const parts = [...partsOf(field)];
  for (const input of parts.filter(isInputObjectType)) {
    lines.push(
      `Input (\`${input.name}\`):\n`,
      ...Object.values(input.getFields()).map(valueLine),
      '',
    );
  }
  for (const payload of parts.filter(isObjectType)) {
    lines.push(
      `Payload (\`${payload.name}\`):\n`,
      ...Object.values(payload.getFields()).flatMap(fieldLines),
      '',
    );
  }
  const failures = parts
    .filter(isUnionType)
    .flatMap((union) => union.getTypes().filter((type) => !parts.includes(type)));
  lines.push(`Failures: ${failures.map(({ name }) => link(name)).join(', ')}.`);
  return block(`Mutation.${field.name}`, field.description, lines);
}

function objectEntry(type: GraphQLObjectType | GraphQLInterfaceType): string {
  return entry(type, Object.values(type.getFields()).flatMap(fieldLines));
}

/** A failure with the mutations that it can be an answer of; `code` and `message` are those of every failure. */
function failureEntry(type: GraphQLObjectType, schema: GraphQLSchema): string {
  const own = Object.values(type.getFields()).filter(
    ({ name }) => name !== 'code' && name !== 'message',
  );
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).filter((field) => {
    const result = getNamedType(field.type);
    return isUnionType(result) && result.getTypes().includes(type);
  });
  const all = Object.keys(schema.getMutationType()?.getFields() ?? {}).length;
  const answers =
    mutations.length === all
      ? 'any mutation'
      : mutations.map(({ name }) => `[\`${name}\`](#mutation${name.toLowerCase()})`).join(', ');
  return entry(type, [
    ...own.flatMap(fieldLines),
    ...(own.length > 0 ? [''] : []),
    `Returned by ${answers || 'outcomes within a payload'}.`,
  ]);
}

function fieldLines(field: GraphQLField<unknown, unknown>): string[] {
  return [
    line(`\`${field.name}\` ${typeText(field.type)}`, field.description),
    ...field.args.map((argument) => `  ${valueLine(argument)}`),
  ];
}

function valueLine(value: GraphQLArgument | GraphQLInputField): string {
  const preset = value.astNode?.defaultValue;
  return line(
    `\`${value.name}\` ${typeText(value.type)}${preset ? ` = \`${print(preset)}\`` : ''}`,
    value.description,
  );
}

function line(what: string, description: string | null | undefined): string {
  return `- ${what}${description ? `: ${oneLine(description)}` : ''}`;
}

/** A type as it is written, linked to its entry. */
function typeText(type: { toString(): string }): string {
  return link(String(type).replaceAll(/[[\]!]/g, ''), String(type));
}

function link(name: string, text = name): string {
  const isBuiltIn = ['Boolean', 'Float', 'ID', 'Int', 'String'].includes(name);
  return isBuiltIn ? `\`${text}\`` : `[\`${text}\`](#${name.toLowerCase()})`;
}

/** A description as one line of Markdown, in which only code is marked up. */
function oneLine(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(
      /(`[^`]*`)|[<*]/g,
      (found, code?: string) => code ?? (found === '<' ? '&lt;' : `\\${found}`),
    );
}
