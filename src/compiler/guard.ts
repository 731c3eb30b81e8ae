/** The guards that types and fields declare for their resolvers. */

/** The guard of a field or root field, as the builder keeps it. */
export type Guard =
  | ((row: object, args: unknown, context: object) => boolean)
  | Partial<Record<'authenticated' | 'organization', boolean>>;

/** The guard of a type or a field; undefined if it has none. */
export function guardOf({ extensions }: { extensions: object }): Guard | undefined {
  return (extensions as { pothosOptions?: { authScopes?: Guard } }).pothosOptions?.authScopes;
}
