/** The states by which invitations are listed. */
import type { InvitationStatus } from '../generated/invitations/graphql.ts';
import type { Tone } from '../ui/pill.tsx';

export const STATUSES = ['PENDING', 'EXPIRED', 'ACCEPTED', 'DECLINED', 'REVOKED'] as const;

export type State = InvitationStatus | 'ALL';
export const STATES: readonly State[] = [...STATUSES, 'ALL'];

export const invitationTones = {
  PENDING: 'info',
  EXPIRED: 'warning',
  ACCEPTED: 'good',
  DECLINED: 'neutral',
  REVOKED: 'neutral',
} as const satisfies Record<InvitationStatus, Tone>;

/** The state that the address names; pending ones are what people look for. */
export const stateOf = (text: string): State =>
  STATES.find((state) => state.toLowerCase() === text) ?? 'PENDING';
