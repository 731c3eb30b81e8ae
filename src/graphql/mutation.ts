/** How mutations are defined: one input, and a union of the payload and the expected failures. */
import type { InputRef } from '@pothos/core';
import { RequestCache } from '@pothos/plugin-scope-auth';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import type { Batch } from '../database/loaders.ts';
import { ContentionError } from '../command/errors.ts';
import type { CommandRequest, Prefetch } from '../command/run.ts';
import { isUserError, type UserError, type UserErrorType } from '../command/user-error.ts';
import type { PayloadType, PrefetchedRows } from './payload.ts';
import { userErrorRef } from './user-error.ts';

builder.mutationType({
  description:
    'Everything that can be changed. Several mutations in one document run one after the other, each exactly as if it had ' +
    'come in a request of its own.',
  authScopes: { authenticated: true },
});

/** Description of the input field `idempotencyKey`. */
export const idempotencyKey =
  "Up to 255 characters of the caller's choice. The same key and input within 24 hours get the same answer and have no second effect.";

/** Description of the input field `expectedVersion`. */
export const expectedVersion = 'The `version` of the organization that this was decided on; another one is a `VersionConflictError`.';

export interface MutationOptions<Input, Payload> {
  description: string;
  input: InputRef<Input>;
  payload: PayloadType<Payload>;
  /** Failures beside `ContentionError`, which every mutation may answer. */
  errors: readonly UserErrorType[];
  /** Does it. Refusals that are no failure of the union are thrown as `PublicError`. */
  run(input: Input, request: CommandRequest, context: Context): Promise<Payload | UserError>;
}

/** Defines the mutation `name`, with its union `<Name>Result`. */
export function mutation<Input, Payload extends object>(name: string, options: MutationOptions<Input, Payload>): void {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const { payload, errors, run } = options;
  const result = builder.unionType(`${title}Result`, {
    description: `What \`${name}\` answers: its payload, or why nothing was changed.`,
    // Contention is part of every union, so that a client can always select `... on UserError`.
    types: [payload.ref as never, ...[...errors, ContentionError].map(userErrorRef)],
    resolveType: (value: object) => (isUserError(value) ? value.__typename : `${title}Payload`),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: result as never,
      // A refusal nulls this one answer. What other mutations of the document answered stands, such as a secret shown once.
      nullable: true,
      description: options.description,
      args: { input: t.arg({ type: options.input as never, required: true, description: 'What to do.' }) },
      resolve: (_root, { input }, context) =>
        isolated(context, payload.prefetched, (request) => run(input as Input, request, context)) as never,
    }),
  );
}

/**
 * Runs one of several mutations of an operation as if it had come alone: the caller is authenticated again, and nothing
 * that was read or decided before is believed afterwards (scope-auth remembers its answers for a whole operation).
 */
async function isolated<Payload, Result extends object>(
  context: Context,
  prefetched: readonly PrefetchedRows<Payload>[],
  run: (request: CommandRequest) => Promise<Result>,
): Promise<Result> {
  const { record } = context;
  if (record.mutated) context.principal = await context.authenticate();
  record.mutated = true;
  const rows: { batch: Batch<null, object | null>; id: string; row: object | null }[] = [];
  const prefetch: Prefetch = async (tx, principal, result) => {
    // A transaction that is tried again reads again.
    rows.length = 0;
    for (const { batch, ids: idsOf } of prefetched) {
      const ids = idsOf(result as Payload).filter((id) => id !== null);
      const found = ids.length > 0 ? await batch.load({ db: tx, principal, now: context.now }, ids, null) : [];
      rows.push(...ids.map((id, index) => ({ batch, id, row: found[index] ?? null })));
    }
  };
  const { db, principal, now, requestId, organizationHeader, settings, sealing } = context;
  try {
    const result = await run({ db, principal, now, requestId, organizationHeader, settings, sealing, prefetch });
    if (isUserError(result)) record.code ??= result.code;
    return result;
  } finally {
    RequestCache.clearForContext(context);
    context.loaders.renew(context.principal);
    for (const { batch, id, row } of rows) context.loaders.prime(batch, null, id, row);
  }
}
