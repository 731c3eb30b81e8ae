/** Ends the person's own membership. */
import { useLocation } from 'wouter';
import { treePath } from '../app/paths.ts';
import { CONSOLE_SCOPE, useViewer } from '../app/viewer.ts';
import { LeaveOrganizationDocument } from '../generated/me/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/me.ts';
import { Callout } from '../ui/callout.tsx';
import { Confirmation } from '../ui/confirmation.tsx';
import { inWords } from '../ui/in-words.ts';
import { notify } from '../ui/notice.tsx';
import type { Membership } from './mine.ts';

export interface LeaveOrganizationProps {
  of: Membership;
  onClose(): void;
  onLeft(): void;
}

export function LeaveOrganization({
  of: { organization },
  onClose,
  onLeft,
}: LeaveOrganizationProps) {
  const { acting, memberships } = useViewer();
  const [, navigate] = useLocation();
  const [{ isPending, failure, error }, leave] = useIdempotentMutation(LeaveOrganizationDocument, {
    keyed: false,
  });
  const { organizations: words } = texts;
  const isActing = organization.slug === acting;
  const others = memberships?.nodes.filter((other) => other.organization.slug !== acting) ?? [];
  const next = others.find(({ scopes }) => scopes.includes(CONSOLE_SCOPE)) ?? others[0];
  const submit = async (): Promise<void> => {
    const { kind } = await leave({ organizationId: organization.id });
    if (kind !== 'success') return;
    notify(words.left(organization.name));
    // Nothing can be asked in an organization that was left.
    if (isActing) return navigate(next ? treePath(next.organization.slug) : '/', { replace: true });
    onLeft();
    onClose();
  };
  return (
    <Confirmation
      title={words.leaveTitle(organization.name)}
      confirm={words.leave}
      onConfirm={() => void submit()}
      onClose={onClose}
      isPending={isPending}
      failure={inWords(failure, { LastAdminError: () => words.lastAdmin })}
      error={error}
    >
      <p>{words.leaveHint}</p>
      {isActing && <Callout tone="warning">{words.leaveActing}</Callout>}
    </Confirmation>
  );
}
