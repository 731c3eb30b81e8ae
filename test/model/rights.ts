/**
 * The rule for rights as docs/decisions/0002-rights.md and 0009-granting.md state it, written again from these records
 * and without looking at `src/access`, so that the two can be compared.
 */
import { implied, type State } from './state.ts';

/** A request: its credential (a key's or token's id, or none) and the organization that its header names, if any. */
export interface Caller {
  credential: string | null;
  organization: string | null;
}

/** Who a request turns out to be. */
export interface Actor {
  key: string | null;
  person: string | null;
  /** The organization that it acts in. */
  organization: string | null;
  /** Scopes held there. */
  scopes: ReadonlySet<string>;
}

const MANAGE_CHILDREN = 'child_organizations:manage';
const CONSOLE = new Set(['members:read', 'members:manage', 'usage:read']);

/** Who is calling, or the code of the refusal. */
export function authenticate(state: State, { credential, organization }: Caller): Actor | string {
  const key = state.keys.get(credential ?? '');
  if (key) {
    const works =
      !key.revoked && state.isThere(key.organization) && !state.isSuspended(key.organization);
    if (!works) return 'UNAUTHENTICATED';
    if (organization !== null && organization !== key.organization) return 'NOT_FOUND';
    return {
      key: key.id,
      person: null,
      organization: key.organization,
      scopes: implied(key.scopes),
    };
  }
  const token = state.tokens.get(credential ?? '');
  if (!token || token.revoked) return 'UNAUTHENTICATED';
  if (organization === null)
    return { key: null, person: token.person, organization: null, scopes: new Set() };
  return standing(state, token.person, organization);
}

/** A person acting in an organization. */
function standing(state: State, person: string, organization: string): Actor | string {
  const membership = state.membership(organization, person);
  if (!membership || !state.isThere(organization)) return 'NOT_FOUND';
  if (state.isSuspended(organization)) return 'FORBIDDEN';
  return { key: null, person, organization, scopes: state.scopesOf(membership.roles) };
}

/** Whoever vouches for an invitation, as it is now; null when it can no longer act. */
export function voucher(
  state: State,
  {
    key,
    person,
    organization,
  }: { key: string | null; person: string | null; organization: string },
): Actor | null {
  const now =
    key === null
      ? standing(state, person ?? '', organization)
      : authenticate(state, { credential: key, organization });
  return typeof now === 'string' ? null : now;
}

/** Does the request tell of, and reach, what lies below its organization? */
export function reaches({ scopes }: Actor): boolean {
  return scopes.has(MANAGE_CHILDREN);
}

function isInReach(state: State, actor: Actor, organization: string): boolean {
  if (actor.organization === null || !state.organizations.has(organization)) return false;
  return (
    organization === actor.organization ||
    (reaches(actor) && state.isAtOrBelow(organization, actor.organization))
  );
}

/** Does the organization exist for the request? */
export function exists(state: State, actor: Actor, organization: string): boolean {
  return state.isThere(organization) && isInReach(state, actor, organization);
}

/** Is it a deleted organization that the request managed? */
export function couldRestore(state: State, actor: Actor, organization: string): boolean {
  return reaches(actor) && isInReach(state, actor, organization);
}

/** May the request use the scope on the organization? */
export function may(state: State, actor: Actor, scope: string, organization: string): boolean {
  if (!exists(state, actor, organization)) return false;
  if (organization !== actor.organization) return true;
  return actor.scopes.has(scope) || (reaches(actor) && CONSOLE.has(scope));
}

/** May the request give, or take away, the scopes on the organization? */
export function mayGive(
  state: State,
  actor: Actor,
  scopes: Iterable<string>,
  organization: string,
): boolean {
  if (!exists(state, actor, organization)) return false;
  return (
    organization !== actor.organization || [...scopes].every((scope) => actor.scopes.has(scope))
  );
}
