/** A new personal token. */
import { useState } from 'react';
import { CreateTokenDocument } from '../generated/me/graphql.ts';
import { badFieldsOf } from '../graphql/field-errors.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts as shared } from '../texts/en/credentials.ts';
import { texts } from '../texts/en/me.ts';
import { expiryBound } from '../ui/credential-state.tsx';
import { ExpiryChoice } from '../ui/expiry-choice.tsx';
import { expiryOf, type Expiry } from '../ui/expiry.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { inWords } from '../ui/in-words.ts';
import { TextField } from '../ui/text-field.tsx';
import type { Viewer } from './mine.ts';

export interface CreateTokenProps {
  credential: Viewer['credential'];
  onClose(): void;
  onCreated(created: { name: string; secret: string }): void;
}

export function CreateToken({ credential, onClose, onCreated }: CreateTokenProps) {
  const bound = expiryBound(credential);
  const [name, setName] = useState('');
  const [expiry, setExpiry] = useState<Expiry>(bound === null ? '90' : 'own');
  const [day, setDay] = useState('');
  const [isDayMissing, setDayMissing] = useState(false);
  const [{ isPending, failure, error }, create, reset] = useIdempotentMutation(CreateTokenDocument);
  const fields = badFieldsOf(error);
  const submit = async (): Promise<void> => {
    const expiresAt = expiryOf(expiry, { day, bound, now: new Date() });
    setDayMissing(expiresAt === undefined);
    if (expiresAt === undefined) return;
    const outcome = await create({ name, expiresAt });
    if (outcome.kind !== 'success') return;
    const { personalAccessToken, secret } = outcome.payload;
    onCreated({ name: personalAccessToken.name, secret });
  };
  return (
    <FormDialog
      title={texts.tokens.createTitle}
      submit={texts.tokens.createSubmit}
      onSubmit={() => void submit()}
      onEdit={reset}
      onClose={onClose}
      isPending={isPending}
      failure={inWords(failure, { SecretShownBeforeError: () => shared.secretShownBefore })}
      error={fields.size > 0 ? undefined : error}
    >
      <TextField
        label={texts.tokens.name}
        description={texts.tokens.nameHint}
        value={name}
        onChange={setName}
        isRequired
        maxLength={100}
        errorMessage={fields.get('name')}
      />
      <ExpiryChoice
        bound={bound}
        choice={expiry}
        onChoice={setExpiry}
        day={day}
        onDay={setDay}
        errorMessage={
          isDayMissing && expiry === 'day' ? shared.expiry.dayNeeded : fields.get('expiresAt')
        }
      />
    </FormDialog>
  );
}
