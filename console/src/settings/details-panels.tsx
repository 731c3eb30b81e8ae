/** The sections of the profile that have many fields. */
import { AccountFields } from '../organizations/profile/account-fields.tsx';
import { AddressFields } from '../organizations/profile/address-fields.tsx';
import { givenAccounts } from '../organizations/profile/draft.ts';
import { OfferFields } from '../organizations/profile/offer-fields.tsx';
import { texts as profile } from '../texts/en/profile.ts';
import type { SectionProps } from './organization.ts';
import { SectionForm } from './section-form.tsx';
import * as sections from './sections.ts';
import { useSection } from './use-section.ts';

export function AddressPanel(props: SectionProps) {
  const form = useSection(sections.address, props);
  return (
    <SectionForm title={sections.address.title} form={form}>
      <AddressFields
        value={form.draft}
        errors={form.errors}
        onChange={(part, text) => form.change({ [part]: text })}
      />
    </SectionForm>
  );
}

export function OffersPanel(props: SectionProps) {
  const form = useSection(sections.offers, props);
  return (
    <SectionForm title={sections.offers.title} form={form}>
      <OfferFields
        value={form.draft}
        errors={form.errors}
        onChange={(marketplace, url) => form.change({ [marketplace]: url })}
      />
    </SectionForm>
  );
}

export function AccountsPanel(props: SectionProps) {
  const form = useSection(sections.accounts, props);
  const { draft, failure, errors } = form;
  const taken = failure?.__typename === 'ExternalAccountTakenError' ? failure.system : undefined;
  const at = givenAccounts(draft.accounts).findIndex(({ system }) => system === taken);
  return (
    <SectionForm title={sections.accounts.title} form={form}>
      <AccountFields
        value={draft.accounts}
        errors={{
          ...errors,
          of: (field) =>
            field === `externalAccounts.${at}.accountId` && at >= 0
              ? profile.accounts.taken
              : errors.of(field),
        }}
        onChange={(accounts) => form.change({ accounts })}
      />
    </SectionForm>
  );
}
