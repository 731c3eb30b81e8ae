/** How mutations are defined: one input, and a union of the payload and the expected failures. */
import type { InputRef, InterfaceRef, ObjectRef } from '@pothos/core';
import { RequestCache } from '@pothos/plugin-scope-auth';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import type { Batch } from './database/loaders.ts';
import type { Failure, FailureName } from './failure.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

builder.mutationType({
  description:
    'Everything that can be changed. Several mutations in one document run one after the other, each exactly as if it had ' +
    'come in a request of its own.',
  authScopes: { authenticated: true },
});

export const UserErrorRef: InterfaceRef<Types, Failure> = builder.interfaceRef<Failure>('UserError').implement({
  description: 'An expected failure of a mutation. Nothing was changed.',
  resolveType: ({ __typename }) => __typename,
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable name of the failure, e.g. LAST_ADMIN.' }),
    message: t.exposeString('message', { description: 'What happened, for people.' }),
  }),
});

type FailureFields<Name extends FailureName> = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Failure<Name>>) => object;

const failureRefs = new Map<FailureName, ObjectRef<Types, Failure>>();

/** Defines a failure type; `fields` are those beyond code and message. */
export function failureType<Name extends FailureName>(name: Name, description: string, fields?: FailureFields<Name>): void {
  const ref = builder.objectRef<Failure<Name>>(name);
  ref.implement({ description, interfaces: [UserErrorRef as never], fields: (t) => ({ ...fields?.(t) }) });
  failureRefs.set(name, ref);
}

/** Rows that a payload shows, by id. */
export interface Shown<Payload, Row> {
  batch: Batch<null, Row>;
  ids(payload: Payload): readonly (string | null)[];
}

export interface MutationOptions<Input, Payload> {
  description: string;
  input: InputRef<Input>;
  payload: ObjectRef<Types, Payload>;
  failures: readonly FailureName[];
  /** What the payload shows of the database; read in the transaction of the change. */
  shows?: Shown<Payload, object | null>;
  /** Does it. Refusals that are no failure of the union are thrown as `PublicError`. */
  run(input: Input, context: Context): Promise<Payload | Failure>;
}

function isFailure(value: object): value is Failure {
  return '__typename' in value && failureRefs.has(value.__typename as FailureName);
}

/** Defines the mutation `name`, with its union `<Name>Result`. */
export function mutation<Input, Payload extends object>(name: string, options: MutationOptions<Input, Payload>): void {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  // Part of every union, so that a client can always select `... on UserError`.
  const failures = [...options.failures, 'ContentionError' as const].map((failure) => {
    const ref = failureRefs.get(failure);
    if (!ref) throw new RangeError(`${failure} is not defined`);
    return ref;
  });
  const result = builder.unionType(`${title}Result`, {
    description: `What \`${name}\` answers: its payload, or why nothing was changed.`,
    types: [options.payload as never, ...failures],
    resolveType: (value: object) => (isFailure(value) ? value.__typename : `${title}Payload`),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: result as never,
      description: options.description,
      args: { input: t.arg({ type: options.input as never, required: true, description: 'What to do.' }) },
      resolve: (_root, { input }, context) => separately(context, options.shows, () => options.run(input as Input, context)) as never,
    }),
  );
}

/**
 * Runs one of several mutations of an operation as if it had come alone: whoever calls is authenticated anew, and
 * nothing that was read or decided before is believed afterwards (finding 1 of the security notes: scope-auth
 * remembers its answers for a whole operation).
 */
async function separately<Payload, Result>(
  context: Context,
  shows: Shown<Payload, object | null> | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  let shown: readonly (readonly [string, object | null])[] = [];
  context.showing =
    shows &&
    (async (tx, principal, result) => {
      const ids = shows.ids(result as Payload).filter((id) => id !== null);
      const rows = ids.length > 0 ? await shows.batch.load({ db: tx, principal, now: context.now }, ids, null) : [];
      shown = ids.map((id, index) => [id, rows[index] ?? null] as const);
    });
  if (context.mutated) context.principal = await context.authenticate();
  context.mutated = true;
  try {
    return await run();
  } finally {
    RequestCache.clearForContext(context);
    context.loaders.renew(context.principal);
    if (shows) for (const [id, row] of shown) context.loaders.prime(shows.batch, null, id, row);
  }
}
