/** Which addresses of a call the gateway refused to take. */

/** `users.3.email`, or the same with a path before it. */
const EMAIL_FIELD = /(?:^|\.)users\.(\d+)\.email$/;

interface FieldError {
  extensions?: Record<string, unknown>;
}

/** The positions of addresses that are none, from errors of bad input. Empty if it is about more. */
export function badUsers(errors: readonly FieldError[]): Set<number> {
  const positions = new Set<number>();
  for (const { extensions = {} } of errors) {
    const { code, fields, argument } = extensions;
    if (code !== 'BAD_USER_INPUT') return new Set();
    const names: unknown[] = Array.isArray(fields) ? fields.map(nameOf) : [argument];
    for (const name of names) {
      const [, position] = EMAIL_FIELD.exec(String(name)) ?? [];
      if (position === undefined) return new Set();
      positions.add(Number(position));
    }
  }
  return positions;
}

function nameOf(field: unknown): unknown {
  return typeof field === 'object' && field !== null && 'field' in field ? field.field : undefined;
}
