/** Defines mutations: one input, and a union of the payload and the expected failures. */
import type { InputRef } from '@pothos/core';
import { RequestCache } from '@pothos/plugin-scope-auth';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import type { Principal } from '../authorization/principal.ts';
import type { Batch } from '../database/loaders.ts';
import { ContentionError } from '../command/errors.ts';
import type { CommandRequest, Prefetch } from '../command/run.ts';
import { isUserError, type UserError, type UserErrorType } from '../command/user-error.ts';
import type { PayloadType, PrefetchedRows } from './payload.ts';
import { userErrorRef } from './user-error.ts';

builder.mutationType({
  description:
    'Everything that can be changed. Several mutations in one document run one after the other, each as if it had been ' +
    'sent in a separate request.',
  authScopes: { authenticated: true },
});

/** Description of the input field `idempotencyKey`. */
export const idempotencyKey =
  'Up to 255 characters, chosen by the caller. A repeat with the same key and input within 24 hours gets the same answer and has no further effect.';

/** Description of the input field `expectedVersion`. */
export const expectedVersion =
  'The `version` of the organization that this change is based on. If it has changed since, the result is a `VersionConflictError`.';

export interface MutationOptions<Input, Payload> {
  description: string;
  input: InputRef<Input>;
  payload: PayloadType<Payload>;
  /** Failures in addition to `ContentionError`, which every mutation may return. */
  errors: readonly UserErrorType[];
  /** Runs the mutation. Refusals that are not part of the union are thrown as `RequestError`. */
  run(input: Input, request: CommandRequest, context: Context): Promise<Payload | UserError>;
}

/** Defines the mutation `name` and its union `<Name>Result`. */
export function mutation<Input, Payload extends object>(
  name: string,
  options: MutationOptions<Input, Payload>,
): void {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const { payload, errors, run } = options;
  const result = builder.unionType(`${title}Result`, {
    description: `The result of \`${name}\`: its payload, or the reason why nothing was changed.`,
    // Contention is part of every union, so that a client can always select `... on UserError`.
    types: [payload.ref as never, ...[...errors, ContentionError].map(userErrorRef)],
    resolveType: (value: object) => (isUserError(value) ? value.__typename : `${title}Payload`),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: result as never,
      // A refusal nulls only this result. Results of other mutations in the document stay, such as
      // a secret that is shown once.
      nullable: true,
      description: options.description,
      args: {
        input: t.arg({ type: options.input as never, required: true, description: 'What to do.' }),
      },
      resolve: (_root, { input }, context) =>
        isolated(context, payload.prefetched, (request) =>
          run(input as Input, request, context),
        ) as never,
    }),
  );
}

/**
 * Runs one of several mutations of an operation as if it had been sent alone: the caller is
 * authenticated again, and nothing that was read or decided before is reused. (scope-auth caches
 * its decisions for a whole operation.)
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
  let shownTo: Principal | undefined;
  const prefetch: Prefetch = (principal, result) => {
    // A transaction that is retried reads again.
    rows.length = 0;
    shownTo = principal;
    // Rows of one kind are read together, since each statement is one more wait for the database.
    return [...Map.groupBy(prefetched, ({ batch }) => batch)].flatMap(([batch, shown]) => {
      const all = shown.flatMap(({ ids: idsOf }) => idsOf(result as Payload));
      const ids = [...new Set(all.filter((id) => id !== null))];
      if (ids.length === 0) return [];
      const keep = (read: readonly object[]): void => {
        const values = batch.valuesOf(read, ids);
        rows.push(...ids.map((id, index) => ({ batch, id, row: values[index] ?? null })));
      };
      return [{ statement: batch.statement({ principal, now: context.now }, ids, null), keep }];
    });
  };
  const { db, principal, now, requestId, organizationHeader, settings, sealing } = context;
  try {
    const result = await run({
      db,
      principal,
      now,
      requestId,
      organizationHeader,
      settings,
      sealing,
      prefetch,
      recorded: (entries) => void (record.auditEntries += entries),
    });
    if (isUserError(result)) record.code ??= result.code;
    // The rows are shown with the rights with which they were read.
    else if (shownTo) context.principal = shownTo;
    return result;
  } finally {
    RequestCache.clearForContext(context);
    context.loaders.renew(context.principal);
    for (const { batch, id, row } of rows) context.loaders.prime(batch, null, id, row);
  }
}
