/** Another name for a key. */
import { useState } from 'react';
import { UpdateApiKeyDocument } from '../generated/api-keys/graphql.ts';
import { badFieldsOf } from '../graphql/field-errors.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts as shared } from '../texts/en/credentials.ts';
import { texts } from '../texts/en/api-keys.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { inWords } from '../ui/in-words.ts';
import { notify } from '../ui/notice.tsx';
import { TextField } from '../ui/text-field.tsx';
import type { Key } from './key.ts';

export interface RenameKeyProps {
  of: Key;
  onClose(): void;
  onChanged(): void;
}

export function RenameKey({ of: key, onClose, onChanged }: RenameKeyProps) {
  const [name, setName] = useState(key.name);
  const [{ isPending, failure, error }, rename, reset] = useIdempotentMutation(
    UpdateApiKeyDocument,
    {
      keyed: false,
    },
  );
  const fields = badFieldsOf(error);
  const submit = async (): Promise<void> => {
    const { kind } = await rename({ id: key.id, name });
    if (kind !== 'success') return;
    notify(texts.renamed);
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title={texts.renameTitle}
      submit={texts.rename}
      onSubmit={() => void submit()}
      onEdit={reset}
      onClose={onClose}
      isPending={isPending}
      failure={inWords(failure, {
        ApiKeyRevokedError: () => texts.isRevoked,
        ScopeEscalationError: ({ missingScopes }) => shared.scopes.missing(missingScopes),
      })}
      error={fields.size > 0 ? undefined : error}
    >
      <TextField
        label={texts.name}
        description={texts.renameHint}
        value={name}
        onChange={setName}
        isRequired
        maxLength={100}
        errorMessage={fields.get('name')}
      />
    </FormDialog>
  );
}
