/** Revokes a key, and what was created with it if the person wants that. */
import { useState } from 'react';
import { RevokeApiKeyDocument } from '../generated/api-keys/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts as shared } from '../texts/en/credentials.ts';
import { texts } from '../texts/en/api-keys.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Check } from '../ui/check.tsx';
import { Confirmation } from '../ui/confirmation.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { inWords } from '../ui/in-words.ts';
import { MutationFailure } from '../ui/mutation-failure.tsx';
import { notify } from '../ui/notice.tsx';
import type { Key } from './key.ts';

export interface RevokeKeyProps {
  of: Key;
  /** Whether the page is signed in with it. */
  isOwn: boolean;
  onClose(): void;
  onChanged(): void;
}

export function RevokeKey({ of: key, isOwn, onClose, onChanged }: RevokeKeyProps) {
  const [withIssued, setWithIssued] = useState(false);
  const [issuedCount, setIssuedCount] = useState(0);
  const [{ isPending, failure, error }, revoke] = useIdempotentMutation(RevokeApiKeyDocument, {
    keyed: false,
  });
  const submit = async (includeIssued: boolean): Promise<void> => {
    const outcome = await revoke({ id: key.id, includeIssued });
    if (outcome.kind !== 'success') return;
    const { revokedApiKeyIds, issuedKeyCount } = outcome.payload;
    notify(texts.revoked(revokedApiKeyIds.length));
    onChanged();
    // Those that it created go on working unless somebody thinks of them.
    if (issuedKeyCount > 0 && !isOwn) setIssuedCount(issuedKeyCount);
    else onClose();
  };
  const failureInWords = inWords(failure, {
    ScopeEscalationError: ({ missingScopes }) => shared.scopes.missing(missingScopes),
  });
  if (issuedCount > 0)
    return (
      <Dialog
        isOpen
        role="alertdialog"
        title={texts.issuedTitle}
        onClose={isPending ? undefined : onClose}
        actions={
          <>
            <Button onPress={onClose} isDisabled={isPending}>
              {texts.issuedKeep}
            </Button>
            <Button variant="danger" isPending={isPending} onPress={() => void submit(true)}>
              {texts.issuedRevoke}
            </Button>
          </>
        }
      >
        <p>{texts.issuedHint(issuedCount)}</p>
        <MutationFailure failure={failureInWords} error={error} />
      </Dialog>
    );
  return (
    <Confirmation
      title={texts.revokeTitle(key.name)}
      confirm={texts.revoke}
      onConfirm={() => void submit(withIssued)}
      onClose={onClose}
      isPending={isPending}
      failure={failureInWords}
      error={error}
    >
      <p>{texts.revokeHint}</p>
      {isOwn && <Callout tone="warning">{texts.revokeOwn}</Callout>}
      <Check
        label={texts.withIssued}
        description={texts.withIssuedHint}
        isSelected={withIssued}
        onChange={setWithIssued}
      />
    </Confirmation>
  );
}
