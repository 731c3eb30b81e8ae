/** A field of the profile that is one line of text. */
import type { FieldErrors } from '../../graphql/field-errors.ts';
import { texts } from '../../texts/en/profile.ts';
import { TextField, type TextFieldProps } from '../../ui/text-field.tsx';

const FIELDS = {
  name: {
    input: 'name',
    label: texts.name,
    isRequired: true,
    validationBehavior: 'aria',
    maxLength: 200,
  },
  domain: {
    input: 'domain',
    label: texts.domain,
    description: texts.domainHint,
    spellCheck: 'false',
  },
  reference: {
    input: 'externalReference',
    label: texts.reference,
    description: texts.referenceHint,
    maxLength: 100,
  },
} as const;

export interface ProfileFieldProps extends Pick<TextFieldProps, 'description' | 'placeholder'> {
  field: keyof typeof FIELDS;
  value: string;
  onChange(text: string): void;
  errors: FieldErrors;
}

export function ProfileField({ field, value, onChange, errors, ...texts }: ProfileFieldProps) {
  const { input, ...props } = FIELDS[field];
  return (
    <TextField
      {...props}
      {...texts}
      autoComplete="off"
      value={value}
      onChange={(text) => {
        errors.forget(input);
        onChange(text);
      }}
      errorMessage={errors.of(input)}
    />
  );
}
