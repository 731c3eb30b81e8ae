/** Where bad input stands in the arguments of its field, as clients of forms need it. */

type Path = readonly (string | number)[];

/** The path that an argument is named by: `users.1.email` is `["users", 1, "email"]`. */
function pathOf(argument: string): Path {
  return argument.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/**
 * Adds the path of the argument to the extensions of an error, and of each of its `fields`. In a
 * mutation it begins with `input`.
 */
export function withInputPaths(
  extensions: Readonly<Record<string, unknown>>,
  isMutation: boolean,
): Record<string, unknown> {
  const { argument, fields } = extensions;
  if (typeof argument !== 'string') return { ...extensions };
  const whole = (named: string): Path => [...(isMutation ? ['input'] : []), ...pathOf(named)];
  return {
    ...extensions,
    path: whole(argument),
    ...(Array.isArray(fields) && {
      fields: (fields as { field: string }[]).map((one) => ({ ...one, path: whole(one.field) })),
    }),
  };
}
