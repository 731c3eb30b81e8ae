/** Validates an organization's profile and converts it to the form in which it is stored. */
import { CountryCodeResolver } from 'graphql-scalars';
import { badInput, parseAll } from '../../../errors.ts';
import { isDomainName, requireName, requireStorable, requireText } from '../../../values/text.ts';
import { requireEmail } from '../../../values/email.ts';
import type { OrganizationKind } from '../queries.ts';

type Given<Value> = Value | null | undefined;

export interface AddressInput {
  line1: string;
  line2?: Given<string>;
  city: string;
  state?: Given<string>;
  zip?: Given<string>;
  country: string;
}

export interface BrandingInput {
  logoUrl?: Given<URL>;
  primaryColor?: Given<string>;
  secondaryColor?: Given<string>;
}

/** The input of an update: absent fields stay as they are, null clears. */
export interface DetailsInput {
  name?: Given<string>;
  kind?: Given<OrganizationKind>;
  domain?: Given<string>;
  primaryAddress?: Given<AddressInput>;
  marketplaceOffers?: Given<readonly { marketplace: 'AWS' | 'AZURE' | 'GCP'; url: URL }[]>;
  externalAccounts?: Given<readonly { system: string; accountId: string }[]>;
  invoiceOwner?: Given<'PARTNER' | 'END_CUSTOMER'>;
  branding?: Given<BrandingInput>;
  billingEmail?: Given<string>;
  externalReference?: Given<string>;
}

/** The validated input; fields that were absent are absent. */
export interface Details {
  name?: string;
  kind?: OrganizationKind;
  domain?: string | null;
  profile?: Record<string, string | null>;
  marketplaceOffers?: readonly { marketplace: string; url: string }[];
  externalAccounts?: readonly { system: string; accountId: string }[];
  billingEmail?: string | null;
}

const NAME_LENGTH_MAX = 200;
const ADDRESS_LENGTH_MAX = 200;
const URL_LENGTH_MAX = 2_000;
const REFERENCE_LENGTH_MAX = 100;
/** The maximum number of external accounts of an organization. */
export const ACCOUNTS_MAX = 20;
function requireDomain(domain: string): string {
  const lower = domain.toLowerCase();
  if (!isDomainName(lower))
    throw badInput('domain', 'must be a domain name such as portal.example.com, in its ASCII form');
  return lower;
}

