/**
 * What an organization shows of itself beside its place in the tree: address, branding, accounts,
 * billing, limits, provisioning.
 */
import { inside, requires, requiresOneOf } from '../../../graphql/guards.ts';
import { column, emailColumn, publicIdOf, related, rowsInSql } from '../../../compiler/forms.ts';
import { builder } from '../../../graphql/builder.ts';
import { encodeId } from '../../../values/ids.ts';
import { atMost } from '../../../graphql/cost.ts';
import { shownEmail } from '../../../values/email.ts';
import { PROFILE_SCOPES, profileField } from './column-type.ts';
import { ACCOUNTS_MAX } from './input.ts';
import {
  addressOfRow,
  billing,
  branding,
  brandingOfRow,
  externalAccounts,
  marketplaceOffers,
  profile,
  type BillingRow,
  type BrandingRow,
  type ExternalAccountRow,
  type MarketplaceOfferRow,
  type ProfileRow,
} from './queries.ts';
import { OrganizationRef } from '../refs.ts';

const AddressRef = builder.objectRef<ProfileRow>('Address').implement({
  description: 'A postal address.',
  fields: (t) => ({
    line1: t.string({
      description: 'Street and number.',
      resolve: (row) => row.address_line1 ?? '',
      extensions: column('line1'),
    }),
    line2: t.exposeString('address_line2', {
      nullable: true,
      description: 'Floor, suite or care-of.',
    }),
    city: t.string({
      description: 'City.',
      resolve: (row) => row.address_city ?? '',
      extensions: column('city'),
    }),
    state: t.string({
      description: 'State, province or region; empty where there is none.',
      resolve: (row) => row.address_state ?? '',
      extensions: column('state'),
    }),
    zip: t.string({
      description: 'Postal code; empty where there is none.',
      resolve: (row) => row.address_zip ?? '',
      extensions: column('zip'),
    }),
    country: t.string({
      description: 'Country, ISO 3166-1 alpha-2.',
      resolve: (row) => row.address_country ?? '',
      extensions: column('country'),
    }),
  }),
});

/** How many marketplaces there are. */
const MARKETPLACES = 3;

export const MarketplaceRef = builder.enumType('Marketplace', {
  description: 'Cloud marketplaces.',
  values: {
    AWS: { description: 'AWS Marketplace.' },
    AZURE: { description: 'Azure Marketplace.' },
    GCP: { description: 'Google Cloud Marketplace.' },
  },
});

const MarketplaceOfferRef = builder.objectRef<MarketplaceOfferRow>('MarketplaceOffer').implement({
  description: "Where the organization's offer is available.",
  fields: (t) => ({
    marketplace: t.expose('marketplace', { type: MarketplaceRef, description: 'The marketplace.' }),
    url: t.expose('url', { type: 'URL', description: 'Link to the offer.' }),
  }),
});

const ExternalAccountRef = builder.objectRef<ExternalAccountRow>('ExternalAccount').implement({
  description: 'An account of the organization in another system.',
  fields: (t) => ({
    id: t.id({
      description: 'Id of this record (ref_…).',
      resolve: ({ id }) => encodeId('ExternalAccount', id),
      extensions: publicIdOf('ExternalAccount'),
    }),
    system: t.exposeString('system', {
      description: 'The other system, e.g. zuora, salesforce, labra.',
    }),
    accountId: t.exposeString('account_id', { description: "The account's id there." }),
  }),
});

export const InvoiceOwnerRef = builder.enumType('InvoiceOwner', {
  description: 'Who owns the invoices in the billing system.',
  values: {
    PARTNER: { description: 'The partner.' },
    END_CUSTOMER: { description: 'The end customer.' },
  },
});

