/** English texts of the invitations of an organization. */
const integer = new Intl.NumberFormat('en');
const plural = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${integer.format(count)} ${many}`;
const list = new Intl.ListFormat('en', { type: 'conjunction' });

export const texts = {
  label: 'Invitations',
  search: 'Search by address',
  state: 'State',
  count: (count: number) => plural(count, 'invitation', 'invitations'),
  invite: 'Invite people',
  columns: {
    address: 'Address',
    roles: 'Roles',
    state: 'State',
    mail: 'Mail',
    expires: 'Expires',
    actions: 'Actions',
  },
  states: {
    PENDING: 'Pending',
    EXPIRED: 'Expired',
    ACCEPTED: 'Accepted',
    DECLINED: 'Declined',
    REVOKED: 'Revoked',
    ALL: 'All states',
  },
  none: {
    PENDING: 'No invitation is waiting for an answer',
    EXPIRED: 'No invitation has expired',
    ACCEPTED: 'No invitation was accepted yet',
    DECLINED: 'No invitation was declined',
    REVOKED: 'No invitation was revoked',
    ALL: 'Nobody was invited yet',
  },
  noneHint: 'Invited people appear here until they answer.',
  notFound: 'No invitation matches',
  notFoundHint: 'Try a part of the address, or another state.',
  clearSearch: 'Clear the search',
  by: (name: string) => `by ${name}`,
  apiKey: (name: string) => `API key ${name}`,
  operator: 'an operator',
  somebody: 'somebody who no longer exists',
  mail: {
    QUEUED: 'Waiting',
    SENT: 'Sent',
    FAILED: 'Not sent',
    attempts: (count: number) => plural(count, 'attempt', 'attempts'),
  },
  actionsOf: (address: string) => `Actions for ${address}`,
  resend: 'Send again',
  resent: (address: string) => `The invitation to ${address} is being sent again.`,
  revoke: 'Revoke',
  revocation: {
    title: (address: string) => `Revoke the invitation to ${address}?`,
    hint: 'The links in its mails stop working at once. You can invite the address again at any time.',
    confirm: 'Revoke',
    revoked: (address: string) => `The invitation to ${address} was revoked.`,
  },
  failed: (address: string) => `The invitation to ${address} was not changed`,
  refusals: {
    INVITATION_CLOSED: 'It was already accepted, declined, revoked or replaced.',
    EMAIL_NOT_VERIFIED:
      'Nobody can send invitations here before two addresses are verified: yours, and that of the person who created the topmost organization.',
    INVITATION_LIMIT: {
      SENDER: (limit: string, at: string) =>
        `You have sent the ${limit} invitations that one person may send within 24 hours. You can go on at ${at}.`,
      TREE: (limit: string, at: string) =>
        `The ${limit} invitations that the whole tree of organizations may send within 24 hours were sent. You can go on at ${at}.`,
    },
  },
  form: {
    title: (organization: string) => `Invite people to ${organization}`,
    addresses: 'Addresses',
    addressesHint:
      'Paste as many as you like, separated by commas, spaces, semicolons or line breaks. Names beside them are left out: Anna Berg <anna@example.com>.',
    roles: 'Roles that they get',
    ready: (count: number) => plural(count, 'address', 'addresses'),
    duplicates: (count: number) =>
      plural(count, 'is there twice and counts once', 'are there twice and count once'),
    bad: (count: number) => plural(count, 'is not an address', 'are not addresses'),
    badList: 'What is not an address',
    duplicateList: 'What is there twice',
    removeBad: 'Take these out of the text',
    line: (line: number) => `line ${line}`,
    again: (line: number, first: number) => `line ${line}, first in line ${first}`,
    faults: {
      NO_AT: 'has no @',
      LOCAL_PART: 'letters, digits or dots before the @ that no mail system takes',
      DOMAIN: 'no domain after the @',
      TOO_LONG: 'too long',
    },
    submit: (count: number) =>
      count === 0 ? 'Invite' : `Invite ${plural(count, 'person', 'people')}`,
    noAddress: 'Type or paste at least one address.',
    noRole: 'Choose at least one role.',
  },
  sending: {
    progress: (done: number, total: number) =>
      `${integer.format(done)} of ${plural(total, 'address', 'addresses')}`,
    label: 'Inviting',
    stop: 'Stop',
    goOn: (count: number) => `Go on with ${plural(count, 'address', 'addresses')}`,
    edit: (count: number) => `Edit the other ${integer.format(count)}`,
    done: 'Done',
    outcomes: 'Outcome for each address',
    stopped: (count: number) => `${plural(count, 'address was', 'addresses were')} not sent yet`,
    ignored: (roles: readonly string[]) =>
      `${list.format(roles)} cannot be given here any more and was left out.`,
    summary: {
      INVITED: (count: string) => `${count} invited`,
      ALREADY_MEMBER: (count: string) => `${count} already members`,
      INVITATION_EXISTS: (count: string) => `${count} already invited`,
      BAD: (count: string) => `${count} not addresses`,
      OTHER: (count: string) => `${count} refused`,
    },
    results: {
      INVITED: 'Invited',
      ALREADY_MEMBER: 'Is a member already',
      INVITATION_EXISTS: 'Has a pending invitation; it can be sent again from the list',
      BAD: 'Not an address',
    },
  },
} as const;