/** Validates an address of the web, and returns it as a text. */
export function requireUrl(url: URL, argument: string): string {
  if (!['https:', 'http:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw badInput(argument, 'must be an http(s) address without credentials');
  }
  if (url.href.length > URL_LENGTH_MAX)
    throw badInput(argument, `must have at most ${URL_LENGTH_MAX} characters`);
  return url.href;
}

function requireColor(color: Given<string>, argument: string): string | null {
  if (color == null) return null;
  if (!/^#[0-9a-f]{6}$/i.test(color)) throw badInput(argument, 'must be a color such as #1a2b3c');
  return color.toLowerCase();
}

function requireCountry(country: string): string {
  try {
    return CountryCodeResolver.parseValue(country).toUpperCase();
  } catch {
    throw badInput('primaryAddress.country', 'must be a two-letter country code of ISO 3166-1');
  }
}

function address(input: AddressInput | null): Record<string, string | null> {
  const part = (value: string, name: string): string =>
    requireText(value, `primaryAddress.${name}`, ADDRESS_LENGTH_MAX);
  const optional = (name: 'line2' | 'state' | 'zip'): string | null =>
    input?.[name] == null ? null : part(input[name], name);
  const [line1, line2, city, state, zip, country] = parseAll(
    () => input && part(input.line1, 'line1'),
    () => optional('line2'),
    () => input && part(input.city, 'city'),
    // Not every country has states and postal codes, and no list of them is kept here.
    () => optional('state'),
    () => optional('zip'),
    () => input && requireCountry(input.country),
  );
  return {
    address_line1: line1,
    address_line2: line2,
    address_city: city,
    address_state: state,
    address_zip: zip,
    address_country: country,
  };
}

function branding(input: BrandingInput | null): Record<string, string | null> {
  // Within the branding too, absent fields stay and null clears.
  return {
    ...(input === null || input.logoUrl !== undefined
      ? { logo_url: input?.logoUrl ? requireUrl(input.logoUrl, 'branding.logoUrl') : null }
      : {}),
    ...(input === null || input.primaryColor !== undefined
      ? { primary_color: requireColor(input?.primaryColor, 'branding.primaryColor') }
      : {}),
    ...(input === null || input.secondaryColor !== undefined
      ? { secondary_color: requireColor(input?.secondaryColor, 'branding.secondaryColor') }
      : {}),
  };
}

function requireDistinct(keys: readonly string[], argument: string, what: string): void {
  if (new Set(keys).size < keys.length) throw badInput(argument, `must name each ${what} once`);
}

function accounts(
  input: readonly { system: string; accountId: string }[],
): readonly { system: string; accountId: string }[] {
  if (input.length > ACCOUNTS_MAX)
    throw badInput('externalAccounts', `must name at most ${ACCOUNTS_MAX} accounts`);
  const checked = input.map(({ system, accountId }, index) => {
    const at = `externalAccounts.${index}`;
    requireStorable(system, `${at}.system`);
    if (!/^[a-z0-9][a-z0-9_-]{0,49}$/.test(system)) {
      throw badInput(
        `${at}.system`,
        'must have 1 to 50 characters of a-z, 0-9, _ and -, e.g. salesforce',
      );
    }
    return { system, accountId: requireText(accountId, `${at}.accountId`, 255) };
  });
  requireDistinct(
    checked.map(({ system }) => system),
    'externalAccounts',
    'system',
  );
  return checked;
}

function offers(
  input: readonly { marketplace: string; url: URL }[],
): readonly { marketplace: string; url: string }[] {
  requireDistinct(
    input.map(({ marketplace }) => marketplace),
    'marketplaceOffers',
    'marketplace',
  );
  return input.map(({ marketplace, url }, index) => ({
    marketplace,
    url: requireUrl(url, `marketplaceOffers.${index}.url`),
  }));
}

/**
 * Returns a check of one field, which yields `key` with the validated value; nothing if the field
 * is absent.
 */
function present<Key extends string, From, To>(
  key: Key,
  value: From | undefined,
  check: (value: From) => To,
): () => Partial<Record<Key, To>> {
  return () => (value === undefined ? {} : ({ [key]: check(value) } as Partial<Record<Key, To>>));
}

/** As `present`, for a field that null clears. An empty text does not clear it, and is checked. */
function clearable<Key extends string, From, To>(
  key: Key,
  given: Given<From>,
  check: (value: From) => To,
) {
  return present(key, given, (value) => (value === null ? null : check(value)));
}

/** Validates the profile. Names every field that is out of its bounds. */
export function requireDetails(input: DetailsInput): Details {
  const [
    name,
    kind,
    address_,
    branding_,
    reference,
    domain,
    marketplaceOffers,
    externalAccounts,
    billingEmail,
  ] = parseAll(
    present('name', input.name, (value) => {
      if (value === null) throw badInput('name', 'cannot be cleared');
      return requireName(value, 'name', NAME_LENGTH_MAX);
    }),
    present('kind', input.kind, (value) => {
      if (value === null) throw badInput('kind', 'cannot be cleared');
      return value;
    }),
    () => (input.primaryAddress === undefined ? {} : address(input.primaryAddress)),
    () => (input.branding === undefined ? {} : branding(input.branding)),
    clearable('external_reference', input.externalReference, (value) =>
      requireText(value, 'externalReference', REFERENCE_LENGTH_MAX),
    ),
    clearable('domain', input.domain, requireDomain),
    present('marketplaceOffers', input.marketplaceOffers, (value) => offers(value ?? [])),
    present('externalAccounts', input.externalAccounts, (value) => accounts(value ?? [])),
    clearable(
      'billingEmail',
      input.billingEmail,
      (value) => requireEmail(value, 'billingEmail').canonical,
    ),
  );
  const invoiceOwner =
    input.invoiceOwner === undefined ? {} : { invoice_owner: input.invoiceOwner };
  const profile = { ...address_, ...branding_, ...reference, ...invoiceOwner };
  return {
    ...name,
    ...kind,
    ...domain,
    ...(Object.keys(profile).length > 0 ? { profile } : {}),
    ...marketplaceOffers,
    ...externalAccounts,
    ...billingEmail,
  };
}
