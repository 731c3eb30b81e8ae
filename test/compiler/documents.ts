/** Random queries of the whole schema: nested, with arguments, aliases, fragments, directives and variables. */
import {
  getNamedType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Random } from '../../src/seed/random.ts';

/** What arguments are filled with. */
export interface Pool {
  ids: readonly string[];
  /** Of `node` and `nodes`. */
  nodes: readonly string[];
  slugs: readonly string[];
  words: readonly string[];
  /** Cursors of earlier answers. */
  cursors: string[];
}

export interface Query {
  document: string;
  variables: Record<string, unknown>;
}

/** Fields whose value is the time of the request. */
const CHANGING = new Set(['asOf']);
const DEPTH_MAX = 7;
/** From here on, a query goes no further down. */
const FIELDS_MAX = 25;

/** Makes random queries of a schema. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #random: Random;
  readonly #pool: Pool;
  #variables: Record<string, unknown> = {};
  #declared: string[] = [];
  #fragments: string[] = [];
  #fields = 0;

  constructor(schema: GraphQLSchema, random: Random, pool: Pool) {
    this.#schema = schema;
    this.#random = random;
    this.#pool = pool;
  }

  next(): Query {
    this.#variables = {};
    this.#declared = [];
    this.#fragments = [];
    this.#fields = 0;
    const query = this.#schema.getQueryType();
    if (!query) throw new Error('the schema has no queries');
    // Most time goes to what is nested: an organization.
    const roots = Object.values(query.getFields()).filter(
      ({ name }) =>
        name !== 'organization' && this.#random.next() < (name.startsWith('node') ? 0.1 : 0.04),
    );
    const organization = query.getFields()['organization'];
    if (organization && (roots.length === 0 || this.#random.next() < 0.9)) roots.push(organization);
    const selection = roots.map((field) => this.#field(field, 0)).join(' ');
    const declared = this.#declared.length > 0 ? ` (${this.#declared.join(', ')})` : '';
    return {
      document: [`query Random${declared} { ${selection} }`, ...this.#fragments].join('\n'),
      variables: this.#variables,
    };
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number, prefix = ''): string {
    this.#fields++;
    const ids = field.name.startsWith('node') ? this.#pool.nodes : this.#pool.ids;
    const given = field.args.flatMap((argument) => this.#argument(argument, ids));
    const isAliased = prefix !== '' || this.#random.next() < 0.15;
    const alias = isAliased ? `${prefix}${field.name}${this.#random.below(3)}: ` : '';
    const call = `${alias}${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${this.#directive()}`;
    const type = getNamedType(field.type);
    if (isLeafType(type)) return call;
    if (isObjectType(type)) return `${call} ${this.#selection(type, depth + 1)}`;
    const possible = isInterfaceType(type) ? this.#schema.getPossibleTypes(type) : [];
    // Fields of one name in different types would have to be alike, so each has a name of its own.
    const parts = possible
      .filter(() => this.#random.next() < 0.4)
      .map((each) => `... on ${each.name} ${this.#selection(each, depth + 2, each.name)}`);
    return `${call} { ${this.#random.pick(['__typename', 'id', '__typename id'])} ${parts.join(' ')} }`;
  }

  #selection(type: GraphQLObjectType, depth: number, prefix = ''): string {
    const fields = Object.values(type.getFields()).filter(({ name }) => !CHANGING.has(name));
    const isCarrier = /(Connection|Edge)$/.test(type.name);
    const chosen = fields.filter((field) => {
      const isLeaf = isLeafType(getNamedType(field.type));
      if (!isLeaf && (depth >= DEPTH_MAX || this.#fields > FIELDS_MAX)) return false;
      if (this.#fields > 2 * FIELDS_MAX) return false;
      return this.#random.next() < (isCarrier ? 0.5 : isLeaf ? 0.25 : 0.4 / depth);
    });
    // Names with aliases may coincide; one of each is enough for a valid document.
    const texts = new Map(
      chosen
        .map((field) => this.#field(field, depth, prefix))
        .map((text) => [/^\w+/.exec(text)?.[0] ?? '', text]),
    );
    const selected = [...texts.values()];
    if (selected.length === 0 || this.#random.next() < 0.1) selected.push('__typename');
    if (this.#random.next() < 0.1 && !selected.some((text) => text.includes('$'))) {
      const name = `F${this.#fragments.length}`;
      this.#fragments.push(`fragment ${name} on ${type.name} { ${selected.join(' ')} }`);
      return `{ ...${name} }`;
    }
    return this.#random.next() < 0.1
      ? `{ ... on ${type.name} { ${selected.join(' ')} } }`
      : `{ ${selected.join(' ')} }`;
  }

  #directive(): string {
    if (this.#random.next() > 0.05) return '';
    const condition =
      this.#random.next() < 0.5
        ? String(this.#random.next() < 0.5)
        : this.#variable('Boolean!', this.#random.next() < 0.5);
    return this.#random.next() < 0.5 ? ` @include(if: ${condition})` : ` @skip(if: ${condition})`;
  }

  #variable(type: string, value: unknown): string {
    const name = `v${this.#declared.length}`;
    this.#declared.push(`$${name}: ${type}`);
    this.#variables[name] = value;
    return `$${name}`;
  }

  #argument(argument: GraphQLArgument, ids: readonly string[]): string[] {
    const isRequired = isNonNullType(argument.type);
    const chance =
      { first: 0.97, last: 0.01, after: 0.02, before: 0.01, id: 0.1, slug: 0.1 }[argument.name] ??
      0.35;
    if (!isRequired && this.#random.next() > chance) return [];
    const value = this.#value(argument.name, argument.type, ids);
    if (value === undefined) return [];
    if (this.#random.next() < 0.4)
      return [`${argument.name}: ${this.#variable(String(argument.type), value)}`];
    const json = JSON.stringify(value);
    const literal = isEnumType(getNamedType(argument.type)) ? json.replaceAll('"', '') : json;
    return [`${argument.name}: ${literal}`];
  }

  #value(name: string, type: GraphQLInputType, ids: readonly string[]): unknown {
    const random = this.#random;
    const named = getNamedType(type);
    const inner = isNonNullType(type) ? type.ofType : type;
    if (isListType(inner)) {
      return Array.from({ length: 1 + random.below(3) }, () =>
        this.#value(name, named, ids),
      ).filter((value) => value !== undefined);
    }
    if (isEnumType(named)) return random.pick(named.getValues().map((value) => value.name));
    switch (named.name) {
      case 'Int':
        return random.next() < 0.99 ? 1 + random.below(4) : random.pick([0, -1, 101]);
      case 'Boolean':
        return random.next() < 0.5;
      case 'ID':
        return random.pick(ids);
      case 'DateTime':
        return name === 'to'
          ? random.pick(['2026-11-20T00:00:00Z', '2026-11-21T13:45:00Z'])
          : random.pick(['2026-11-10T00:00:00Z', '2026-10-30T05:30:00Z']);
      case 'String':
        if (name === 'after' || name === 'before')
          return this.#pool.cursors.length > 0 ? random.pick(this.#pool.cursors) : undefined;
        if (name === 'slug') return random.pick(this.#pool.slugs);
        if (name === 'keys' || name === 'metric')
          return random.pick([
            'voice_calls',
            'voice_minutes',
            'voice_calls',
            'voice_calls',
            'voice_minutes',
            'no_such_metric',
          ]);
        if (name === 'roles') return random.pick(['admin', 'viewer', 'nobody']);
        if (name === 'scope') return random.pick(['usage:read', 'members:read', 'no:such']);
        if (name === 'timeZone')
          return random.pick(['Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Nowhere']);
        return random.pick(this.#pool.words);
      default:
        return undefined;
    }
  }
}
