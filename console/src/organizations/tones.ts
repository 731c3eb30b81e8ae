/** The colors of an organization's states. */
import type { Tone } from '../ui/pill.tsx';

export const statusTones = {
  ACTIVE: 'good',
  SUSPENDED: 'warning',
  DELETED: 'danger',
} as const satisfies Record<string, Tone>;

export const domainTones = {
  NOT_CONFIGURED: 'neutral',
  PENDING: 'info',
  VERIFIED: 'good',
  FAILED: 'danger',
} as const satisfies Record<string, Tone>;

export const stepTones = {
  DONE: 'good',
  FAILED: 'danger',
  PENDING: 'neutral',
  RUNNING: 'info',
} as const satisfies Record<string, Tone>;
