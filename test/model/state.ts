/** The world as the model of rights has it: plain rows under public ids, and where they lie in the tree. */

export interface Organization {
  id: string;
  slug: string;
  name: string;
  parent: string | null;
  suspended: boolean;
  /** The organization with whose deletion this one went; null while it is there. */
  deletedWith: string | null;
}

export interface Role {
  id: string;
  key: string;
  scopes: string[];
  /** The organization that defined it; null for a built-in role. */
  organization: string | null;
}

export interface Membership {
  organization: string;
  person: string;
  roles: Set<string>;
}

export interface Invitation {
  id: string;
  /** The token that its mail holds. */
  token: string;
  organization: string;
  email: string;
  roles: Set<string>;
  status: 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED';
  /** Whoever vouches for it: a key or a person, and the organization acted from. */
  inviter: { key: string | null; person: string | null; organization: string };
}

export interface Key {
  id: string;
  organization: string;
  scopes: string[];
  revoked: boolean;
}

export interface Token {
  id: string;
  person: string;
  revoked: boolean;
}

export interface Person {
  id: string;
  email: string;
}

/** Everything that the model knows. */
export class State {
  readonly organizations = new Map<string, Organization>();
  readonly people = new Map<string, Person>();
  readonly roles = new Map<string, Role>();
  /** By organization and person. */
  readonly memberships = new Map<string, Membership>();
  readonly invitations = new Map<string, Invitation>();
  readonly keys = new Map<string, Key>();
  readonly tokens = new Map<string, Token>();
  /** Metered quantity by organization. */
  readonly usage = new Map<string, number>();
  /** Number of audit events by organization. */
  readonly events = new Map<string, number>();

  organization(id: string): Organization {
    const found = this.organizations.get(id);
    if (!found) throw new RangeError(`the model knows no organization ${id}`);
    return found;
  }

  isThere(id: string): boolean {
    const found = this.organizations.get(id);
    return found !== undefined && found.deletedWith === null;
  }

  /** From the root down to the organization itself. */
  lineage(id: string): string[] {
    const path: string[] = [];
    for (let at: string | null = id; at !== null; at = this.organization(at).parent)
      path.unshift(at);
    return path;
  }

  isAtOrBelow(id: string, top: string): boolean {
    return this.lineage(id).includes(top);
  }

  /** The organization and everything below it, deleted ones included. */
  subtree(top: string): Organization[] {
    return [...this.organizations.values()].filter(({ id }) => this.isAtOrBelow(id, top));
  }

  /** What is left of the subtree. */
  living(top: string): Organization[] {
    return this.subtree(top).filter(({ deletedWith }) => deletedWith === null);
  }

  /** Levels below the organization, deleted ones included. */
  height(top: string): number {
    return (
      Math.max(...this.subtree(top).map(({ id }) => this.lineage(id).length)) -
      this.lineage(top).length
    );
  }

  isSuspended(id: string): boolean {
    return this.lineage(id).some((above) => this.organization(above).suspended);
  }

  membership(organization: string, person: string): Membership | undefined {
    return this.memberships.get(`${organization} ${person}`);
  }

  join(organization: string, person: string, roles: Iterable<string>): void {
    const held = this.membership(organization, person)?.roles ?? [];
    this.memberships.set(`${organization} ${person}`, {
      organization,
      person,
      roles: new Set([...held, ...roles]),
    });
  }

  members(organization: string): Membership[] {
    return [...this.memberships.values()].filter((one) => one.organization === organization);
  }

  /** Scopes that the roles give, implied ones included. */
  scopesOf(roles: Iterable<string>): Set<string> {
    return implied([...roles].flatMap((id) => this.roles.get(id)?.scopes ?? []));
  }

  /** The role that a key means in an organization: the built-in one, else that of the nearest organization above. */
  roleOf(organization: string, key: string): Role | undefined {
    const named = [...this.roles.values()].filter((role) => role.key === key);
    const above = this.lineage(organization).toReversed();
    return (
      named.find((role) => role.organization === null) ??
      above
        .map((id) => named.find((role) => role.organization === id))
        .find((role) => role !== undefined)
    );
  }

  log(organization: string | null): void {
    if (organization !== null)
      this.events.set(organization, (this.events.get(organization) ?? 0) + 1);
  }
}

/** The scopes and what they imply: whoever manages members reads them. */
export function implied(scopes: readonly string[]): Set<string> {
  return new Set(scopes.includes('members:manage') ? [...scopes, 'members:read'] : scopes);
}
