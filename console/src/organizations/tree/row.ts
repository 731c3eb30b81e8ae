/** A row of the tree, and what is known below it. */
import type { CombinedError } from 'urql';
import type { TreeRowFragment } from '../../generated/organizations/tree/graphql.ts';

export type Row = TreeRowFragment;

/** A row with the rows that are shown below it. It is another object whenever any of that changed. */
export interface TreeNode {
  row: Row;
  children: readonly TreeNode[];
  /** Whether there is another page of children. */
  hasMore: boolean;
  /** Why the next page could not be read. */
  error: CombinedError | undefined;
}
