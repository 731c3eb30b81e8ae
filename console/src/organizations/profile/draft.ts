/** An organization's profile as it is typed: texts, empty where nothing is given. */

/** An account in another system. The key tells rows apart while they are edited. */
export interface AccountDraft {
  key: string;
  system: string;
  accountId: string;
}

export const KINDS = ['CUSTOMER', 'RESELLER', 'AGENCY', 'AFFILIATE', 'CHANNEL_PARTNER'] as const;
export type Kind = (typeof KINDS)[number];

export const ADDRESS_PARTS = ['line1', 'line2', 'city', 'state', 'zip', 'country'] as const;
export type AddressPart = (typeof ADDRESS_PARTS)[number];
export type AddressDraft = Readonly<Record<AddressPart, string>>;

export const MARKETPLACES = ['AWS', 'AZURE', 'GCP'] as const;
export type MarketplaceName = (typeof MARKETPLACES)[number];
export type OffersDraft = Readonly<Record<MarketplaceName, string>>;

/** How many accounts an organization can have. */
export const ACCOUNTS_MAX = 20;

export const NO_ADDRESS: AddressDraft = {
  line1: '',
  line2: '',
  city: '',
  state: '',
  zip: '',
  country: '',
};
export const NO_OFFERS: OffersDraft = { AWS: '', AZURE: '', GCP: '' };

/** A text as input: null where it is empty, which clears. */
export const textOrNull = (text: string): string | null => (text.trim() === '' ? null : text);

/** The address as input; null if no part of it is given. */
export function addressInput(draft: AddressDraft) {
  if (ADDRESS_PARTS.every((part) => draft[part].trim() === '')) return null;
  const { line2, state, zip, country, ...rest } = draft;
  return {
    ...rest,
    country: country.trim().toUpperCase(),
    line2: textOrNull(line2),
    // Not every country has them.
    state: textOrNull(state),
    zip: textOrNull(zip),
  };
}

/** The marketplaces with a link, in the order of the input. */
export const offered = (draft: OffersDraft): MarketplaceName[] =>
  MARKETPLACES.filter((marketplace) => draft[marketplace].trim() !== '');

export const offersInput = (draft: OffersDraft) =>
  offered(draft).map((marketplace) => ({ marketplace, url: draft[marketplace].trim() }));

/** The rows of which something is given, in the order of the input. */
export const givenAccounts = (rows: readonly AccountDraft[]): AccountDraft[] =>
  rows.filter(({ system, accountId }) => `${system}${accountId}`.trim() !== '');

export const accountsInput = (rows: readonly AccountDraft[]) =>
  givenAccounts(rows).map(({ system, accountId }) => ({
    system: system.trim().toLowerCase(),
    accountId: accountId.trim(),
  }));

/** Whether a link can be sent; what may stand in it is the API's to say. */
export const isLink = (text: string): boolean => text.trim() === '' || URL.canParse(text.trim());

/** The links that cannot be sent, by their field in the input. */
export function badOffers(draft: OffersDraft, message: string): [string, string][] {
  return offered(draft).flatMap((marketplace, at): [string, string][] =>
    isLink(draft[marketplace]) ? [] : [[`marketplaceOffers.${at}.url`, message]],
  );
}
