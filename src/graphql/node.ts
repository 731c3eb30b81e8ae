/**
 * `node` and `nodes`: look up any object by its id, under the same rules as on every other path.
 */
import { isInterfaceType, type GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import type { StatementBatch } from '../database/loaders.ts';
import { badInput, notFound } from '../errors.ts';
import { encodeId, parseId, type IdType } from '../values/ids.ts';
import { atMost, lengthOf } from './cost.ts';

/** How nodes of a type are read by id. */
type NodeBatch = StatementBatch<null, object, object | null>;

const batches = new Map<IdType, NodeBatch>();

/** Says how nodes of a type are loaded by id, within what the caller may see; beside the type. */
export function nodesBy(type: IdType, batch: NodeBatch): void {
  batches.set(type, batch);
}

const NODES_MAX = 100;

interface Found {
  batch: NodeBatch;
  type: IdType;
  uuid: string;
}

function parse(id: string, argument: string): Found {
  const parsed = parseId(id);
  const batch = parsed && batches.get(parsed.type);
  if (!batch)
    throw badInput(
      argument,
      'must be a public id: a prefix of three letters, an underscore and 32 lower-case hex digits',
    );
  return { batch, ...parsed };
}

/** A malformed id refuses the whole list before anything is read; a missing one concerns only that item. */
function parseAll(ids: readonly string[]): Found[] {
  if (ids.length === 0 || ids.length > NODES_MAX)
    throw badInput('ids', `must contain between 1 and ${NODES_MAX} ids`);
  return ids.map((id) => parse(id, 'ids'));
}

/** The ids that are asked for, as compiled queries take them. */
export interface AskedNodes {
  /** Their types, each once. The text of the statement depends on them, and on nothing else. */
  types: readonly IdType[];
  /** The type of each id, and its UUID. */
  typeOfEach: readonly IdType[];
  uuids: readonly string[];
}

/** The form of a field that returns nodes, for compiled queries: by the ids, and by type how one is read. */
export interface NodesForm {
  kind: 'nodes';
  prepare: (given: never) => AskedNodes;
  structural: readonly (keyof AskedNodes)[];
  check: undefined;
  batchOf(type: IdType): NodeBatch | undefined;
}

function nodesInSql<Given>(parseGiven: (given: Given) => readonly Found[]): { form: NodesForm } {
  return {
    form: {
      kind: 'nodes',
      prepare(given) {
        const found = parseGiven(given);
        return {
          types: [...new Set(found.map(({ type }) => type))].toSorted(),
          typeOfEach: found.map(({ type }) => type),
          uuids: found.map(({ uuid }) => uuid),
        };
      },
      structural: ['types'],
      check: undefined,
      batchOf: (type) => batches.get(type),
    },
  };
}

async function find({ batch, type, uuid }: Found, { loaders }: Context): Promise<object> {
  const row = await loaders.load(batch, null, uuid);
  if (!row) throw notFound();
  return { ...row, __typename: type };
}

// Ids of types without a batch are malformed.
builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description:
      'Any object by its id. An object that the caller may not see is treated like a missing id: null with a NOT_FOUND error.',
    authScopes: { authenticated: true, organization: true },
    args: { id: t.arg.id({ required: true, description: 'A public id.' }) },
    extensions: nodesInSql(({ id }: { id: string }) => [parse(id, 'id')]),
    resolve: (_root, { id }, context) => find(parse(id, 'id'), context) as never,
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: true, items: true },
    description: `Up to ${NODES_MAX} nodes by id, in the order of the ids; each missing one is null with its own NOT_FOUND error.`,
    authScopes: { authenticated: true, organization: true },
    extensions: {
      ...atMost(({ ids }) => lengthOf(ids, 0, NODES_MAX)),
      ...nodesInSql(({ ids }: { ids: readonly string[] }) => parseAll(ids)),
    },
    args: {
      ids: t.arg.idList({ required: true, description: `Between 1 and ${NODES_MAX} public ids.` }),
    },
    resolve: (_root, { ids }, context) =>
      parseAll(ids).map((found) => find(found, context)) as never,
  }),
}));

/**
 * Lets the ids of nodes be resolved without a promise. The plugin waits for each id, and with it the
 * executor for each object, which is a good part of what a page of rows costs.
 */
export function resolveIdsAtOnce(schema: GraphQLSchema): GraphQLSchema {
  const node = schema.getType('Node');
  for (const type of isInterfaceType(node) ? schema.getPossibleTypes(node) : []) {
    const field = type.getFields()['id'];
    if (field) field.resolve = ({ id }: { id: string }) => encodeId(type.name as IdType, id);
  }
  return schema;
}
