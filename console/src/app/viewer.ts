/** Who is signed in, and what they may do in the organization that they act in. */
import { createContext, useContext } from 'react';
import type { ViewerFactsFragment, WorkspaceQuery } from '../generated/app/graphql.ts';

/** The scope that opens the console. */
export const CONSOLE_SCOPE = 'child_organizations:manage';

export type ViewerFacts = ViewerFactsFragment;

/** The viewer, acting in an organization. */
export interface Viewer extends ViewerFacts {
  /** The slug in the address. */
  acting: string;
  /** The catalog of metered quantities. */
  metrics: NonNullable<WorkspaceQuery['usageMetrics']>;
  /** The quantity that the tree shows: the first of the catalog. */
  sparkline: NonNullable<WorkspaceQuery['usageMetrics']>[number] | undefined;
}

const ViewerContext = createContext<Viewer | undefined>(undefined);
export const ViewerProvider = ViewerContext.Provider;

/** The viewer. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('There is no ViewerProvider above.');
  return viewer;
}

/** The slug of the organization to begin with; undefined for people without one. */
export function firstOrganization({ organization, memberships }: ViewerFacts): string | undefined {
  if (organization) return organization.slug;
  const nodes = memberships?.nodes ?? [];
  const best = nodes.find(({ scopes }) => scopes.includes(CONSOLE_SCOPE)) ?? nodes[0];
  return best?.organization.slug;
}
