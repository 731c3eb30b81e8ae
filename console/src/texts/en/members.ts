/** English texts of the members of an organization, and of what invitations share with them. */
const people = (count: number): string =>
  count === 1 ? '1 member' : `${new Intl.NumberFormat('en').format(count)} members`;
const list = new Intl.ListFormat('en', { type: 'conjunction' });

export const texts = {
  label: 'Members',
  search: 'Search by name or address',
  role: 'Role',
  allRoles: 'All roles',
  count: people,
  invite: 'Invite people',
  columns: { person: 'Person', roles: 'Roles', joined: 'Joined', actions: 'Actions' },
  you: 'You',
  none: 'Nobody is a member yet',
  noneHint: 'You manage this organization from above. Invite its first people.',
  notFound: 'Nobody matches',
  notFoundHint: 'Try a part of the name or address, or another role.',
  showAll: 'Show all members',
  actionsOf: (name: string) => `Actions for ${name}`,
  changeRoles: 'Change roles',
  remove: 'Remove from the organization',
  roles: {
    title: (name: string) => `Roles of ${name}`,
    label: 'Roles',
    search: 'Search roles',
    noMatch: 'No role matches.',
    definedBy: (organization: string) => `Defined by ${organization}.`,
    beyond: (scopes: readonly string[]) =>
      `You do not hold ${list.format(scopes)} here, so you cannot give or take it.`,
    atLeastOne: 'Choose at least one role. To take all of them, remove the person.',
    atMost: (max: number) => `A person can hold at most ${max} roles.`,
    save: 'Save roles',
    saved: (name: string) => `The roles of ${name} were changed.`,
    ignored: (roles: readonly string[]) =>
      `The other roles were saved, but ${list.format(roles)} cannot be given here any more and was left out.`,
  },
  removal: {
    title: (name: string) => `Remove ${name}?`,
    hint: (name: string, organization: string) =>
      `${name} loses access to ${organization} at once. The account and memberships elsewhere stay; an invitation brings the person back.`,
    self: 'This is you: you lose your own access.',
    confirm: 'Remove',
    removed: (name: string) => `${name} was removed.`,
    gone: (name: string) => `${name} is not a member any more.`,
  },
  refusals: {
    LAST_ADMIN: (name: string, organization: string) =>
      `${name} is the only admin of ${organization}. Make somebody else an admin first, so that it is not left without one.`,
    ROLE_ESCALATION: (scopes: readonly string[]) =>
      `This gives or takes rights that you do not hold here yourself: ${list.format(scopes)}. Ask somebody who holds them.`,
    NO_VALID_ROLE:
      'None of these roles can be given here any more. They may have been deleted meanwhile; choose others.',
  },
} as const;
