/** Expected failures of changes to keys and tokens. */
import { defineUserError } from '../../command/user-error.ts';

export const ScopeEscalationError = defineUserError<'ScopeEscalationError', { missingScopes: string[] }>('ScopeEscalationError', {
  code: 'SCOPE_ESCALATION',
  message: 'This would give or take away a key with scopes that you do not hold on its organization yourself.',
  description: 'The key has, or would have, scopes that the caller does not hold on its organization.',
});

/** `credentialId` is the credential's public id. */
export const SecretShownBeforeError = defineUserError<'SecretShownBeforeError', { credentialId: string }>('SecretShownBeforeError', {
  code: 'SECRET_SHOWN_BEFORE',
  message:
    'This request was answered before, to another credential of yours, and its secret can be shown to nobody else. ' +
    'Revoke what it created and ask under another idempotency key.',
  description: 'The idempotency key was used by another credential of the same person, which alone can be shown the secret again.',
});
