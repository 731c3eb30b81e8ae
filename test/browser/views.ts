/** Every view of the console: where it is, and how one sees that it is there. */

import type { Page } from 'playwright-core';

/** Something on the page, by its role and its accessible name. */
export type Landmark = readonly [role: Parameters<Page['getByRole']>[0], name: string];

export interface View {
  name: string;
  /** The path, below the origin. */
  address: string;
  /** What is shown once the view has its data. */
  shows: Landmark;
  /** Whether one has to be signed in. */
  isPublic?: true;
  /** The requests of the view, besides those of the frame and of the organization's page. */
  operations: readonly string[];
}

const CEDAR_GROUP = '/console/cedar-group/organizations/cedar-group';
const CEDAR_NORTH = '/console/cedar-group/organizations/cedar-north';

export const VIEWS: readonly View[] = [
  {
    name: 'sign-in',
    address: '/console/_/sign-in',
    shows: ['button', 'Sign in with the token'],
    isPublic: true,
    operations: [],
  },
  {
    name: 'tree',
    address: '/console/cedar-group',
    shows: ['row', 'Cedar North'],
    operations: ['TreeLevel'],
  },
  {
    name: 'search',
    address: '/console/cedar-group?search=harbor',
    shows: ['listbox', 'Organizations that match “harbor”'],
    operations: ['Search'],
  },
  {
    name: 'new organization',
    address: '/console/cedar-group?create=cedar-north',
    shows: ['dialog', 'New organization'],
    operations: ['NewOrganization', 'TreeLevel'],
  },
  {
    name: 'overview',
    address: `${CEDAR_NORTH}/overview`,
    shows: ['heading', 'Details'],
    operations: ['Overview'],
  },
  {
    name: 'members',
    address: `${CEDAR_NORTH}/members`,
    shows: ['grid', 'Members'],
    operations: ['Members'],
  },
  {
    name: 'invitations',
    address: `${CEDAR_GROUP}/invitations`,
    shows: ['grid', 'Invitations'],
    operations: ['Invitations'],
  },
  {
    name: 'usage',
    address: `${CEDAR_NORTH}/usage`,
    shows: ['heading', 'By organization'],
    operations: ['Usage'],
  },
  {
    name: 'keys',
    address: `${CEDAR_GROUP}/keys`,
    shows: ['grid', 'API keys'],
    operations: ['ApiKeys'],
  },
  {
    name: 'roles',
    address: `${CEDAR_NORTH}/roles`,
    shows: ['grid', 'Roles'],
    operations: ['Roles'],
  },
  {
    name: 'audit',
    address: `${CEDAR_GROUP}/audit`,
    shows: ['grid', 'Audit log'],
    operations: ['AuditLog'],
  },
  {
    name: 'settings',
    address: `${CEDAR_NORTH}/settings`,
    shows: ['heading', 'General'],
    operations: ['Settings'],
  },
  {
    name: 'my account',
    address: '/console/cedar-group/me',
    shows: ['heading', 'My tokens'],
    operations: ['Me'],
  },
];

/** What the frame asks, and the page around the tabs of an organization. */
export const FRAME_OPERATIONS: readonly string[] = ['Viewer', 'Workspace', 'OrganizationPage'];
