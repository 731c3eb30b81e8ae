/** English texts that keys, tokens, roles and the audit log share. */
export const texts = {
  actor: {
    apiKey: 'API key',
    operator: 'An operator',
    unknown: 'Unknown',
    gone: 'A person who no longer exists',
  },
  states: { active: 'Active', expiring: 'Expires soon', expired: 'Expired', revoked: 'Revoked' },
  scopes: {
    label: 'Scopes',
    none: 'No scopes.',
    included: 'Included in another one.',
    notHeld: 'You do not hold it here, so you cannot give it.',
    needed: 'Choose at least one.',
    missing: (scopes: readonly string[]) =>
      `You do not hold ${scopes.join(', ')} there. Nobody can give or take away what they do not hold.`,
  },
  expiry: {
    label: 'Expires',
    choices: {
      never: 'Never',
      own: 'With my own credential',
      30: 'In 30 days',
      90: 'In 90 days',
      365: 'In a year',
      day: 'On a day that I choose',
    },
    own: (at: string) => `With my own credential, ${at}`,
    day: 'Last day',
    dayHint: 'It works until the end of that day, in your time zone.',
    dayNeeded: 'Choose a day.',
  },
  secret: {
    copy: 'Copy',
    done: 'Done',
    states: {
      'not yet': 'Copy it now and keep it in a safe place. It is shown only this once.',
      copied: 'Copied. Keep it in a safe place: it is not shown again.',
      refused: 'The browser did not allow copying. Select the text and copy it by hand.',
    },
    notCopied: 'You have not copied it',
    notCopiedHint:
      'It cannot be shown again. If you close this without it, create a new one and revoke this one.',
    goBack: 'Go back',
    closeAnyway: 'Close without copying',
  },
  secretShownBefore:
    'It was already created with another credential of yours, and only that one may see the secret. Close this, revoke what was created, and create a new one.',
} as const;
