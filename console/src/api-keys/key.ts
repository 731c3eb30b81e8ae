/** A key as the view shows it. */
import type { ApiKeysQuery } from '../generated/api-keys/graphql.ts';
import type { ScopeInfo } from '../ui/scopes.ts';

export type Organization = NonNullable<ApiKeysQuery['organization']>;
export type Key = NonNullable<Organization['apiKeys']>['nodes'][number];

/** What the dialogs of keys have to know beside the key. */
export interface KeyContext {
  catalog: readonly ScopeInfo[];
  /** The credential of the page. */
  credential: ApiKeysQuery['viewer']['credential'];
}
