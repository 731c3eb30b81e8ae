/** Revokes one of the person's tokens. */
import { RevokeTokenDocument } from '../generated/me/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/me.ts';
import { Callout } from '../ui/callout.tsx';
import { Confirmation } from '../ui/confirmation.tsx';
import { notify } from '../ui/notice.tsx';
import type { Token } from './mine.ts';

export interface RevokeTokenProps {
  of: Token;
  /** Whether the page is signed in with it. */
  isCurrent: boolean;
  onClose(): void;
  onRevoked(): void;
}

export function RevokeToken({ of: token, isCurrent, onClose, onRevoked }: RevokeTokenProps) {
  const [{ isPending, failure, error }, revoke] = useIdempotentMutation(RevokeTokenDocument, {
    keyed: false,
  });
  const { tokens: words } = texts;
  const submit = async (): Promise<void> => {
    const { kind } = await revoke({ id: token.id });
    if (kind !== 'success') return;
    notify(words.revoked);
    onRevoked();
    onClose();
  };
  return (
    <Confirmation
      title={words.revokeTitle(token.name)}
      confirm={words.revoke}
      onConfirm={() => void submit()}
      onClose={onClose}
      isPending={isPending}
      failure={failure}
      error={error}
    >
      <p>{words.revokeHint}</p>
      {isCurrent && <Callout tone="warning">{words.revokeOwn}</Callout>}
    </Confirmation>
  );
}
