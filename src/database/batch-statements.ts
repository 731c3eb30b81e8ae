/**
 * The statements of batches. What decides about the text of one is the kind of caller, the scopes
 * that they hold, and the arguments; so the text is kept, and only filled with the values of a
 * request. To put it together again takes some ten times as long.
 */
import { isDeepStrictEqual } from 'node:util';
import { CompiledQuery, type RawBuilder } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Keys, ReadRequest, Viewer } from './loaders.ts';
import { principalShape, Slot, symbolicPrincipal } from './slots.ts';

/** Writes a statement for a caller and keys. */
export type WriteStatement<Row> = (viewer: Viewer, keys: Keys) => RawBuilder<Row>;

/** The values that the slots of a batch's statement stand for. */
interface BatchValues extends Viewer {
  keys: readonly string[];
}

interface KeptStatement {
  text: string;
  parameters: readonly unknown[];
}

/** The maximum number of characters of all texts that are kept. */
const KEPT_CHARACTERS_MAX = 4 * 1_024 * 1_024;

/** The maximum number of shapes that are remembered before their statement is kept. */
const SEEN_MAX = 1_000;

/**
 * The maximum number of characters of arguments whose statement is kept. Those of a caller's own,
 * such as a search, are seldom asked for again.
 */
const ARGUMENTS_LENGTH_MAX = 300;

/** A shape whose text depends on more than its key. */
const UNKEPT = 'unkept';

const kept = new LRUCache<string, KeptStatement | typeof UNKEPT>({
  maxSize: KEPT_CHARACTERS_MAX,
  sizeCalculation: (statement, key) =>
    key.length + (statement === UNKEPT ? 1 : statement.text.length),
});
const seen = new LRUCache<string, true>({ max: SEEN_MAX });

/**
 * The statement of a batch for a request. `name` and `args` identify it together with the shape of
 * the caller: `write` must depend on nothing else.
 */
export function batchStatement<Row>(
  name: string,
  args: string,
  { db, principal, now }: ReadRequest,
  keys: readonly string[],
  write: WriteStatement<Row>,
): CompiledQuery<Row> {
  const values: BatchValues = { principal, now, keys };
  const compile = (viewer: Viewer, given: Keys): CompiledQuery<Row> =>
    write(viewer, given).compile(db);
  if (args.length > ARGUMENTS_LENGTH_MAX) return compile(values, keys);
  const key = `${name}\n${principalShape(principal)}\n${args}`;
  const known = kept.get(key);
  if (known !== undefined && known !== UNKEPT) return filled(known, values);
  const statement = compile(values, keys);
  if (known === UNKEPT) return statement;
  if (!seen.has(key)) seen.set(key, true);
  else kept.set(key, keepable(statement, values, compile) ?? UNKEPT);
  return statement;
}

function filled<Row>({ text, parameters }: KeptStatement, values: BatchValues): CompiledQuery<Row> {
  return CompiledQuery.raw(
    text,
    parameters.map((value) => (value instanceof Slot ? value.read(values) : value)),
  );
}

/**
 * The statement with slots; undefined if it is not the one that was written without them, because
 * its code looks at a value of the request instead of passing it on.
 */
function keepable(
  { sql, parameters }: CompiledQuery,
  values: BatchValues,
  compile: (viewer: Viewer, keys: Keys) => CompiledQuery,
): KeptStatement | undefined {
  const slot = <Value>(read: (values: BatchValues) => Value): Value =>
    new Slot(read) as unknown as Value;
  const viewer = {
    principal: symbolicPrincipal(values.principal),
    now: slot(({ now }) => now),
  };
  try {
    const compiled = compile(
      viewer,
      slot(({ keys }) => keys),
    );
    const statement = { text: compiled.sql, parameters: compiled.parameters };
    const isSame =
      compiled.sql === sql && isDeepStrictEqual(filled(statement, values).parameters, parameters);
    return isSame ? statement : undefined;
  } catch (error) {
    // What is done to a slot fails in its own words.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
