/**
 * Payloads of successful mutations. A row that a payload shows is declared once: its field, and how
 * it is read in the transaction.
 */
import type { ObjectRef } from '@pothos/core';
import type { StatementBatch } from '../database/loaders.ts';
import { orNotFound } from '../errors.ts';
import { builder } from './builder.ts';
import type { Types } from './user-error.ts';

/** Rows that are read in the transaction of the change, by id. */
export interface PrefetchedRows<Payload> {
  batch: StatementBatch<null, object, object | null>;
  ids(payload: Payload): readonly (string | null)[];
}

/** A field of a payload that shows one row. */
interface RowField<Payload, Row extends object> {
  type: ObjectRef<Types, Row>;
  batch: StatementBatch<null, Row, Row | null>;
  /** The id of the row; null if there is none, which only a nullable field may have. */
  id(payload: Payload): string | null;
  description: string;
  /** Whether the row may be missing. If a required row is missing, the field answers NOT_FOUND. */
  nullable?: boolean;
}

/** A payload type, and the rows to prefetch for it. */
export interface PayloadType<Payload> {
  ref: ObjectRef<Types, Payload>;
  prefetched: readonly PrefetchedRows<Payload>[];
}

/** Keeps the row's type, so that the fields of one payload may show rows of several types. */
export function rowField<Payload, Row extends object>(
  field: RowField<Payload, Row>,
): RowField<Payload, object> {
  return field;
}

/** Defines a payload: fields that show rows, other fields, and rows shown by nested objects. */
export function definePayload<Payload extends object>(
  name: string,
  definition: {
    description: string;
    rows?: Record<string, RowField<Payload, object>>;
    fields?(t: PothosSchemaTypes.ObjectFieldBuilder<Types, Payload>): object;
    /** Rows shown below other fields. */
    nested?: readonly PrefetchedRows<Payload>[];
  },
): PayloadType<Payload> {
  const { description, rows = {}, fields, nested = [] } = definition;
  const ref = builder.objectRef<Payload>(name);
  ref.implement({
    description,
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(rows).map(([field, row]) => [
          field,
          t.field({
            type: row.type as never,
            nullable: row.nullable ?? false,
            description: row.description,
            resolve: async (payload, _args, { loaders }) => {
              const id = row.id(payload);
              const value = id === null ? null : await loaders.load(row.batch, null, id);
              return (row.nullable ? value : orNotFound(value)) as never;
            },
          }),
        ]),
      ),
      ...fields?.(t),
    }),
  });
  const prefetched = Object.values(rows).map(({ batch, id }) => ({
    batch,
    ids: (payload: Payload) => [id(payload)],
  }));
  return { ref, prefetched: [...prefetched, ...nested] };
}
