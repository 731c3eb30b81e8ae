/** An organization as its overview shows it. */
import type { OverviewQuery } from '../../generated/organizations/overview/graphql.ts';

export type Organization = NonNullable<OverviewQuery['organization']>;
export interface PanelProps {
  organization: Organization;
}
