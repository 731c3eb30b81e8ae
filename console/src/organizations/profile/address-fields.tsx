/** The parts of a postal address. */
import type { FieldErrors } from '../../graphql/field-errors.ts';
import { texts } from '../../texts/en/profile.ts';
import { TextField } from '../../ui/text-field.tsx';
import { ADDRESS_PARTS, type AddressDraft, type AddressPart } from './draft.ts';

const AUTOCOMPLETE: Readonly<Record<AddressPart, string>> = {
  line1: 'address-line1',
  line2: 'address-line2',
  city: 'address-level2',
  state: 'address-level1',
  zip: 'postal-code',
  country: 'country',
};

export interface AddressFieldsProps {
  value: AddressDraft;
  onChange(part: AddressPart, text: string): void;
  errors: FieldErrors;
}

export function AddressFields({ value, onChange, errors }: AddressFieldsProps) {
  return (
    <div className="form-grid">
      {ADDRESS_PARTS.map((part) => (
        <TextField
          key={part}
          label={texts.address[part]}
          value={value[part]}
          onChange={(text) => {
            errors.forget(`primaryAddress.${part}`);
            onChange(part, text);
          }}
          errorMessage={errors.of(`primaryAddress.${part}`)}
          autoComplete={AUTOCOMPLETE[part]}
          maxLength={part === 'country' ? 2 : 200}
          {...(part === 'country' && { description: countryHint(value.country) })}
        />
      ))}
    </div>
  );
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** The name of the country, so that a slip is seen. */
function countryHint(code: string): string {
  if (!/^[a-z]{2}$/i.test(code.trim())) return texts.address.countryHint;
  return countries.of(code.trim().toUpperCase()) ?? texts.address.noCountry;
}
