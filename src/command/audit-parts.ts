/**
 * Who may see the parts of the states in the audit log. A part is declared beside what records it, or
 * beside the field that it comes from. A part that nothing declares is shown to nobody.
 */
import type { Scope } from '../authorization/scopes.ts';
import type { IdType } from '../values/ids.ts';

/**
 * Who may see a part: everybody who sees the event, holders of one of the scopes on the
 * organization acted on, those who may see the organization that the part names, or the person
 * whose credential it is about.
 */
export type PartVisibility =
  'everybody' | 'whoever sees the organization' | 'the person themselves' | readonly Scope[];

/** By `<type of the target>.<part>`. */
const declared = new Map<string, PartVisibility>();

/** Declares parts that commands record about targets of a type. Each is declared once. */
export function defineAuditParts(
  type: IdType,
  parts: Readonly<Record<string, PartVisibility>>,
): void {
  for (const [part, visibility] of Object.entries(parts)) {
    const name = `${type}.${part}`;
    if (declared.has(name))
      throw new RangeError(`the part ${name} of audit events is declared twice`);
    declared.set(name, visibility);
  }
}

/** Returns who may see a part; undefined if nothing is declared about it. */
export function visibilityOf(type: string, part: string): PartVisibility | undefined {
  return declared.get(`${type}.${part}`);
}

/** All parts as `<type>.<part>`, in alphabetical order. */
export function auditParts(): (readonly [name: string, visibility: PartVisibility])[] {
  return [...declared].toSorted(([one], [other]) => (one < other ? -1 : 1));
}
