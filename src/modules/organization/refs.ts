/**
 * The organization type and its connection, apart from their fields so that other domains can refer
 * to them.
 */
import { builder } from '../../graphql/builder.ts';
import { connectionType } from '../../graphql/connection.ts';
import type { OrganizationKind, OrganizationRow } from './queries.ts';

export const OrganizationRef = builder.objectRef<OrganizationRow>('Organization');

export const OrganizationKindRef = builder.enumType('OrganizationKind', {
  description: 'The kind of organization it is to the one above it. More kinds may be added.',
  values: {
    AGENCY: { description: 'Runs a whole tree of clients.' },
    RESELLER: { description: 'Sells to its own customers.' },
    AFFILIATE: { description: 'Refers customers.' },
    CHANNEL_PARTNER: { description: 'Sells through a marketplace or another channel.' },
    CUSTOMER: { description: 'Uses the product itself.' },
  } satisfies Record<OrganizationKind, object>,
});

export const OrganizationStatusRef = builder.enumType('OrganizationStatus', {
  description: 'Whether an organization is in use.',
  values: {
    ACTIVE: { description: 'In use.' },
    SUSPENDED: {
      description:
        'Its own credentials and those of everything below it are refused; callers above can still read it.',
    },
    DELETED: { description: 'Deleted and still restorable.' },
  },
});

export const OrganizationConnectionRef = connectionType<OrganizationRow>({
  name: 'Organization',
  node: OrganizationRef,
  plural: 'organizations',
});

/** What a breadcrumb of slugs weighs: it can be as long as twenty other values. */
export const BREADCRUMB_WEIGHT = 20;
