/**
 * Decides which parts of an audit event's states a caller may see. A part is shown to those who may
 * read the field that it comes from. `audit:read` alone shows only that something was done, by whom
 * and to what.
 */
import type { Principal } from '../../authorization/principal.ts';
import { can } from '../../authorization/rights.ts';
import { visibilityOf } from '../../command/audit-parts.ts';
import { parseId } from '../../values/ids.ts';
import type { AuditEventRow } from './queries.ts';

/** A part that is an object. Its fields are decided one by one. */
export const NESTED = 'profile';

/** A state as the caller sees it. */
export interface SeenState {
  state: object | null;
  /** Names of the parts that were left out, e.g. `billingEmail` or `profile.address_city`. */
  redacted: string[];
}

/**
 * Returns one state of an event without the parts that the caller may not see. `seesOrganization`
 * tells whether they may see an organization, by its UUID.
 */
export async function redact(
  event: AuditEventRow,
  state: object | null,
  principal: Principal,
  seesOrganization: (id: string) => Promise<boolean>,
): Promise<SeenState> {
  const isVisible = async (name: string, value: unknown): Promise<boolean> => {
    const rule = visibilityOf(event.target_type, name);
    if (rule === undefined) return false;
    if (rule === 'everybody') return true;
    if (rule === 'the person themselves')
      return event.actor_user_id !== null && event.actor_user_id === principal.user?.id;
    if (rule === 'whoever sees the organization') {
      const id = parseId(String(value))?.uuid;
      return id !== undefined && (await seesOrganization(id));
    }
    return rule.some((scope) => can(principal, scope, event.lineage));
  };
  const redacted: string[] = [];
  const visibleOf = async (from: object, prefix: string): Promise<object> => {
    const visible: [string, unknown][] = [];
    for (const [key, value] of Object.entries(from)) {
      const name = `${prefix}${key}`;
      if (name === NESTED)
        visible.push([key, value === null ? null : await visibleOf(value as object, `${name}.`)]);
      else if (await isVisible(name, value)) visible.push([key, value]);
      else redacted.push(name);
    }
    return Object.fromEntries(visible);
  };
  return { state: state && (await visibleOf(state, '')), redacted };
}
