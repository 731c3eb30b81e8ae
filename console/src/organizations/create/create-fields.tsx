/** The fields of a new organization. What is optional appears when it is wanted. */
import { useState, type ReactNode } from 'react';
import type { FieldErrors } from '../../graphql/field-errors.ts';
import { texts } from '../../texts/en/create.ts';
import { Button } from '../../ui/button.tsx';
import { useFirstFocus } from '../../ui/first-focus.ts';
import { AccountFields } from '../profile/account-fields.tsx';
import { AddressFields } from '../profile/address-fields.tsx';
import { KindField } from '../profile/kind-field.tsx';
import { OfferFields } from '../profile/offer-fields.tsx';
import { ProfileField } from '../profile/profile-field.tsx';
import { STANDARD_ROLE, type Draft } from './draft.ts';
import { PeopleFields } from './people-fields.tsx';
import { SlugField } from './slug-field.tsx';
import type { SlugState } from './use-slug.ts';

export interface CreateFieldsProps {
  draft: Draft;
  slug: SlugState;
  roles: readonly { key: string; name: string; description?: string | null }[];
  errors: FieldErrors;
  onChange(part: Partial<Draft>): void;
}

type Section = 'address' | 'offers' | 'accounts' | 'people';
const SECTIONS: readonly Section[] = ['people', 'address', 'offers', 'accounts'];

export function CreateFields({ draft, slug, roles, errors, onChange }: CreateFieldsProps) {
  const [shown, setShown] = useState<ReadonlySet<Section>>(new Set());
  const show = (section: Section): void => {
    setShown(new Set([...shown, section]));
    // The first row is there at once.
    const key = crypto.randomUUID();
    if (section === 'people' && draft.people.length === 0)
      onChange({ people: [{ key, email: '', role: STANDARD_ROLE }] });
    if (section === 'accounts' && draft.accounts.length === 0)
      onChange({ accounts: [{ key, system: '', accountId: '' }] });
  };
  const fieldsOf: Record<Section, ReactNode> = {
    people: (
      <PeopleFields
        value={draft.people}
        onChange={(people) => onChange({ people })}
        roles={roles}
        errors={errors}
      />
    ),
    address: (
      <AddressFields
        value={draft.address}
        onChange={(part, text) => onChange({ address: { ...draft.address, [part]: text } })}
        errors={errors}
      />
    ),
    offers: (
      <OfferFields
        value={draft.offers}
        onChange={(marketplace, url) =>
          onChange({ offers: { ...draft.offers, [marketplace]: url } })
        }
        errors={errors}
      />
    ),
    accounts: (
      <AccountFields
        value={draft.accounts}
        onChange={(accounts) => onChange({ accounts })}
        errors={errors}
      />
    ),
  };
  return (
    <>
      <BasicFields draft={draft} slug={slug} errors={errors} onChange={onChange} />
      {SECTIONS.filter((section) => shown.has(section)).map((section) => (
        <fieldset key={section} className="form-section">
          <legend>{texts.sections[section]}</legend>
          {fieldsOf[section]}
        </fieldset>
      ))}
      {shown.size < SECTIONS.length && (
        <div className="row">
          {SECTIONS.filter((section) => !shown.has(section)).map((section) => (
            <Button key={section} variant="quiet" onPress={() => show(section)}>
              + {texts.sections[section]}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}

function BasicFields({ draft, slug, errors, onChange }: Omit<CreateFieldsProps, 'roles'>) {
  const grid = useFirstFocus<HTMLDivElement>('input');
  return (
    <div className="form-grid" ref={grid}>
      <ProfileField
        field="name"
        value={draft.name}
        onChange={(name) => {
          if (draft.slug === undefined) errors.forget('slug');
          onChange({ name });
        }}
        errors={errors}
      />
      <SlugField
        slug={slug}
        onChange={(typed) => {
          errors.forget('slug');
          onChange({ slug: typed });
        }}
        errorMessage={errors.of('slug')}
      />
      <KindField value={draft.kind} onChange={(kind) => onChange({ kind })} />
      <ProfileField
        field="domain"
        placeholder={texts.optional}
        value={draft.domain}
        onChange={(domain) => onChange({ domain })}
        errors={errors}
      />
      <ProfileField
        field="reference"
        placeholder={texts.optional}
        value={draft.reference}
        onChange={(reference) => onChange({ reference })}
        errors={errors}
      />
    </div>
  );
}
