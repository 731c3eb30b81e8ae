/** How mutations are defined: one input, and a union of the payload and the expected failures. */
import type { InputRef, InterfaceRef, ObjectRef } from '@pothos/core';
import { RequestCache } from '@pothos/plugin-scope-auth';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import type { Batch } from '../database/loaders.ts';
import type { Failure, FailureName } from '../command/user-error.ts';

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

/** Description of the input field `idempotencyKey`. */
export const idempotencyKey =
  "Up to 255 characters of the caller's choice. The same key and input within 24 hours get the same answer and have no second effect.";

/** Description of the input field `expectedVersion`. */
export const expectedVersion = 'The `version` of the organization that this was decided on; another one is a `VersionConflictError`.';

type FailureFields<Name extends FailureName> = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Failure<Name>>) => object;

const failureRefs = new Map<FailureName, ObjectRef<Types, Failure>>();

/** Defines a failure type; `fields` are those beyond code and message. */
export function failureType<Name extends FailureName>(name: Name, description: string, fields?: FailureFields<Name>): void {
  const ref = builder.objectRef<Failure<Name>>(name);
  ref.implement({ description, interfaces: [UserErrorRef as never], fields: (t) => ({ ...fields?.(t) }) });
  failureRefs.set(name, ref);
}

/** Rows that a payload shows, by id. */
export interface Shown<Payload> {
  batch: Batch<null, object | null>;
  ids(payload: Payload): readonly (string | null)[];
}

export interface MutationOptions<Input, Payload> {
  description: string;
  input: InputRef<Input>;
  payload: ObjectRef<Types, Payload>;
  failures: readonly FailureName[];
  /** What the payload shows of the database; read in the transaction of the change. */
  shows?: readonly Shown<Payload>[];
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
      // A refusal nulls this one answer. What other mutations of the document answered stands, such as a secret shown once.
      nullable: true,
      description: options.description,
      args: { input: t.arg({ type: options.input as never, required: true, description: 'What to do.' }) },
      resolve: (_root, { input }, context) => separately(context, options.shows ?? [], () => options.run(input as Input, context)) as never,
    }),
  );
}

/**
 * Runs one of several mutations of an operation as if it had come alone: whoever calls is authenticated anew, and
 * nothing that was read or decided before is believed afterwards (scope-auth remembers its answers for a whole
 * operation).
 */
async function separately<Payload, Result extends object>(
  context: Context,
  shows: readonly Shown<Payload>[],
  run: () => Promise<Result>,
): Promise<Result> {
  const shown: { batch: Batch<null, object | null>; id: string; row: object | null }[] = [];
  context.showing = async (tx, principal, result) => {
    // A transaction that is tried again begins anew.
    shown.length = 0;
    for (const { batch, ids: idsOf } of shows) {
      const ids = idsOf(result as Payload).filter((id) => id !== null);
      const rows = ids.length > 0 ? await batch.load({ db: tx, principal, now: context.now }, ids, null) : [];
      shown.push(...ids.map((id, index) => ({ batch, id, row: rows[index] ?? null })));
    }
  };
  const { record } = context;
  if (record.mutated) context.principal = await context.authenticate();
  record.mutated = true;
  try {
    const result = await run();
    if (isFailure(result)) record.code ??= result.code;
    return result;
  } finally {
    RequestCache.clearForContext(context);
    context.loaders.renew(context.principal);
    for (const { batch, id, row } of shown) context.loaders.prime(batch, null, id, row);
  }
}
