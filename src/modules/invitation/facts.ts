import { defineAuditParts } from '../../command/audit-parts.ts';
import type { HeldInvitation } from './locks.ts';

const visibility = ['members:read'] as const;
defineAuditParts('Invitation', { email: visibility, roles: visibility, status: visibility });

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
