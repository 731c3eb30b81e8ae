import type { HeldInvitation } from './locks.ts';

/** What the audit log says of an invitation; `now` is what has changed. */
export const facts = (
  { email, role_keys, status }: HeldInvitation,
  now: { status?: string } = {},
) => ({
  email,
  roles: role_keys,
  status,
  ...now,
});
