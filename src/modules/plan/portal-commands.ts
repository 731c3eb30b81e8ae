/** Opens the portal of the billing provider, where payment methods are kept. */
import { sql } from 'kysely';
import { runCommand, type CommandRequest } from '../../command/run.ts';
import { isUserError, refuse, userError } from '../../command/user-error.ts';
import { maybeOne } from '../../database/rows.ts';
import { requireUrl } from '../organization/profile/input.ts';
import { BillingNotReadyError, BillingPortalError } from './errors.ts';

/**
 * Opens the portal and returns its address. Who asked for it stands in the audit log before the
 * provider is asked, which is after the commit: nobody waits for the provider, and no address is
 * unaccounted for.
 */
export async function openBillingPortal(
  request: CommandRequest,
  input: { organizationId: string; returnUrl?: URL | null | undefined },
) {
  const { organizationId } = input;
  const returnUrl = input.returnUrl == null ? null : requireUrl(input.returnUrl, 'returnUrl');
  const { billingPortal } = request.settings;
  const target = { type: 'Organization', id: organizationId } as const;
  const attempt = {
    action: 'openBillingPortal',
    target,
    on: organizationId,
    scope: 'billing:manage',
  } as const;
  const asked = await runCommand(request, attempt, async ({ tx, record }) => {
    if (!billingPortal) refuse(BillingPortalError, { reason: 'NOT_OFFERED' });
    const account = await maybeOne(
      tx,
      sql<{ customer_id: string }>`
        select customer_id from billing_accounts
        where organization_id = ${organizationId}::uuid and status <> 'pending' and customer_id is not null`,
    );
    if (!account) refuse(BillingNotReadyError, {});
    record({ target, before: null, after: null });
    return { customerId: account.customer_id, billingPortal };
  });
  if (isUserError(asked)) return asked;
  try {
    return { url: await asked.billingPortal({ customerId: asked.customerId, returnUrl }) };
  } catch {
    return userError(BillingPortalError, { reason: 'PROVIDER_FAILED' });
  }
}
