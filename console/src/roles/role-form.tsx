/** The form of a role: a new one, or one that is changed. */
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { badFieldsOf } from '../graphql/field-errors.ts';
import { texts as shared } from '../texts/en/credentials.ts';
import { texts } from '../texts/en/roles.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import type { Failure } from '../ui/mutation-failure.tsx';
import { ScopeChoice } from '../ui/scope-choice.tsx';
import { withoutImplied } from '../ui/scopes.ts';
import { TextField } from '../ui/text-field.tsx';
import { isKey, keyFor, type Catalog, type Role } from './role.ts';

/** What was typed. */
export interface RoleInput {
  name: string;
  key: string;
  description: string;
  scopes: string[];
}

export interface RoleFormProps {
  title: string;
  hint: string;
  submit: string;
  /** The role that is changed; undefined for a new one. */
  of?: Role;
  catalog: Catalog;
  held: readonly string[];
  isPending: boolean;
  failure: Failure | undefined;
  /** The scopes that the caller lacks for it, as the API said. */
  missing: readonly string[] | undefined;
  isKeyTaken?: boolean;
  error: CombinedError | undefined;
  onSubmit(input: RoleInput): void;
  onEdit(): void;
  onClose(): void;
}

export function RoleForm({
  of: role,
  hint,
  catalog,
  held,
  missing,
  isKeyTaken = false,
  error,
  onSubmit,
  ...dialog
}: RoleFormProps) {
  const [name, setName] = useState(role?.name ?? '');
  const [ownKey, setOwnKey] = useState<string>();
  const [description, setDescription] = useState(role?.description ?? '');
  const [scopes, setScopes] = useState<readonly string[]>(() =>
    withoutImplied(role?.scopes ?? [], catalog),
  );
  const [isTried, setTried] = useState(false);
  const fields = badFieldsOf(error);
  const key = ownKey ?? keyFor(name);
  const isKeyWrong = !role && !isKey(key);
  const submit = (): void => {
    setTried(true);
    if (!isKeyWrong) onSubmit({ name, key, description, scopes: [...scopes] });
  };
  return (
    <FormDialog
      {...dialog}
      size="large"
      onSubmit={submit}
      error={fields.size > 0 ? undefined : error}
    >
      <p className="hint">{hint}</p>
      <TextField
        label={texts.name}
        value={name}
        onChange={setName}
        isRequired
        maxLength={100}
        errorMessage={fields.get('name')}
      />
      {!role && (
        <TextField
          label={texts.key}
          description={texts.keyHint}
          value={key}
          onChange={setOwnKey}
          maxLength={63}
          spellCheck="false"
          autoComplete="off"
          errorMessage={
            (isKeyTaken ? texts.keyTaken : undefined) ??
            (isKeyWrong && (isTried || ownKey !== undefined) ? texts.keyWrong : undefined) ??
            fields.get('key')
          }
        />
      )}
      <TextField
        label={texts.description}
        description={texts.descriptionHint}
        rows={2}
        value={description}
        onChange={setDescription}
        maxLength={500}
        errorMessage={fields.get('description')}
      />
      <ScopeChoice
        catalog={catalog}
        held={held}
        value={scopes}
        onChange={setScopes}
        errorMessage={(missing && shared.scopes.missing(missing)) ?? fields.get('scopes')}
      />
    </FormDialog>
  );
}
