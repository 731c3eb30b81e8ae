/** The types of expected failures in result unions. */
import type { InterfaceRef, ObjectRef } from '@pothos/core';
import type { UserError, UserErrorType } from '../command/user-error.ts';
import { builder } from './builder.ts';

/** The schema types that the builder knows. */
export type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

export const UserErrorRef: InterfaceRef<Types, UserError> = builder
  .interfaceRef<UserError>('UserError')
  .implement({
    description: 'An expected failure of a mutation. Nothing was changed.',
    resolveType: ({ __typename }) => __typename,
    fields: (t) => ({
      code: t.exposeString('code', { description: 'A stable code for programs, e.g. LAST_ADMIN.' }),
      message: t.exposeString('message', { description: 'What happened, for people.' }),
    }),
  });

type ErrorFields<Details extends object> = (
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, UserError & Details>,
) => object;

const refs = new Map<UserErrorType, ObjectRef<Types, UserError>>();
const fieldsOf = new Map<UserErrorType, ErrorFields<object>>();

/** Returns the object type of a failure, and defines it on first use. */
export function userErrorRef(type: UserErrorType): ObjectRef<Types, UserError> {
  const existing = refs.get(type);
  if (existing) return existing;
  const ref = builder.objectRef<UserError>(type.name);
  refs.set(type, ref);
  // Read when the schema is built, so that import order does not matter.
  ref.implement({
    description: type.description,
    interfaces: [UserErrorRef as never],
    fields: (t) => ({ ...fieldsOf.get(type)?.(t as never) }),
  });
  return ref;
}

/** Defines the fields of a failure in addition to code and message. */
export function userErrorFields<Name extends string, Details extends object>(
  type: UserErrorType<Name, Details>,
  fields: ErrorFields<Details>,
): void {
  fieldsOf.set(type, fields as never);
  userErrorRef(type);
}
