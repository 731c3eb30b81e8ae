/** Asks before a member is removed. */
import { useViewer } from '../app/viewer.ts';
import { RemoveMemberDocument } from '../generated/members/graphql.ts';
import { codeOf } from '../graphql/errors.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/members.ts';
import { Callout } from '../ui/callout.tsx';
import { Confirmation } from '../ui/confirmation.tsx';
import { notify } from '../ui/notice.tsx';
import type { MemberDialogProps } from './change-roles-dialog.tsx';
import { nameOf } from './person.tsx';
import { Refusal } from './refusal.tsx';

export interface RemoveDialogProps extends MemberDialogProps {
  onRemoved(): void;
}

export function RemoveDialog({ member, organization, onClose, onRemoved }: RemoveDialogProps) {
  const viewer = useViewer();
  const [{ isPending, failure, error }, remove] = useIdempotentMutation(RemoveMemberDocument, {
    keyed: false,
  });
  const name = nameOf(member.user);
  const confirm = async (): Promise<void> => {
    const outcome = await remove({ organizationId: organization.id, userId: member.user.id });
    // The answer of an earlier attempt was lost, or somebody else was quicker: it is what was meant.
    const isGone = outcome.kind === 'error' && codeOf(outcome.error) === 'NOT_FOUND';
    if (outcome.kind !== 'success' && !isGone) return;
    notify(isGone ? texts.removal.gone(name) : texts.removal.removed(name));
    onRemoved();
    onClose();
  };
  return (
    <Confirmation
      title={texts.removal.title(name)}
      confirm={texts.removal.confirm}
      onConfirm={() => void confirm()}
      onClose={onClose}
      isPending={isPending}
    >
      <p>{texts.removal.hint(name, organization.name)}</p>
      {viewer.user?.id === member.user.id && <Callout tone="warning">{texts.removal.self}</Callout>}
      <Refusal name={name} organization={organization.name} failure={failure} error={error} />
    </Confirmation>
  );
}
