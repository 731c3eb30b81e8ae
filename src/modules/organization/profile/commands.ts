/** Changes an organization's profile. */
import { can } from '../../../authorization/rights.ts';
import { idempotencyKeyOf } from '../../../command/idempotency.ts';
import { runCommand, type CommandRequest, type OrganizationChange } from '../../../command/run.ts';
import { forbidden } from '../../../errors.ts';
import { followDomain } from '../domain/writes.ts';
import { requireVersion, type ChangeInput } from '../preconditions.ts';
import { requireDetails, type DetailsInput } from './input.ts';
import { currentDetails, writeDetails } from './writes.ts';

/**
 * Changes the profile of an organization: absent fields stay as they are, null clears. The slug
 * never changes. The billing address also requires `billing:manage`.
 */
export function updateOrganization(request: CommandRequest, input: DetailsInput & ChangeInput) {
  const { id, expectedVersion, idempotencyKey: _, ...rest } = input;
  const details = requireDetails(rest);
  const attempt = {
    action: 'updateOrganization',
    target: { type: 'Organization', id },
    on: id,
    scope: 'organizations:manage',
  } as const;
  const requireBilling = ({ principal, organization }: OrganizationChange): void => {
    if (
      details.billingEmail !== undefined &&
      !can(principal, 'billing:manage', organization.lineage)
    )
      throw forbidden(['billing:manage']);
  };
  const idempotency = idempotencyKeyOf(input);
  return runCommand(
    request,
    { ...attempt, idempotency, requireForRepeat: requireBilling },
    async (acting) => {
      const { tx, record } = acting;
      requireBilling(acting);
      await requireVersion(tx, id, expectedVersion);
      const before = await currentDetails(tx, id, details);
      if (Object.keys(details).length > 0) await writeDetails(tx, id, details);
      if (details.domain !== undefined) await followDomain(tx, id);
      record({
        target: { type: 'Organization', id },
        before,
        after: await currentDetails(tx, id, details),
      });
      return { organizationId: id };
    },
  );
}
