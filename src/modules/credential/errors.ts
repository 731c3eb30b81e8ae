/** Expected failures of commands on keys and tokens. */
import { defineUserError } from '../../command/user-error.ts';

export const ScopeEscalationError = defineUserError<
  'ScopeEscalationError',
  { missingScopes: string[] }
>('ScopeEscalationError', {
  code: 'SCOPE_ESCALATION',
  message:
    'This would create, rename or revoke a key with scopes that you do not hold on its organization.',
  description:
    'The key has, or would have, scopes that the caller does not hold on its organization.',
});

export const ApiKeyRevokedError = defineUserError('ApiKeyRevokedError', {
  code: 'API_KEY_REVOKED',
  message: 'This key was revoked; it keeps the name that it had.',
  description: 'The key was revoked, and can no longer be changed.',
});

/** `credentialId` is the credential's public id. */
export const SecretShownBeforeError = defineUserError<
  'SecretShownBeforeError',
  { credentialId: string }
>('SecretShownBeforeError', {
  code: 'SECRET_SHOWN_BEFORE',
  message:
    'This request was already answered, to another of your credentials. The secret can only be shown to that one. ' +
    'Revoke what was created, and send the request with a different idempotency key.',
  description:
    'The idempotency key was used by another credential of the same person. Only that credential can see the secret again.',
});
