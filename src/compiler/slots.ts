/**
 * Places in a statement's parameters for what each request brings along. A statement is compiled
 * with slots where a value would be, so that its text serves every request of the same shape.
 */
import { provesCaller, type Proof, type Rights } from '../authentication/proof.ts';
import type { CallerOrganization, Principal } from '../authorization/principal.ts';
import type { RawBuilder } from 'kysely';
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
  /** Whether the statement serves pages of any size. */
  isSizeOpen?: boolean;
}

/** The values of a request. */
export interface RequestValues {
  principal: Principal;
  /** What the statement checks the caller with; null if they are authenticated already. */
  proof: Proof | null;
  /** The time of the request. */
  now: Date;
  /** The arguments of the fields that take any, in the order of the document. */
  prepared: readonly Prepared[];
}

/** A slot that stands for the value that `read` finds in a request. */
export function slot<Value>(read: (values: RequestValues) => Value): NonNullable<Value> {
  return new Slot(read) as unknown as NonNullable<Value>;
}

const rights = new WeakMap<CallerOrganization, Rights>();

/** The rights of a caller, whose arrays never change: they are written for a statement once. */
function rightsOf(organization: CallerOrganization): Rights {
  let found = rights.get(organization);
  if (!found) {
    const { lineage, scopes } = organization;
    found = { lineage: Object.freeze([...lineage]), scopes: Object.freeze([...scopes]) };
    rights.set(organization, found);
  }
  return found;
}

/** The condition that a request comes from its symbolic caller, with slots for what proves it. */
export function callerInSql(principal: Principal, proof: Proof): RawBuilder<boolean> {
  const { named, person } = proof;
  return provesCaller(
    principal,
    principal.organization && {
      lineage: slot(({ principal: { organization: own } }) => own && rightsOf(own).lineage),
      scopes: slot(({ principal: { organization: own } }) => own && rightsOf(own).scopes),
    },
    {
      secretHash: slot((values) => values.proof?.secretHash),
      person: person && {
        issuer: slot((values) => values.proof?.person?.issuer),
        subject: slot((values) => values.proof?.person?.subject),
        email: slot((values) => values.proof?.person?.email),
        canonical: slot((values) => values.proof?.person?.canonical),
        name: person.name === null ? null : slot((values) => values.proof?.person?.name),
      },
      named: named && {
        column: named.column,
        value: slot((values) => values.proof?.named?.value),
      },
    },
  );
}

/** What the check of a caller in a statement depends on. */
export function proofShape(proof: Proof | null): string {
  if (!proof) return 'authenticated';
  const person = proof.person ? (proof.person.name === null ? 'unnamed' : 'named') : '-';
  return `${proof.named?.column ?? '-'} ${person}`;
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
export function argumentShape(
  { args, page, isSizeOpen }: Prepared,
  structural: readonly string[],
): string {
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
      `${page.backward ? 'last' : 'first'}=${isSizeOpen ? 'any' : page.limit}`,
      page.after ? 'after' : '',
      page.before ? 'before' : '',
    );
  return parts.join(' ');
}

/** Gives each slot one parameter, however often a statement contains it. */
export function withSharedSlots(text: string, parameters: readonly unknown[]) {
  const numbers = new Map<unknown, number>();
  const kept: unknown[] = [];
  let found = 0;
  const shared = text.replaceAll(/\$(\d+)/g, (_match, number: string) => {
    found++;
    const value = parameters[Number(number) - 1];
    let place = value instanceof Slot ? numbers.get(value) : undefined;
    if (place === undefined) {
      place = kept.push(value);
      numbers.set(value, place);
    }
    return `$${place}`;
  });
  // A text in the statement looks like a parameter.
  return found === parameters.length ? { text: shared, parameters: kept } : { text, parameters };
}
