/** Expected failures that any change may have. */
import { defineUserError } from './user-error.ts';

export const IdempotencyConflictError = defineUserError('IdempotencyConflictError', {
  code: 'IDEMPOTENCY_CONFLICT',
  message: 'The idempotency key was used for another input in the last 24 hours.',
  description: 'The idempotency key was used for another input in the last 24 hours.',
});

export const ContentionError = defineUserError('ContentionError', {
  code: 'CONTENTION',
  message: 'The change met too many others at the same time; nothing was done. Try again.',
  description: 'The change met too many others at the same time, and nothing was done; any mutation may answer so.',
});
