/** What each mutation answers, and what it changes, in the words of the decision records. */
import { couldRestore, exists, may, mayGive, reaches, voucher, type Actor } from './rights.ts';
import { implied, type Invitation, type Role, type State } from './state.ts';

/** What an operation is about; each uses the parts that it needs. */
export interface Draw {
  organization: string;
  other: string;
  person: string;
  role: string;
  roleKey: string;
  roleKeys: readonly string[];
  scopes: readonly string[];
  invitation: string;
  key: string;
  token: string;
  /** A text that nothing had before. */
  fresh: string;
  cascade: boolean;
  quantity: number;
}

/** What the answer told that only the gateway can know: ids of what was made. */
export interface Made {
  id: string;
  adopted: readonly { id: string; key: string }[];
}

/** A refusal: the answer's code, and the organization whose log has it (null: none that anybody reads). */
export class Refused extends Error {
  readonly code: string;
  readonly log: string | null;

  constructor(code: string, log: string | null) {
    super(code);
    this.code = code;
    this.log = log;
  }
}

export type Commit = (made: Made) => void;
export type Change = (state: State, actor: Actor, draw: Draw) => Commit;

const DEPTH_MAX = 32;

/** Refuses what the request may not do to an organization, in the order in which it may learn of it. */
function requireRight(state: State, actor: Actor, organization: string, scope: string): void {
  if (actor.organization === null) throw new Refused('ORGANIZATION_REQUIRED', null);
  if (!exists(state, actor, organization)) throw new Refused('NOT_FOUND', actor.organization);
  if (!may(state, actor, scope, organization))
    throw new Refused(`FORBIDDEN ${scope}`, organization);
}

/** The same for a row that only holders of `seeing` see at all. */
function requireRightToSeen(
  state: State,
  actor: Actor,
  organization: string | undefined,
  seeing: string,
  scope: string,
): void {
  if (actor.organization === null) throw new Refused('ORGANIZATION_REQUIRED', null);
  if (organization === undefined || !may(state, actor, seeing, organization))
    throw new Refused('NOT_FOUND', actor.organization);
  requireRight(state, actor, organization, scope);
}

/** Only somebody above does this to an organization. */
function requireNotActing(actor: Actor, organization: string): void {
  if (organization === actor.organization) throw new Refused('BAD_USER_INPUT', null);
}

function requireGiving(
  state: State,
  actor: Actor,
  scopes: Iterable<string>,
  organization: string,
  code = 'ROLE_ESCALATION',
): void {
  if (!mayGive(state, actor, scopes, organization)) throw new Refused(code, organization);
}

/** The person of the request; a key is none. */
function requirePerson({ person, organization }: Actor): string {
  if (person === null) throw new Refused('FORBIDDEN ', organization);
  return person;
}

function chosenRoles(state: State, organization: string, keys: readonly string[]): Set<string> {
  const chosen = new Set(keys.flatMap((key) => state.roleOf(organization, key)?.id ?? []));
  if (chosen.size === 0) throw new Refused('NO_VALID_ROLE', organization);
  return chosen;
}

function isAdmin(state: State, roles: Iterable<string>): boolean {
  return [...roles].some(
    (id) => state.roles.get(id)?.organization === null && state.roles.get(id)?.key === 'admin',
  );
}

function requireOtherAdmin(
  state: State,
  organization: string,
  person: string,
  roles: Iterable<string>,
): void {
  const others = state
    .members(organization)
    .filter((one) => one.person !== person && isAdmin(state, one.roles));
  if (isAdmin(state, roles) && others.length === 0) throw new Refused('LAST_ADMIN', organization);
}

function pendingTo(state: State, organization: string, email: string): Invitation | undefined {
  return [...state.invitations.values()].find(
    (one) => one.organization === organization && one.email === email && one.status === 'PENDING',
  );
}

const suspend =
  (suspended: boolean): Change =>
  (state, actor, { organization }) => {
    requireNotActing(actor, organization);
    requireRight(state, actor, organization, 'child_organizations:manage');
    return () => {
      state.organization(organization).suspended = suspended;
      state.log(organization);
    };
  };

