/** Arguments of new credentials. */
import type { CommandRequest } from '../../command/run.ts';
import { badInput } from '../../errors.ts';

/** The maximum length of the name of a credential. */
export const NAME_LENGTH_MAX = 100;

/**
 * Returns when a new credential expires. A credential created with an expiring key or token expires
 * no later than that one, so that it cannot renew itself. Sessions are exempt; they are how people
 * sign in.
 */
export function requireExpiry(
  expiresAt: Date | null | undefined,
  { now, principal }: CommandRequest,
): Date | null {
  if (expiresAt != null && expiresAt <= now) throw badInput('expiresAt', 'must be in the future');
  const { credential } = principal;
  const bound = credential?.kind === 'SESSION' ? null : (credential?.expiresAt ?? null);
  if (bound !== null && (expiresAt == null || expiresAt > bound)) {
    throw badInput(
      'expiresAt',
      `must be set and not be after ${bound.toISOString()}, when the credential of this request expires`,
    );
  }
  return expiresAt ?? null;
}
