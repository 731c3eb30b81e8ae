/** The mutation that changes what an organization shows of itself. */
import { builder } from '../../../graphql/builder.ts';
import { decodeId } from '../../../values/ids.ts';
import { expectedVersion, idempotencyKey, mutation } from '../../../graphql/mutation.ts';
import { updateOrganization } from './commands.ts';
import { InvoiceOwnerRef, MarketplaceRef } from './type.ts';
import { OrganizationKindRef } from '../refs.ts';
import { organizationPayload } from '../payload.ts';
import { IdempotencyConflictError } from '../../../command/errors.ts';
import { ExternalAccountTakenError, VersionConflictError } from '../errors.ts';
import { userErrorFields, type Types } from '../../../graphql/user-error.ts';

userErrorFields(VersionConflictError, (t) => ({
  currentVersion: t.exposeInt('currentVersion', { description: 'The current version.' }),
}));

userErrorFields(ExternalAccountTakenError, (t) => ({
  system: t.exposeString('system', { description: 'The other system.' }),
  accountId: t.exposeString('accountId', { description: "The account's id there." }),
}));

export const AddressInputRef = builder.inputType('AddressInput', {
  description: 'A postal address; each part has 1 to 200 characters.',
  fields: (t) => ({
    line1: t.string({ required: true, description: 'Street and number.' }),
    line2: t.string({ description: 'Floor, suite or care-of.' }),
    city: t.string({ required: true, description: 'City.' }),
    state: t.string({
      description: 'State, province or region. Absent or null where the country has none.',
    }),
    zip: t.string({ description: 'Postal code. Absent or null where the country has none.' }),
    country: t.string({ required: true, description: 'Country, ISO 3166-1 alpha-2.' }),
  }),
});

export const MarketplaceOfferInputRef = builder.inputType('MarketplaceOfferInput', {
  description: "Where the organization's offer is available.",
  fields: (t) => ({
    marketplace: t.field({
      type: MarketplaceRef,
      required: true,
      description: 'The marketplace; each at most once.',
    }),
    url: t.field({
      type: 'URL',
      required: true,
      description: 'Link to the offer, http(s), at most 2,000 characters.',
    }),
  }),
});

export const ExternalAccountInputRef = builder.inputType('ExternalAccountInput', {
  description:
    'An account of the organization in another system. One account belongs to one organization.',
  fields: (t) => ({
    system: t.string({
      required: true,
      description: 'The other system, e.g. zuora: 1 to 50 of a-z, 0-9, _ and -; each at most once.',
    }),
    accountId: t.string({
      required: true,
      description: "The account's id there, 1 to 255 characters.",
    }),
  }),
});

const BrandingInputRef = builder.inputType('BrandingInput', {
  description: 'How the organization presents itself; absent fields stay as they are, null clears.',
  fields: (t) => ({
    logoUrl: t.field({
      type: 'URL',
      description: 'Address of the logo, http(s), at most 2,000 characters.',
    }),
    primaryColor: t.string({ description: 'Main color, #rrggbb.' }),
    secondaryColor: t.string({ description: 'Second color, #rrggbb.' }),
  }),
});

/** Fields of the profile that are the same when an organization is created and when it is changed. */
export function profileInputFields(t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>) {
  return {
    invoiceOwner: t.field({
      type: InvoiceOwnerRef,
      description: 'Who owns the invoices in the billing system.',
    }),
    branding: t.field({ type: BrandingInputRef, description: 'How it presents itself.' }),
    externalReference: t.string({
      description:
        "What the partner's own systems call it, e.g. a customer number: 1 to 100 characters, at least one of them visible.",
    }),
  };
}

mutation('updateOrganization', {
  description:
    'Changes details of an organization: absent fields stay as they are, null clears. The slug never changes. ' +
    'Requires the `organizations:manage` scope, and `billing:manage` for `billingEmail`.',
  input: builder.inputType('UpdateOrganizationInput', {
    description: 'What to change.',
    fields: (t) => ({
      id: t.id({ required: true, description: "The caller's organization, or one below it." }),
      expectedVersion: t.int({ description: expectedVersion }),
      name: t.string({
        description:
          'Display name: 1 to 200 characters, at least one of them visible, and not a link. Cannot be cleared.',
      }),
      kind: t.field({
        type: OrganizationKindRef,
        description: 'The kind of organization it is to the one above it. Cannot be cleared.',
      }),
      domain: t.string({
        description:
          "The organization's own domain, in ASCII form. A new domain has to be verified again.",
      }),
      primaryAddress: t.field({
        type: AddressInputRef,
        description: 'The whole address; it replaces the existing one.',
      }),
      marketplaceOffers: t.field({
        type: [MarketplaceOfferInputRef],
        description: 'All offers; they replace the existing ones.',
      }),
      externalAccounts: t.field({
        type: [ExternalAccountInputRef],
        description: 'All accounts, at most 20; they replace the existing ones.',
      }),
      ...profileInputFields(t),
      billingEmail: t.field({ type: 'EmailAddress', description: 'Where invoices go.' }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: organizationPayload('UpdateOrganizationPayload', 'The organization was changed.'),
  errors: [VersionConflictError, ExternalAccountTakenError, IdempotencyConflictError],
  run: (input, request) =>
    updateOrganization(request, { ...input, id: decodeId('Organization', input.id, 'id') }),
});
