/** People to invite to a new organization: an address and a role each. */
import type { ClipboardEvent } from 'react';
import type { FieldErrors } from '../../graphql/field-errors.ts';
import { texts } from '../../texts/en/create.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import { TextField } from '../../ui/text-field.tsx';
import {
  addressesIn,
  givenPeople,
  PEOPLE_MAX,
  repeatedPeople,
  STANDARD_ROLE,
  type InviteeDraft,
} from './draft.ts';

export interface PeopleFieldsProps {
  value: readonly InviteeDraft[];
  onChange(people: readonly InviteeDraft[]): void;
  /** The roles that can be given, by key. */
  roles: readonly { key: string; name: string; description?: string | null }[];
  errors: FieldErrors;
}

const newRow = (email = '', role = STANDARD_ROLE): InviteeDraft => ({
  key: crypto.randomUUID(),
  email,
  role,
});

export function PeopleFields({ value, onChange, roles, errors }: PeopleFieldsProps) {
  const sent = givenPeople(value);
  const repeated = repeatedPeople(value);
  const change = (rows: readonly InviteeDraft[]): void => {
    errors.forget('users');
    onChange(rows);
  };
  const patch = (row: InviteeDraft, part: Partial<InviteeDraft>): void =>
    change(value.map((other) => (other === row ? { ...row, ...part } : other)));
  const paste = (row: InviteeDraft, event: ClipboardEvent): void => {
    const addresses = addressesIn(event.clipboardData.getData('text'));
    if (addresses.length < 2) return;
    event.preventDefault();
    const rows = addresses.map((email) => newRow(email, row.role));
    change(value.flatMap((other) => (other === row ? rows : [other])));
  };
  const options = roles.map(({ key, name, description }) => ({
    value: key,
    label: name,
    description: description ?? undefined,
  }));
  return (
    <div className="stack-tight">
      {value.map((row) => (
        <div key={row.key} className="field-row">
          <TextField
            label={texts.people.email}
            placeholder={texts.people.emailHint}
            inputMode="email"
            autoComplete="off"
            value={row.email}
            onChange={(email) => patch(row, { email })}
            onPaste={(event) => paste(row, event)}
            errorMessage={
              errors.of(`users.${sent.indexOf(row)}.email`) ??
              (repeated.has(row) ? texts.people.twice : undefined)
            }
          />
          <Select
            label={texts.people.role}
            options={options}
            value={row.role}
            onChange={(role) => patch(row, { role })}
          />
          <Button
            variant="quiet"
            isIcon
            aria-label={texts.people.remove(row.email)}
            onPress={() => change(value.filter((other) => other !== row))}
          >
            ✕
          </Button>
        </div>
      ))}
      {sent.length > PEOPLE_MAX && <p className="field-error">{texts.people.tooMany}</p>}
      <div className="row">
        <Button
          isDisabled={value.length >= PEOPLE_MAX}
          onPress={() => onChange([...value, newRow()])}
        >
          {texts.people.add}
        </Button>
      </div>
    </div>
  );
}
