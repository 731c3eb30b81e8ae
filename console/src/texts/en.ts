/**
 * English texts of the frame and of what all views share. Those of a view are in `en/<view>.ts` and
 * are loaded with it. Texts with values are functions.
 */
export const texts = {
  product: 'Banyan',
  common: {
    loading: 'Loading…',
    tryAgain: 'Try again',
    close: 'Close',
    cancel: 'Cancel',
    save: 'Save',
    clear: 'Clear',
    copy: 'Copy',
    copyWhat: (what: string) => `Copy: ${what}`,
    copied: 'Copied.',
    notCopied: 'The browser did not allow copying. Select the text instead.',
    nothing: 'Nothing here yet.',
    none: '–',
    more: 'Show more',
  },
  start: {
    unreachable: 'The gateway does not answer',
    unreachableHint:
      'Check your connection. If others are affected too, the gateway may be starting.',
  },
  signIn: {
    title: 'Sign in',
    demonstration: 'Open the demonstration',
    withProvider: 'Continue with your identity provider',
    withToken: 'Sign in with the token',
    or: 'or',
    token: 'Personal token or API key',
    tokenHint: 'Begins with pat_ or ak_.',
    notAToken: 'This is not a token: it may only have letters, digits and signs, without spaces.',
    memoryOnly: 'Your credential stays in the memory of this page. Reloading it asks again.',
    windowBlocked: 'The browser did not open a window for it.',
    handedOver: 'You are signed in where you were. This window can be closed.',
    nothingPending: 'No sign-in was under way in this tab.',
    providerFailed: (reason: string) =>
      `Signing in with the identity provider did not work. ${reason}`.trim(),
  },
  session: {
    signOut: 'Sign out',
    ended: 'Your session has ended',
    endedHint:
      'The gateway no longer accepts your credential: it expired or was revoked. Sign in again to go on; what you typed is still here.',
    leave: 'Leave this page',
  },
  home: {
    nowhere: 'You are not a member of any organization',
    nowhereHint: 'Ask an administrator of your organization for an invitation.',
  },
  workspace: {
    notForYou: 'The console is for people who manage organizations',
    notForYouHint:
      'You do not hold the scope child_organizations:manage in this organization. An administrator can give you a role that has it.',
    noSuchPage: 'There is no page at this address.',
  },
  frame: {
    skip: 'Skip to the content',
    navigation: 'Main',
    organizations: 'Organizations',
    switcher: (name: string) => `Organization you act in: ${name}`,
    switcherMenu: 'Organizations you can act in',
    account: (name: string) => `Account: ${name}`,
    accountMenu: 'Account',
    apiKey: 'API key',
    me: 'My account',
    theme: 'Theme',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  },
  answer: {
    notFound: 'Not found',
    notFoundHint:
      'It does not exist, or you may not see it. It may also have been moved or deleted.',
    forbidden: 'You may not see this',
    forbiddenHint:
      'Your rights may have changed since you opened the page. Ask an administrator of the organization.',
    network: 'The gateway could not be reached. Check your connection.',
    rateLimited: 'That was a lot at once. Wait a moment before you go on.',
    unavailable: 'The gateway cannot answer right now. Nothing was lost.',
    failed: 'Something went wrong.',
    retryIn: (seconds: number) => `Try again in ${seconds} s`,
    requestId: (id: string) => `Request ${id}`,
  },
  input: {
    url: 'Enter a whole address, such as https://example.com.',
    email: 'Enter a whole e-mail address, such as ada@example.com.',
    other: 'This value cannot be used.',
    check: 'Some fields need another look. Nothing was changed.',
  },
  conflict: {
    title: 'Somebody else changed this in the meantime',
    field: 'Field',
    theirs: 'Now',
    yours: 'Yours',
    overwrite: 'Apply mine anyway',
    discard: 'Keep theirs',
  },
  kinds: {
    AFFILIATE: 'Affiliate',
    AGENCY: 'Agency',
    CHANNEL_PARTNER: 'Channel partner',
    CUSTOMER: 'Customer',
    RESELLER: 'Reseller',
  },
  statuses: { ACTIVE: 'Active', SUSPENDED: 'Suspended', DELETED: 'Deleted' },
  domainStates: {
    NOT_CONFIGURED: 'No domain',
    PENDING: 'Unproven',
    VERIFIED: 'Verified',
    FAILED: 'Failed',
  },
} as const;
