/** English texts of an organization's settings. */
const organizations = (count: string, isOne: boolean): string =>
  isOne ? '1 organization' : `${count} organizations`;

export const texts = {
  saved: 'Saved.',
  reset: 'Undo',
  nothing: 'Your rights here do not allow you to change anything.',
  nothingHint: 'An administrator of the organization can give you a role with more rights.',
  general: 'General',
  slugHint: 'It stands in addresses and never changes.',
  domain: {
    title: 'Domain',
    again: 'A new domain has to be proven again: the record is shown in the overview.',
  },
  branding: {
    title: 'Branding',
    logo: 'Logo',
    logoHint: 'Address of an image.',
    primary: 'Main color',
    secondary: 'Second color',
    colorHint: '#1a2b3c',
    colorOf: (what: string) => `Choose: ${what}`,
  },
  address: 'Address',
  offers: 'Marketplace links',
  accounts: 'Accounts in other systems',
  billing: {
    title: 'Billing',
    email: 'Billing e-mail',
    emailHint: 'Where invoices go.',
    owner: 'Who owns the invoices',
    owners: { '': 'Not set', PARTNER: 'The partner', END_CUSTOMER: 'The end customer' },
  },
  status: {
    title: 'Suspend',
    isActive: 'It is in use.',
    isSuspended:
      'It is suspended: its members and keys, and those of everything below it, are refused.',
    suspend: 'Suspend…',
    resume: 'Resume',
    question: (name: string) => `Suspend ${name}?`,
    consequence:
      'From the next request on, its members and keys are refused, and those of everything below it. You still see and manage it from above. It can be resumed at any time.',
    affected: (count: string, isOne: boolean) =>
      isOne
        ? '1 organization below it is affected.'
        : `${count} organizations below it are affected.`,
    reason: 'Reason',
    reasonHint: 'For the audit log; optional.',
    confirm: 'Suspend',
    suspended: (name: string) => `${name} is suspended.`,
    resumed: (name: string) => `${name} is in use again.`,
  },
  move: {
    title: 'Move',
    where: (parent: string) => `It is below ${parent}.`,
    unplaced: 'It is at the top of what you see.',
    action: 'Move…',
    question: (name: string) => `Move ${name}`,
    destination: 'New place: below',
    destinationHint: 'Search by name, slug or domain',
    noDestination: 'Nothing found.',
    searching: 'Searching…',
    before: 'Now',
    after: 'Then',
    affected: 'Organizations that move',
    stays: 'It is there already.',
    roles:
      'People keep the roles they hold. Where a role is defined by an organization that is no longer above, a copy of it comes along.',
    previewing: 'Looking at what would happen…',
    confirm: (count: string, isOne: boolean) => `Move ${organizations(count, isOne)}`,
    cycle: 'An organization cannot be moved below itself. Choose another place.',
    depthLimit: (limit: string) =>
      `The tree would become more than ${limit} levels deep. Choose a place further up.`,
    moved: (name: string, parent: string) => `${name} is below ${parent} now.`,
    adopted: 'Roles that came along as copies',
    parent: 'Below',
    done: 'Done',
  },
  remove: {
    title: 'Delete',
    what: (below: string, isOne: boolean) =>
      `With it go ${isOne ? 'the organization' : `the ${below} organizations`} below it.`,
    alone: 'There is nothing below it.',
    action: 'Delete…',
    question: (name: string) => `Delete ${name}?`,
    goesAlong: 'What goes along',
    organizations: 'Organizations',
    people: 'People whose memberships end',
    atLeast: (count: string) => `at least ${count}`,
    keys: 'API keys are revoked and open invitations withdrawn; they do not come back.',
    restorable: 'It can be restored for a while, with its members and their roles.',
    type: (slug: string) => `Type ${slug} to confirm`,
    mismatch: 'This is not the slug.',
    confirm: (count: string, isOne: boolean) => `Delete ${organizations(count, isOne)}`,
    deleted: (name: string, count: string, isOne: boolean, until: string) =>
      `${name} was deleted${isOne ? '' : ` (${count} organizations)`}. It can be restored until ${until}.`,
    hasChildren: (count: string) =>
      `There are ${count} organizations directly below it by now. Look at what goes along again.`,
  },
  own: 'This is the organization that you act in. It can be suspended, moved or deleted by somebody who acts in an organization above it.',
  restore: {
    title: 'Deleted organizations',
    hint: 'Deleted organizations below this one can be restored for a while.',
    search: 'Name, slug or domain of a deleted organization',
    none: 'No deleted organization matches.',
    more: 'There are more matches. Type more of the name.',
    deletedAgo: (when: string) => `Deleted ${when}`,
    action: 'Restore…',
    question: (name: string) => `Restore ${name}?`,
    organizations: 'The organization',
    withBelow: (count: string, isOne: boolean) =>
      `The organization, and what was deleted with it: at most ${isOne ? '1 organization' : `${count} organizations`} below it`,
    people: 'People are members again, with the roles they held.',
    keys: 'API keys stay revoked and invitations withdrawn.',
    separately: 'What had been deleted separately before stays deleted.',
    parentFirst: (name: string) => `Restore ${name} first, which it is below.`,
    confirm: 'Restore',
    restored: (name: string, count: string, isOne: boolean) =>
      `${name} is back${isOne ? '' : `, ${count} organizations in all`}.`,
    already: (name: string) => `${name} had been restored already.`,
  },
  conflict: {
    status: 'Status',
    name: 'Name',
    place: 'Below',
    shown: 'As you saw it',
    elsewhere: 'Nothing that matters here is different, only other details.',
    go: 'Do it anyway',
    stop: 'Leave it',
  },
} as const;
