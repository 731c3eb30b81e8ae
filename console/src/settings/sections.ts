/** The sections of the profile: what each shows as texts, and the input that is made of it. */
import type { UpdateOrganizationInput } from '../generated/settings/graphql.ts';
import {
  accountsInput,
  addressInput,
  badOffers,
  isLink,
  NO_ADDRESS,
  NO_OFFERS,
  offersInput,
  textOrNull,
  type AccountDraft,
  type AddressDraft,
  type Kind,
  type OffersDraft,
} from '../organizations/profile/draft.ts';
import { texts as common } from '../texts/en.ts';
import { texts as profile } from '../texts/en/profile.ts';
import { texts } from '../texts/en/settings.ts';
import type { Values } from './merge.ts';
import type { Organization } from './organization.ts';

export type Input = Omit<UpdateOrganizationInput, 'id' | 'expectedVersion' | 'idempotencyKey'>;

/** A part of the profile that is saved on its own. */
export interface Section<Draft extends Values> {
  title: string;
  read(organization: Organization): Draft;
  write(draft: Draft): Input;
  /** What cannot be sent, by its field in the input. */
  check?(draft: Draft): [field: string, message: string][];
  /** The name of a value, and how it is shown beside another. */
  label(key: keyof Draft & string): string;
  show?(key: keyof Draft & string, draft: Draft): string;
}

export type GeneralDraft = Readonly<{ name: string; kind: Kind; reference: string }>;
export const general: Section<GeneralDraft> = {
  title: texts.general,
  read: ({ name, kind, externalReference }) => ({ name, kind, reference: externalReference ?? '' }),
  write: ({ name, kind, reference }) => ({
    name: name.trim(),
    kind,
    externalReference: textOrNull(reference),
  }),
  label: (key) => profile[key],
  show: (key, draft) => (key === 'kind' ? common.kinds[draft.kind] : draft[key]),
};

export type DomainDraft = Readonly<{ domain: string }>;
export const domain: Section<DomainDraft> = {
  title: texts.domain.title,
  read: ({ domain: stored }) => ({ domain: stored ?? '' }),
  write: (draft) => ({ domain: textOrNull(draft.domain)?.trim() ?? null }),
  label: () => texts.domain.title,
};

export type BrandingDraft = Readonly<{ logo: string; primary: string; secondary: string }>;
export const branding: Section<BrandingDraft> = {
  title: texts.branding.title,
  read: ({ branding: stored }) => ({
    logo: stored?.logoUrl ?? '',
    primary: stored?.primaryColor ?? '',
    secondary: stored?.secondaryColor ?? '',
  }),
  write: ({ logo, primary, secondary }) => ({
    branding: {
      logoUrl: textOrNull(logo.trim()),
      primaryColor: textOrNull(primary.trim()),
      secondaryColor: textOrNull(secondary.trim()),
    },
  }),
  check: ({ logo }) => (isLink(logo) ? [] : [['branding.logoUrl', common.input.url]]),
  label: (key) => texts.branding[key],
};

export const address: Section<AddressDraft> = {
  title: texts.address,
  read: ({ primaryAddress: stored }) => ({
    ...NO_ADDRESS,
    ...(stored && {
      line1: stored.line1,
      line2: stored.line2 ?? '',
      city: stored.city,
      state: stored.state,
      zip: stored.zip,
      country: stored.country,
    }),
  }),
  write: (draft) => ({ primaryAddress: addressInput(draft) }),
  label: (key) => profile.address[key],
};

export const offers: Section<OffersDraft> = {
  title: texts.offers,
  read: ({ marketplaceOffers }) => ({
    ...NO_OFFERS,
    ...Object.fromEntries(
      (marketplaceOffers ?? []).map(({ marketplace, url }) => [marketplace, url]),
    ),
  }),
  write: (draft) => ({ marketplaceOffers: offersInput(draft) }),
  check: (draft) => badOffers(draft, common.input.url),
  label: (key) => profile.marketplaces[key],
};

export type AccountsDraft = Readonly<{ accounts: readonly AccountDraft[] }>;
export const accounts: Section<AccountsDraft> = {
  title: texts.accounts,
  read: ({ externalAccounts }) => ({
    accounts: (externalAccounts ?? []).map(({ id, system, accountId }) => ({
      key: id,
      system,
      accountId,
    })),
  }),
  write: (draft) => ({ externalAccounts: accountsInput(draft.accounts) }),
  label: () => texts.accounts,
  show: (_key, draft) =>
    draft.accounts.map(({ system, accountId }) => `${system}: ${accountId}`).join(', '),
};

export type BillingDraft = Readonly<{ email: string; owner: '' | 'PARTNER' | 'END_CUSTOMER' }>;
export const billing: Section<BillingDraft> = {
  title: texts.billing.title,
  read: ({ billing: stored, invoiceOwner }) => ({
    email: stored?.email ?? '',
    owner: invoiceOwner ?? '',
  }),
  write: ({ email, owner }) => ({
    billingEmail: textOrNull(email.trim()),
    invoiceOwner: owner === '' ? null : owner,
  }),
  label: (key) => texts.billing[key],
  show: (key, draft) => (key === 'owner' ? texts.billing.owners[draft.owner] : draft.email),
};
