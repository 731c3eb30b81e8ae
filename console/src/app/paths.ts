/** The addresses of the console, below its base. */

/** Where people sign in. An underscore is in no slug, so that this is no organization to act in. */
export const SIGN_IN_PATH = '/_/sign-in';

/** Where the identity provider leads back to. */
export const CALLBACK_PATH = '/_/callback';

/** The parts of an organization's page. */
export const TABS = [
  'overview',
  'members',
  'invitations',
  'usage',
  'keys',
  'roles',
  'audit',
  'settings',
] as const;
export type Tab = (typeof TABS)[number];

/** The tree below the organization that is acted in. */
export const treePath = (acting: string): string => `/${acting}`;

/** An organization's page. */
export const organizationPath = (acting: string, slug: string, tab: Tab = 'overview'): string =>
  `/${acting}/organizations/${slug}/${tab}`;

/** What is the person's own. */
export const mePath = (acting: string): string => `/${acting}/me`;

/** The dialog for a new organization, over the tree; `parent` is a slug. */
export const createPath = (acting: string, parent: string): string =>
  `/${acting}?create=${encodeURIComponent(parent)}`;
