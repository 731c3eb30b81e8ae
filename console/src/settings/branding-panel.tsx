/** How the organization presents itself. */
import { texts } from '../texts/en/settings.ts';
import { TextField } from '../ui/text-field.tsx';
import type { SectionProps } from './organization.ts';
import { SectionForm } from './section-form.tsx';
import { branding } from './sections.ts';
import { useSection } from './use-section.ts';

export function BrandingPanel(props: SectionProps) {
  const form = useSection(branding, props);
  const { draft, errors, change } = form;
  return (
    <SectionForm title={branding.title} form={form}>
      <TextField
        inputMode="url"
        label={texts.branding.logo}
        description={texts.branding.logoHint}
        placeholder="https://"
        maxLength={2_000}
        value={draft.logo}
        onChange={(logo) => {
          errors.forget('branding.logoUrl');
          change({ logo });
        }}
        errorMessage={errors.of('branding.logoUrl')}
      />
      <ColorField
        label={texts.branding.primary}
        value={draft.primary}
        onChange={(primary) => {
          errors.forget('branding.primaryColor');
          change({ primary });
        }}
        errorMessage={errors.of('branding.primaryColor')}
      />
      <ColorField
        label={texts.branding.secondary}
        value={draft.secondary}
        onChange={(secondary) => {
          errors.forget('branding.secondaryColor');
          change({ secondary });
        }}
        errorMessage={errors.of('branding.secondaryColor')}
      />
    </SectionForm>
  );
}

interface ColorFieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  errorMessage: string | undefined;
}

/** A color as a text, and beside it the browser's own way to choose one. */
function ColorField({ label, value, onChange, errorMessage }: ColorFieldProps) {
  const isColor = /^#[0-9a-f]{6}$/i.test(value);
  return (
    <div className="color-field">
      <TextField
        label={label}
        placeholder={texts.branding.colorHint}
        maxLength={7}
        autoComplete="off"
        spellCheck="false"
        value={value}
        onChange={onChange}
        errorMessage={errorMessage}
      />
      <input
        type="color"
        aria-label={texts.branding.colorOf(label)}
        value={isColor ? value.toLowerCase() : '#808080'}
        data-empty={value === '' || undefined}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
