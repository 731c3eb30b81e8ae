/**
 * Places in a statement's parameters for what each request brings along. A statement is compiled
 * with slots where a value would be, so that its text serves every request of the same shape.
 */
import type { Principal } from '../authorization/principal.ts';
import type { Page } from '../database/keyset.ts';
import { Slot } from '../database/slots.ts';

export { principalShape, symbolicPrincipal } from '../database/slots.ts';
export { Slot };

/** The arguments of one field of a request. */
export interface Prepared {
  /** As the request gave them. */
  given: Readonly<Record<string, unknown>>;
  /** As the field's form returned them. */
  args: unknown;
  /** The page of a connection. */
  page: Page | undefined;
}

/** The values of a request. */
export interface RequestValues {
  principal: Principal;
  /** The time of the request. */
  now: Date;
  /** The arguments of the fields that take any, in the order of the document. */
  prepared: readonly Prepared[];
}

/** A slot that stands for the value that `read` finds in a request. */
export function slot<Value>(read: (values: RequestValues) => Value): NonNullable<Value> {
  return new Slot(read) as unknown as NonNullable<Value>;
}

/** Whether a prepared argument decides about the text of a statement. */
function isStructural(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'boolean';
}

/** Prepared arguments with slots for their values. `at` is their place among those of the request. */
export function symbolicArguments(
  args: unknown,
  structural: readonly string[],
  at: number,
): unknown {
  if (isStructural(args)) return args;
  if (typeof args !== 'object' || args === null || Array.isArray(args) || args instanceof Date) {
    return slot(({ prepared }) => prepared[at]?.args);
  }
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) =>
      isStructural(value) || structural.includes(name)
        ? [name, value]
        : [
            name,
            slot(
              ({ prepared }) => (prepared[at]?.args as Record<string, unknown> | undefined)?.[name],
            ),
          ],
    ),
  );
}

/** A page with slots for the sort keys of its cursors. */
export function symbolicPage(page: Page, at: number): Page {
  const keys = (end: 'after' | 'before') =>
    page[end] &&
    page[end].map((_key, index) => slot(({ prepared }) => prepared[at]?.page?.[end]?.[index]));
  return { ...page, after: keys('after'), before: keys('before') };
}

/** What a statement with these arguments depends on. */
export function argumentShape({ args, page }: Prepared, structural: readonly string[]): string {
  const parts: string[] = [];
  if (isStructural(args)) parts.push(String(args));
  else if (typeof args === 'object' && !Array.isArray(args) && !(args instanceof Date)) {
    for (const [name, value] of Object.entries(args as object)) {
      if (structural.includes(name)) parts.push(`${name}=${JSON.stringify(value)}`);
      else if (isStructural(value)) parts.push(`${name}=${String(value)}`);
    }
  }
  if (page)
    parts.push(
      `${page.backward ? 'last' : 'first'}=${page.limit}`,
      page.after ? 'after' : '',
      page.before ? 'before' : '',
    );
  return parts.join(' ');
}
