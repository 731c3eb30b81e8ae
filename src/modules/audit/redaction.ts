/**
 * Decides which parts of an audit event's states a caller may see. A part is shown to those who may
 * read the field that it comes from. `audit:read` alone shows only that something was done, by whom
 * and to what.
 */
import type { Principal } from '../../authorization/principal.ts';
import { can } from '../../authorization/rights.ts';
import type { Scope } from '../../authorization/scopes.ts';
import { parseId, type IdType } from '../../values/ids.ts';
import type { AuditEventRow } from './queries.ts';

/**
 * Who may see a part: everybody who sees the event, holders of one of the scopes on the
 * organization acted on, those who may see the organization that the part names, or the person
 * whose credential it is about.
 */
export type Visibility =
  'everybody' | 'whoever sees the organization' | 'the person themselves' | readonly Scope[];

const settings: Visibility = ['organizations:manage'];
const address: Visibility = ['organizations:manage', 'billing:manage'];
const people: Visibility = ['members:read'];
const keys: Visibility = ['api_keys:manage'];
/** For counts of organizations below. */
const below: Visibility = ['child_organizations:manage'];

/**
 * Every part that actions record, by the type of the target. A part that is not listed is shown to
 * nobody.
 */
const parts: Partial<Record<IdType, Readonly<Record<string, Visibility>>>> = {
  Organization: {
    slug: 'everybody',
    name: 'everybody',
    kind: 'everybody',
    domain: 'everybody',
    status: 'everybody',
    reason: 'everybody',
    parentId: 'whoever sees the organization',
    affectedCount: below,
    roles: 'everybody',
    mode: 'everybody',
    deleted: below,
    restored: below,
    steps: 'everybody',
    admin: people,
    members: people,
    invitations: people,
    keys,
    marketplaceOffers: settings,
    externalAccounts: settings,
    billingEmail: ['billing:manage'],
    plan: ['billing:manage'],
    'profile.logo_url': 'everybody',
    'profile.primary_color': 'everybody',
    'profile.secondary_color': 'everybody',
    'profile.address_line1': address,
    'profile.address_line2': address,
    'profile.address_city': address,
    'profile.address_state': address,
    'profile.address_zip': address,
    'profile.address_country': address,
    'profile.invoice_owner': address,
    'profile.external_reference': address,
  },
  Role: { key: 'everybody', name: 'everybody', description: 'everybody', scopes: 'everybody' },
  Membership: { email: people, roles: people },
  Invitation: { email: people, roles: people, status: people },
  Contact: { kind: settings, name: settings, email: settings },
  ApiKey: { name: keys, scopes: keys, expiresAt: keys, revokedAt: keys, issuedBy: keys },
  PersonalAccessToken: {
    name: 'the person themselves',
    expiresAt: 'the person themselves',
    revokedAt: 'the person themselves',
  },
};

/** The rule of each part. */
export const rules = Object.entries(parts).flatMap(([type, named]) =>
  Object.entries(named).map(([part, rule]) => ({ type, part, rule })),
);

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
  const rules = parts[event.target_type as IdType] ?? {};
  const isVisible = async (name: string, value: unknown): Promise<boolean> => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
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
