/** The sections of the profile with few fields. */
import { texts as profile } from '../texts/en/profile.ts';
import { texts } from '../texts/en/settings.ts';
import { KindField } from '../organizations/profile/kind-field.tsx';
import { ProfileField } from '../organizations/profile/profile-field.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { Select } from '../ui/select.tsx';
import { TextField } from '../ui/text-field.tsx';
import type { SectionProps } from './organization.ts';
import { SectionForm } from './section-form.tsx';
import * as sections from './sections.ts';
import { useSection } from './use-section.ts';

export function GeneralPanel(props: SectionProps) {
  const form = useSection(sections.general, props);
  const { draft, errors, change } = form;
  return (
    <SectionForm title={sections.general.title} form={form}>
      <ProfileField
        field="name"
        value={draft.name}
        onChange={(name) => change({ name })}
        errors={errors}
      />
      <div className="field">
        <span className="field-label">{profile.slug}</span>
        <Copyable text={props.organization.slug} label={profile.slug} />
        <span className="hint">{texts.slugHint}</span>
      </div>
      <KindField value={draft.kind} onChange={(kind) => change({ kind })} />
      <ProfileField
        field="reference"
        value={draft.reference}
        onChange={(reference) => change({ reference })}
        errors={errors}
      />
    </SectionForm>
  );
}

export function DomainPanel(props: SectionProps) {
  const form = useSection(sections.domain, props);
  const { draft, errors, change, isChanged } = form;
  return (
    <SectionForm title={sections.domain.title} form={form}>
      <ProfileField
        field="domain"
        {...(isChanged && draft.domain !== '' && { description: texts.domain.again })}
        value={draft.domain}
        onChange={(domain) => change({ domain })}
        errors={errors}
      />
    </SectionForm>
  );
}

export function BillingPanel(props: SectionProps & { withEmail: boolean }) {
  const form = useSection(sections.billing, props);
  const { draft, errors, change } = form;
  return (
    <SectionForm title={sections.billing.title} form={form}>
      {props.withEmail && (
        <TextField
          inputMode="email"
          label={texts.billing.email}
          description={texts.billing.emailHint}
          autoComplete="off"
          value={draft.email}
          onChange={(email) => {
            errors.forget('billingEmail');
            change({ email });
          }}
          errorMessage={errors.of('billingEmail')}
        />
      )}
      <Select
        label={texts.billing.owner}
        options={(['', 'PARTNER', 'END_CUSTOMER'] as const).map((owner) => ({
          value: owner,
          label: texts.billing.owners[owner],
        }))}
        value={draft.owner}
        onChange={(owner) => change({ owner })}
      />
    </SectionForm>
  );
}
