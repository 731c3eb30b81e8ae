/** The organization's accounts in other systems, one row each. */
import type { FieldErrors } from '../../graphql/field-errors.ts';
import { texts } from '../../texts/en/profile.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { ACCOUNTS_MAX, givenAccounts, type AccountDraft } from './draft.ts';

export interface AccountFieldsProps {
  value: readonly AccountDraft[];
  onChange(rows: readonly AccountDraft[]): void;
  errors: FieldErrors;
}

export function AccountFields({ value, onChange, errors }: AccountFieldsProps) {
  const sent = givenAccounts(value);
  const change = (rows: readonly AccountDraft[]): void => {
    errors.forget('externalAccounts');
    onChange(rows);
  };
  const patch = (row: AccountDraft, part: Partial<AccountDraft>): void =>
    change(value.map((other) => (other === row ? { ...row, ...part } : other)));
  return (
    <div className="stack-tight">
      {value.map((row) => (
        <div key={row.key} className="field-row">
          <TextField
            label={texts.accounts.system}
            placeholder={texts.accounts.systemHint}
            value={row.system}
            onChange={(system) => patch(row, { system })}
            errorMessage={errors.of(`externalAccounts.${sent.indexOf(row)}.system`)}
            maxLength={50}
          />
          <TextField
            label={texts.accounts.account}
            placeholder={texts.accounts.accountHint}
            value={row.accountId}
            onChange={(accountId) => patch(row, { accountId })}
            errorMessage={errors.of(`externalAccounts.${sent.indexOf(row)}.accountId`)}
            maxLength={255}
          />
          <Button
            variant="quiet"
            isIcon
            aria-label={texts.accounts.remove(row.system)}
            onPress={() => change(value.filter((other) => other !== row))}
          >
            ✕
          </Button>
        </div>
      ))}
      {errors.of('externalAccounts') !== undefined && (
        <p className="field-error">{errors.of('externalAccounts')}</p>
      )}
      <div className="row">
        <Button
          isDisabled={value.length >= ACCOUNTS_MAX}
          onPress={() =>
            onChange([...value, { key: crypto.randomUUID(), system: '', accountId: '' }])
          }
        >
          {texts.accounts.add}
        </Button>
      </div>
    </div>
  );
}
