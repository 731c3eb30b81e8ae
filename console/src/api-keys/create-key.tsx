/** A new key. */
import { useState } from 'react';
import { CreateApiKeyDocument } from '../generated/api-keys/graphql.ts';
import { badFieldsOf } from '../graphql/field-errors.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts as shared } from '../texts/en/credentials.ts';
import { texts } from '../texts/en/api-keys.ts';
import { expiryBound } from '../ui/credential-state.tsx';
import { ExpiryChoice } from '../ui/expiry-choice.tsx';
import { expiryOf, type Expiry } from '../ui/expiry.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { inWords } from '../ui/in-words.ts';
import { ScopeChoice } from '../ui/scope-choice.tsx';
import { TextField } from '../ui/text-field.tsx';
import type { KeyContext, Organization } from './key.ts';

export interface CreateKeyProps extends KeyContext {
  organization: Organization;
  onClose(): void;
  onCreated(created: { name: string; secret: string }): void;
}

export function CreateKey({
  organization,
  catalog,
  credential,
  onClose,
  onCreated,
}: CreateKeyProps) {
  const bound = expiryBound(credential);
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [expiry, setExpiry] = useState<Expiry>(bound === null ? 'never' : 'own');
  const [day, setDay] = useState('');
  const [problem, setProblem] = useState<'scopes' | 'day'>();
  const [{ isPending, failure, error }, create, reset] =
    useIdempotentMutation(CreateApiKeyDocument);
  const fields = badFieldsOf(error);
  const missing =
    failure?.__typename === 'ScopeEscalationError' ? failure.missingScopes : undefined;

  const submit = async (): Promise<void> => {
    const expiresAt = expiryOf(expiry, { day, bound, now: new Date() });
    if (scopes.length === 0) return setProblem('scopes');
    if (expiresAt === undefined) return setProblem('day');
    setProblem(undefined);
    const outcome = await create({
      organizationId: organization.id,
      name,
      scopes: [...scopes],
      expiresAt,
    });
    if (outcome.kind !== 'success') return;
    const { apiKey, secret } = outcome.payload;
    onCreated({ name: apiKey.name, secret });
  };

  return (
    <FormDialog
      title={texts.createTitle}
      submit={texts.createSubmit}
      size="large"
      onSubmit={() => void submit()}
      onEdit={reset}
      onClose={onClose}
      isPending={isPending}
      failure={
        missing
          ? undefined
          : inWords(failure, { SecretShownBeforeError: () => shared.secretShownBefore })
      }
      error={fields.size > 0 ? undefined : error}
    >
      <TextField
        label={texts.name}
        description={texts.nameHint}
        value={name}
        onChange={setName}
        isRequired
        maxLength={100}
        errorMessage={fields.get('name')}
      />
      <ScopeChoice
        catalog={catalog}
        held={organization.viewerAccess?.scopes ?? []}
        value={scopes}
        onChange={setScopes}
        errorMessage={
          (problem === 'scopes' && scopes.length === 0 ? shared.scopes.needed : undefined) ??
          (missing && shared.scopes.missing(missing)) ??
          fields.get('scopes')
        }
      />
      <ExpiryChoice
        bound={bound}
        choice={expiry}
        onChoice={setExpiry}
        day={day}
        onDay={setDay}
        errorMessage={
          problem === 'day' && expiry === 'day' ? shared.expiry.dayNeeded : fields.get('expiresAt')
        }
      />
    </FormDialog>
  );
}
