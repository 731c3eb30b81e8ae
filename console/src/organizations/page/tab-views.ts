/** The views of an organization's tabs, each in files of its own that are loaded when it is opened. */
import type { ComponentType } from 'react';
import type { Tab } from '../../app/paths.ts';
import { later } from '../../ui/later.tsx';

/** What the view of a tab is given. It asks for the organization by its slug, in one query. */
export interface TabViewProps {
  slug: string;
}

const FILES: readonly (readonly [Tab, string])[] = [
  ['overview', '../overview/overview.view.tsx'],
  ['members', '../../members/members.view.tsx'],
  ['invitations', '../../invitations/invitations.view.tsx'],
  ['usage', '../../usage/usage.view.tsx'],
  ['keys', '../../api-keys/api-keys.view.tsx'],
  ['roles', '../../roles/roles.view.tsx'],
  ['audit', '../../audit/audit.view.tsx'],
  ['settings', '../../settings/settings.view.tsx'],
];

const modules = import.meta.glob<{ default: ComponentType<TabViewProps> }>([
  '../overview/overview.view.tsx',
  '../../{members,invitations,usage,api-keys,roles,audit,settings}/*.view.tsx',
]);

/** The views by their tab. A tab without one is not shown. */
export const tabViews = new Map(
  FILES.flatMap(([tab, file]) => {
    const load = modules[file];
    return load ? [[tab, later(load)] as const] : [];
  }),
);
