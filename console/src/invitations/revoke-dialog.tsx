/** Asks before an invitation is revoked. */
import {
  RevokeInvitationDocument,
  type ListedInvitationFragment,
} from '../generated/invitations/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/invitations.ts';
import { Confirmation } from '../ui/confirmation.tsx';
import { notify } from '../ui/notice.tsx';
import { InvitationRefusal } from './invitation-refusal.tsx';

export interface RevokeDialogProps {
  invitation: ListedInvitationFragment;
  onClose(): void;
  onRevoked(): void;
}

export function RevokeDialog({ invitation: { id, email }, onClose, onRevoked }: RevokeDialogProps) {
  const [{ isPending, failure, error }, revoke] = useIdempotentMutation(RevokeInvitationDocument, {
    // A repeat finds the invitation closed.
    keyed: false,
  });
  const confirm = async (): Promise<void> => {
    const { kind } = await revoke({ id });
    if (kind !== 'success') return;
    notify(texts.revocation.revoked(email));
    onRevoked();
    onClose();
  };
  return (
    <Confirmation
      title={texts.revocation.title(email)}
      confirm={texts.revocation.confirm}
      onConfirm={() => void confirm()}
      onClose={onClose}
      isPending={isPending}
    >
      <p>{texts.revocation.hint}</p>
      <InvitationRefusal failure={failure} error={error} />
    </Confirmation>
  );
}
