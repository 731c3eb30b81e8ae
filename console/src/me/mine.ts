/** What is the person's own, as the view shows it. */
import type { MeQuery } from '../generated/me/graphql.ts';

export type Viewer = MeQuery['viewer'];
export type Membership = NonNullable<Viewer['memberships']>['nodes'][number];
export type Invitation = NonNullable<Viewer['invitations']>['nodes'][number];
export type Token = Viewer['personalAccessTokens'][number];

/** What the parts of the view have in common. */
export interface PartProps {
  viewer: Viewer;
  /** Called when something was changed that lists show. */
  onChanged(): void;
}
