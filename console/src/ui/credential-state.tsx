/** Whether a key or token works. */
import { texts } from '../texts/en/credentials.ts';
import { Pill, type Tone } from './pill.tsx';

export type CredentialState = 'active' | 'expiring' | 'expired' | 'revoked';

const SOON_MS = 14 * 86_400_000;

/** The parts of a credential that decide. */
export interface CredentialDates {
  expiresAt: string | null;
  revokedAt: string | null;
}

export function credentialState(
  { expiresAt, revokedAt }: CredentialDates,
  now = Date.now(),
): CredentialState {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'active';
  const left = new Date(expiresAt).getTime() - now;
  if (left <= 0) return 'expired';
  return left < SOON_MS ? 'expiring' : 'active';
}

const tones: Readonly<Record<CredentialState, Tone>> = {
  active: 'good',
  expiring: 'warning',
  expired: 'neutral',
  revoked: 'neutral',
};

export function CredentialPill({ of }: { of: CredentialDates }) {
  const state = credentialState(of);
  return <Pill tone={tones[state]}>{texts.states[state]}</Pill>;
}

/**
 * When the caller's own credential expires, which those that it creates must not outlive. Sessions
 * have no such bound.
 */
export const expiryBound = ({
  kind,
  expiresAt,
}: {
  kind: string;
  expiresAt: string | null;
}): string | null => (kind === 'SESSION' ? null : expiresAt);
