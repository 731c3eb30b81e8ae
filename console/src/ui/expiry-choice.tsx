/** A choice of when a new credential stops working. */
import { useState } from 'react';
import { texts } from '../texts/en/credentials.ts';
import { expiryChoices, type Expiry } from './expiry.ts';
import { formatDateTime } from './format.ts';
import { Select } from './select.tsx';
import { TextField } from './text-field.tsx';

export interface ExpiryChoiceProps {
  /** When the caller's own credential expires; null for never, or for a session. */
  bound: string | null;
  choice: Expiry;
  onChoice(choice: Expiry): void;
  day: string;
  onDay(day: string): void;
  errorMessage?: string | undefined;
}

export function ExpiryChoice({
  bound,
  choice,
  onChoice,
  day,
  onDay,
  errorMessage,
}: ExpiryChoiceProps) {
  const [now] = useState(() => new Date());
  const own = bound === null ? undefined : texts.expiry.own(formatDateTime(bound));
  return (
    <>
      <Select
        label={texts.expiry.label}
        value={choice}
        onChange={onChoice}
        options={expiryChoices(bound, now).map((value) => ({
          value,
          label: (value === 'own' ? own : undefined) ?? texts.expiry.choices[value],
        }))}
      />
      {choice === 'day' ? (
        <TextField
          label={texts.expiry.day}
          description={texts.expiry.dayHint}
          type="date"
          value={day}
          onChange={onDay}
          isRequired
          errorMessage={errorMessage}
        />
      ) : (
        errorMessage !== undefined && (
          <p className="field-error" role="alert">
            {errorMessage}
          </p>
        )
      )}
    </>
  );
}