/** An invitation that the caller's own verified address can answer now. */
function answerable(
  state: State,
  actor: Actor,
  id: string,
): { person: string; invitation: Invitation } {
  const invitation = state.invitations.get(id);
  const organization = invitation?.organization ?? '';
  const log = exists(state, actor, organization) ? organization : actor.organization;
  if (actor.person === null) throw new Refused('FORBIDDEN ', log);
  const own = state.people.get(actor.person)?.email === invitation?.email;
  if (!invitation || !own || invitation.status !== 'PENDING')
    throw new Refused('INVITATION_INVALID', log);
  return { person: actor.person, invitation };
}

function requireOwnRole(state: State, actor: Actor, id: string): Role & { organization: string } {
  if (actor.organization === null) throw new Refused('ORGANIZATION_REQUIRED', null);
  const role = state.roles.get(id);
  if (!role) throw new Refused('NOT_FOUND', actor.organization);
  const { organization } = role;
  if (organization === null) throw new Refused('BAD_USER_INPUT', null);
  requireRight(state, actor, organization, 'roles:manage');
  return { ...role, organization };
}

/** Who holds the role, or is offered it by an open invitation, in organizations that are deleted as well. */
function usesOf(state: State, role: string): { organization: string }[] {
  const open = [...state.invitations.values()].filter(({ status }) => status === 'PENDING');
  return [...state.memberships.values(), ...open].filter(({ roles }) => roles.has(role));
}

/** Roles that people below take along, since those who defined them are no longer above: each becomes the moved one's own. */
function adopt(
  state: State,
  moved: string,
  lost: readonly string[],
  adopted: Made['adopted'],
): void {
  const below = new Set(state.subtree(moved).map(({ id }) => id));
  const holders = [...state.memberships.values(), ...state.invitations.values()].filter(
    ({ organization }) => below.has(organization),
  );
  const foreign = [...state.roles.values()]
    .filter(
      ({ id, organization }) =>
        lost.includes(organization ?? '') && holders.some(({ roles }) => roles.has(id)),
    )
    .toSorted((a, b) => (a.key === b.key ? (a.id < b.id ? -1 : 1) : a.key < b.key ? -1 : 1));
  if (foreign.length !== adopted.length)
    throw new Error(`${foreign.length} roles to adopt, ${adopted.length} adopted`);
  for (const [index, role] of foreign.entries()) {
    const { id = '', key = '' } = adopted[index] ?? {};
    state.roles.set(id, { id, key, scopes: role.scopes, organization: moved });
    for (const { roles } of holders) if (roles.delete(role.id)) roles.add(id);
  }
}