const BrandingRef = builder.objectRef<Partial<BrandingRow>>('Branding').implement({
  description: 'How the organization presents itself.',
  fields: (t) => ({
    logoUrl: t.field({
      type: 'URL',
      nullable: true,
      description: 'Address of the logo.',
      resolve: (row) => row.logo_url ?? null,
      extensions: column('logo_url'),
    }),
    primaryColor: t.string({
      nullable: true,
      description: 'Main color, #rrggbb.',
      resolve: (row) => row.primary_color ?? null,
      extensions: column('primary_color'),
    }),
    secondaryColor: t.string({
      nullable: true,
      description: 'Second color, #rrggbb.',
      resolve: (row) => row.secondary_color ?? null,
      extensions: column('secondary_color'),
    }),
  }),
});

export const BillingRef = builder.objectRef<BillingRow>('Billing').implement({
  description: "The organization's billing account.",
  fields: (t) => ({
    plan: t.exposeString('plan', { description: 'Key of the plan, e.g. free.' }),
    status: t.exposeString('status', {
      description:
        "State of the subscription, in the billing provider's words; pending before it is provisioned.",
    }),
    email: t.field({
      type: 'EmailAddress',
      nullable: true,
      description: 'Where invoices go.',
      resolve: ({ email }) => email && shownEmail(email),
      extensions: emailColumn('email'),
    }),
    customerId: t.exposeString('customer_id', {
      nullable: true,
      description: 'The customer at the billing provider.',
    }),
    subscriptionId: t.exposeString('subscription_id', {
      nullable: true,
      description: 'The subscription at the billing provider.',
    }),
  }),
});

builder.objectFields(OrganizationRef, (t) => ({
  primaryAddress: t.field({
    type: AddressRef,
    nullable: true,
    description:
      "The organization's main address. Requires `organizations:manage` or `billing:manage`.",
    authScopes: requiresOneOf(...PROFILE_SCOPES),
    async resolve({ id }, _args, { loaders }) {
      const row = await loaders.load(profile, null, id);
      return row?.address_line1 == null ? null : row;
    },
    extensions: rowsInSql(({ viewer }) => addressOfRow(viewer)),
  }),
  marketplaceOffers: t.field({
    type: [MarketplaceOfferRef],
    nullable: true,
    description:
      "Links to the organization's offers, at most one per marketplace. Requires `organizations:manage`.",
    extensions: { ...atMost(MARKETPLACES), ...related(marketplaceOffers, 'id') },
    authScopes: requires('organizations:manage'),
    resolve: ({ id }, _args, { loaders }) => loaders.load(marketplaceOffers, null, id),
  }),
  externalAccounts: t.field({
    type: [ExternalAccountRef],
    nullable: true,
    description:
      'Accounts of this organization in other systems, one per system. Requires `organizations:manage`.',
    extensions: { ...atMost(ACCOUNTS_MAX), ...related(externalAccounts, 'id') },
    authScopes: requires('organizations:manage'),
    resolve: ({ id }, _args, { loaders }) => loaders.load(externalAccounts, null, id),
  }),
  invoiceOwner: t.field({
    type: InvoiceOwnerRef,
    nullable: true,
    description:
      'Who owns the invoices in the billing system. Requires `organizations:manage` or `billing:manage`.',
    ...profileField('invoice_owner'),
  }),
  externalReference: t.string({
    nullable: true,
    description:
      "What the partner's own systems call the organization, e.g. a customer number: 1 to 100 characters, not necessarily unique, and not " +
      'searched. Requires `organizations:manage` or `billing:manage`.',
    ...profileField('external_reference'),
  }),
  branding: t.field({
    type: BrandingRef,
    nullable: true,
    description: 'How the organization presents itself.',
    authScopes: inside,
    resolve: async ({ id }, _args, { loaders }) => (await loaders.load(branding, null, id)) ?? {},
    extensions: rowsInSql(({ viewer }) => brandingOfRow(viewer)),
  }),
  billing: t.field({
    type: BillingRef,
    nullable: true,
    description: 'The billing account; null if there is none yet. Requires `billing:manage`.',
    authScopes: requires('billing:manage'),
    resolve: ({ id }, _args, { loaders }) => loaders.load(billing, null, id),
    extensions: related(billing, 'id'),
  }),
}));
