/** English texts of the dialog for a new organization. */
export const texts = {
  title: 'New organization',
  below: 'Below',
  create: 'Create organization',
  becomesAdmin: 'You become its admin.',
  keyHasNoMembership:
    'You are signed in with an API key, which is never a member: the organization has no members until somebody accepts an invitation.',
  suspended:
    'The organization above it is suspended. Nobody can sign in below it until it is resumed.',
  optional: 'Optional',
  slug: {
    hint: 'Stands in addresses. It can never be changed.',
    checking: 'Checking…',
    available: 'Available.',
    unknown: 'It could not be checked right now. It is checked when you create the organization.',
    willBeSuffixed: (slug: string) =>
      `“${slug}” is not available. Six letters and digits will be added, unless you choose another one.`,
    willBeMade: 'It will be made from the name, with six letters and digits added.',
    INVALID: 'Use 3 to 63 of a to z, 0 to 9 and single hyphens between them.',
    RESERVED: 'This one is reserved for the platform.',
    TAKEN: 'This one belongs, or once belonged, to an organization.',
  },
  sections: {
    address: 'Address',
    offers: 'Marketplace links',
    accounts: 'Accounts in other systems',
    people: 'People to invite',
  },
  people: {
    email: 'E-mail address',
    emailHint: 'Paste several at once',
    role: 'Role',
    add: 'Add a person',
    remove: (email: string) => `Do not invite ${email === '' ? 'this person' : email}`,
    tooMany: 'At most 100 people can be invited at once. The rest can be invited afterwards.',
    twice: 'This address is there already.',
  },
  depthLimit: (limit: string) =>
    `The tree can only be ${limit} levels deep. Choose a parent further up.`,
  leave: {
    question: 'Discard what you typed?',
    discard: 'Discard',
    stay: 'Go on',
  },
  created: {
    title: (name: string) => `${name} was created`,
    admin: 'You are its admin.',
    noMembers: 'It has no members until somebody accepts an invitation.',
    states: {
      PENDING: 'It is being set up. You can close this: it goes on.',
      READY: 'Everything is set up.',
      FAILED: 'Some steps failed. They can be tried again on its page.',
    },
    setup: 'Setup',
    invitations: 'Invitations',
    invited: 'Invited',
    notInvited: 'Not invited',
    ignored: (roles: string) => `Not given, since there is no such role here: ${roles}`,
    tryAgain: 'People who were not invited can be invited again on its page.',
    open: 'Open it',
    done: 'Done',
  },
} as const;
