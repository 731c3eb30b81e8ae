/** Declines an invitation. */
import { DeclineInvitationDocument } from '../generated/me/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/me.ts';
import { Confirmation } from '../ui/confirmation.tsx';
import { inWords } from '../ui/in-words.ts';
import { notify } from '../ui/notice.tsx';
import type { Invitation } from './mine.ts';

export interface DeclineInvitationProps {
  of: Invitation;
  onClose(): void;
  onDeclined(): void;
}

export function DeclineInvitation({ of: invitation, onClose, onDeclined }: DeclineInvitationProps) {
  const [{ isPending, failure, error }, decline] = useIdempotentMutation(
    DeclineInvitationDocument,
    { keyed: false },
  );
  const { invitations: words } = texts;
  const submit = async (): Promise<void> => {
    const { kind } = await decline({ id: invitation.id });
    if (kind !== 'success') return;
    notify(words.declined);
    onDeclined();
    onClose();
  };
  return (
    <Confirmation
      title={words.declineTitle(invitation.organization.name)}
      confirm={words.decline}
      onConfirm={() => void submit()}
      onClose={onClose}
      isPending={isPending}
      failure={inWords(failure, { InvitationInvalidError: () => words.invalid })}
      error={error}
    >
      <p>{words.declineHint}</p>
    </Confirmation>
  );
}
