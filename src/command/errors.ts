/** Expected failures of any command. */
import { defineUserError } from './user-error.ts';

export const IdempotencyConflictError = defineUserError('IdempotencyConflictError', {
  code: 'IDEMPOTENCY_CONFLICT',
  message: 'The idempotency key was used with a different input in the last 24 hours.',
  description: 'The idempotency key was used with a different input in the last 24 hours.',
});

export const ContentionError = defineUserError('ContentionError', {
  code: 'CONTENTION',
  message: 'Too many concurrent changes; nothing was changed. Try again.',
  description:
    'There were too many concurrent changes, and nothing was changed. Any mutation may return this.',
});
