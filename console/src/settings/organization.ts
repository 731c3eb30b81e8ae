/** An organization as its settings show it, and what the viewer may do with it. */
import { CONSOLE_SCOPE, type Viewer } from '../app/viewer.ts';
import type { SettingsQuery, SettingsQueryVariables } from '../generated/settings/graphql.ts';

export type Organization = NonNullable<SettingsQuery['organization']>;

export interface SectionProps {
  organization: Organization;
  /** Asks for it again, and returns what is there now. */
  onAsk(): Promise<Organization | undefined>;
}

/**
 * What to ask for: a field that the viewer may not read would be an error. Whoever manages what is
 * below holds all scopes there, so only the organization that is acted in may show less.
 */
export function variablesFor(slug: string, { acting, scopes }: Viewer): SettingsQueryVariables {
  const may = (scope: string): boolean => slug !== acting || scopes.includes(scope);
  return {
    slug,
    details: may('organizations:manage'),
    billing: may('billing:manage'),
    below: may(CONSOLE_SCOPE),
  };
}

export interface Rights {
  profile: boolean;
  /** The billing e-mail, which is part of the profile. */
  billing: boolean;
  /** The plan and the portal of the billing provider. */
  plan: boolean;
  /** Suspend, move and delete: from above only. */
  place: boolean;
  restore: boolean;
}

/** Which sections there are for the viewer. */
export function rightsOn({ viewerAccess, id }: Organization, viewer: Viewer): Rights {
  const scopes = viewerAccess?.scopes ?? [];
  const profile = scopes.includes('organizations:manage');
  const below = scopes.includes(CONSOLE_SCOPE);
  return {
    profile,
    billing: profile && scopes.includes('billing:manage'),
    plan: scopes.includes('billing:manage'),
    place: below && id !== viewer.organization?.id,
    restore: below,
  };
}

/** How many organizations: this one and all below. */
export const sizeOf = ({ descendantCount }: Organization): number => (descendantCount ?? 0) + 1;