/** Every mutation that the histories do. */
export const changes: Record<string, Change> = {
  createOrganization(state, actor, { organization, fresh }) {
    requireRight(state, actor, organization, 'child_organizations:manage');
    if (state.lineage(organization).length > DEPTH_MAX)
      throw new Refused('DEPTH_LIMIT', organization);
    return ({ id }) => {
      state.organizations.set(id, {
        id,
        slug: fresh,
        name: `Model ${fresh}`,
        parent: organization,
        suspended: false,
        deletedWith: null,
      });
      if (actor.person !== null)
        state.join(id, actor.person, [state.roleOf(id, 'admin')?.id ?? '']);
      state.log(id);
    };
  },
  moveOrganization(state, actor, { organization, other }) {
    requireNotActing(actor, organization);
    requireRight(state, actor, organization, 'child_organizations:manage');
    if (!exists(state, actor, other)) throw new Refused('NOT_FOUND', organization);
    const to = state.lineage(other);
    if (to.includes(organization)) throw new Refused('CYCLE', organization);
    if (to.length + state.height(organization) > DEPTH_MAX)
      throw new Refused('DEPTH_LIMIT', organization);
    return ({ adopted }) => {
      if (state.organization(organization).parent === other) return;
      const lost = state
        .lineage(organization)
        .filter((above) => above !== organization && !to.includes(above));
      state.organization(organization).parent = other;
      adopt(state, organization, lost, adopted);
      state.log(organization);
    };
  },
  suspendOrganization: suspend(true),
  resumeOrganization: suspend(false),
  deleteOrganization(state, actor, { organization, cascade }) {
    requireNotActing(actor, organization);
    requireRight(state, actor, organization, 'child_organizations:manage');
    const gone = state.living(organization);
    if (!cascade && gone.length > 1) throw new Refused('HAS_CHILDREN', organization);
    return () => {
      const ids = new Set(gone.map(({ id }) => id));
      for (const one of gone) one.deletedWith = organization;
      for (const key of state.keys.values()) if (ids.has(key.organization)) key.revoked = true;
      for (const one of state.invitations.values())
        if (ids.has(one.organization) && one.status === 'PENDING') one.status = 'REVOKED';
      state.log(organization);
    };
  },
  restoreOrganization(state, actor, { organization }) {
    requireNotActing(actor, organization);
    if (actor.organization === null) throw new Refused('ORGANIZATION_REQUIRED', null);
    if (!couldRestore(state, actor, organization))
      throw new Refused('NOT_FOUND', actor.organization);
    const { parent, deletedWith } = state.organization(organization);
    if (deletedWith !== null && parent !== null && !state.isThere(parent))
      throw new Refused('PARENT_DELETED', actor.organization);
    return () => {
      if (deletedWith !== null)
        for (const one of state.subtree(organization))
          if (one.deletedWith === organization) one.deletedWith = null;
      state.log(organization);
    };
  },
  createInvitation(state, actor, { organization, person, roleKeys, fresh }) {
    requireRight(state, actor, organization, 'members:manage');
    const roles = chosenRoles(state, organization, roleKeys);
    requireGiving(state, actor, state.scopesOf(roles), organization);
    const email = state.people.get(person)?.email ?? '';
    if (state.membership(organization, person)) throw new Refused('ALREADY_MEMBER', organization);
    if (pendingTo(state, organization, email)) throw new Refused('INVITATION_EXISTS', organization);
    return ({ id }) => {
      const inviter = {
        key: actor.key,
        person: actor.person,
        organization: actor.organization ?? '',
      };
      state.invitations.set(id, {
        id,
        token: fresh,
        organization,
        email,
        roles,
        status: 'PENDING',
        inviter,
      });
      state.log(organization);
    };
  },
  acceptInvitation(state, actor, draw) {
    const { person, invitation } = answerable(state, actor, draw.invitation);
    const { organization, roles, inviter } = invitation;
    const by = voucher(state, inviter);
    const stands =
      by &&
      may(state, by, 'members:manage', organization) &&
      mayGive(state, by, state.scopesOf(roles), organization);
    if (!stands || state.isSuspended(organization))
      throw new Refused(
        'INVITATION_INVALID',
        exists(state, actor, organization) ? organization : actor.organization,
      );
    return () => {
      state.join(organization, person, roles);
      invitation.status = 'ACCEPTED';
      state.log(organization);
    };
  },
  declineInvitation(state, actor, draw) {
    const { invitation } = answerable(state, actor, draw.invitation);
    return () => {
      invitation.status = 'DECLINED';
      state.log(invitation.organization);
    };
  },
  revokeInvitation(state, actor, draw) {
    const invitation = state.invitations.get(draw.invitation);
    requireRightToSeen(state, actor, invitation?.organization, 'members:read', 'members:manage');
    if (!invitation) throw new Refused('NOT_FOUND', actor.organization);
    const { organization, roles } = invitation;
    if (invitation.status !== 'PENDING') throw new Refused('INVITATION_CLOSED', organization);
    requireGiving(state, actor, state.scopesOf(roles), organization);
    return () => {
      invitation.status = 'REVOKED';
      state.log(organization);
    };
  },
  addMember(state, actor, { organization, person, roleKeys }) {
    requireRight(state, actor, organization, 'members:manage');
    const roles = chosenRoles(state, organization, roleKeys);
    requireGiving(state, actor, state.scopesOf(roles), organization);
    const isSeen = [...state.memberships.values()].some(
      (one) => one.person === person && may(state, actor, 'members:read', one.organization),
    );
    if (!isSeen && actor.person !== person) throw new Refused('USER_NOT_FOUND', organization);
    if (state.membership(organization, person)) throw new Refused('ALREADY_MEMBER', organization);
    const open = pendingTo(state, organization, state.people.get(person)?.email ?? '');
    requireGiving(state, actor, state.scopesOf(open?.roles ?? []), organization);
    return () => {
      if (open) open.status = 'REVOKED';
      state.join(organization, person, roles);
      state.log(organization);
    };
  },
  updateMemberRoles(state, actor, { organization, person, roleKeys }) {
    requireRight(state, actor, organization, 'members:manage');
    const member = state.membership(organization, person);
    if (!member) throw new Refused('NOT_FOUND', organization);
    requireGiving(state, actor, state.scopesOf(member.roles), organization);
    const roles = chosenRoles(state, organization, roleKeys);
    requireGiving(state, actor, state.scopesOf(roles), organization);
    if (!isAdmin(state, roles)) requireOtherAdmin(state, organization, person, member.roles);
    return () => {
      member.roles = roles;
      state.log(organization);
    };
  },
  removeMember(state, actor, { organization, person }) {
    requireRight(state, actor, organization, 'members:manage');
    const member = state.membership(organization, person);
    if (!member) throw new Refused('NOT_FOUND', organization);
    requireGiving(state, actor, state.scopesOf(member.roles), organization);
    requireOtherAdmin(state, organization, person, member.roles);
    return () => {
      state.memberships.delete(`${organization} ${person}`);
      state.log(organization);
    };
  },
  createRole(state, actor, { organization, roleKey, scopes }) {
    requireRight(state, actor, organization, 'roles:manage');
    requireGiving(state, actor, scopes, organization);
    if (state.roleOf(organization, roleKey)) throw new Refused('ROLE_KEY_TAKEN', organization);
    return ({ id }) => {
      state.roles.set(id, { id, key: roleKey, scopes: [...scopes], organization });
      state.log(organization);
    };
  },
  updateRole(state, actor, { role: id, scopes }) {
    const { organization, scopes: before } = requireOwnRole(state, actor, id);
    requireGiving(state, actor, [...before, ...scopes], organization);
    const held = [...state.scopesOf([id])].toSorted().join();
    const changed = held !== [...implied(scopes)].toSorted().join();
    const isUsedBelow = usesOf(state, id).some((one) => one.organization !== organization);
    if (changed && isUsedBelow && !reaches(actor))
      throw new Refused('ROLE_ESCALATION', organization);
    return () => {
      const role = state.roles.get(id);
      if (role) role.scopes = [...scopes];
      state.log(organization);
    };
  },
  deleteRole(state, actor, { role: id }) {
    const { organization, scopes } = requireOwnRole(state, actor, id);
    requireGiving(state, actor, scopes, organization);
    if (usesOf(state, id).length > 0) throw new Refused('ROLE_IN_USE', organization);
    return () => {
      for (const { roles } of state.invitations.values()) roles.delete(id);
      state.roles.delete(id);
      state.log(organization);
    };
  },
  createApiKey(state, actor, { organization, scopes }) {
    requireRight(state, actor, organization, 'api_keys:manage');
    requireGiving(state, actor, scopes, organization, 'SCOPE_ESCALATION');
    return ({ id }) => {
      state.keys.set(id, { id, organization, scopes: [...scopes], revoked: false });
      state.log(organization);
    };
  },
  revokeApiKey(state, actor, draw) {
    const key = state.keys.get(draw.key);
    requireRightToSeen(state, actor, key?.organization, 'api_keys:manage', 'api_keys:manage');
    if (!key) throw new Refused('NOT_FOUND', actor.organization);
    const isTaken = !key.revoked && key.id !== actor.key;
    if (isTaken) requireGiving(state, actor, key.scopes, key.organization, 'SCOPE_ESCALATION');
    return () => {
      key.revoked = true;
      state.log(key.organization);
    };
  },
  createPersonalAccessToken(state, actor) {
    const person = requirePerson(actor);
    return ({ id }) => {
      state.tokens.set(id, { id, person, revoked: false });
      state.log(actor.organization);
    };
  },
  revokePersonalAccessToken(state, actor, draw) {
    const person = requirePerson(actor);
    const token = state.tokens.get(draw.token);
    if (token?.person !== person) throw new Refused('NOT_FOUND', actor.organization);
    return () => {
      token.revoked = true;
      state.log(actor.organization);
    };
  },
};
