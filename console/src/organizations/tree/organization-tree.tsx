/** The tree as a grid: levels are read as they are opened, and pages as they are scrolled to. */
import { useContext, useEffect, useRef } from 'react';
import { Collection } from 'react-aria-components/Collection';
import {
  Tree,
  TreeItem,
  TreeItemContent,
  TreeLoadMoreItem,
  TreeStateContext,
} from 'react-aria-components/Tree';
import { ListLayout, Virtualizer } from 'react-aria-components/Virtualizer';
import { useLocation } from 'wouter';
import { organizationPath } from '../../app/paths.ts';
import { useViewer, type Viewer } from '../../app/viewer.ts';
import { texts } from '../../texts/en/tree.ts';
import type { TreeNode } from './row.ts';
import { TreeRow } from './tree-row.tsx';
import type { TreeStore } from './tree-store.ts';

/** Rows have one height, so that none has to be measured. */
const LAYOUT = { rowHeight: 36, loaderHeight: 36 };

/** Marks the row that stands for children that could not be read; no slug has a colon. */
const FAILED = ':failed';

export interface OrganizationTreeProps {
  root: TreeNode;
  expanded: ReadonlySet<string>;
  store: TreeStore;
  /** The slug that the address points to; empty for none. */
  at: string;
  onCreate(parent: string): void;
}

export function OrganizationTree({ root, expanded, store, at, onCreate }: OrganizationTreeProps) {
  const viewer = useViewer();
  const [, navigate] = useLocation();
  const shared = { viewer, store, at, onCreate };
  const open = (key: string): void => {
    const slug = key.replace(FAILED, '');
    if (slug === key) navigate(organizationPath(viewer.acting, slug));
    else store.reload(slug);
  };
  return (
    <Virtualizer layout={ListLayout} layoutOptions={LAYOUT}>
      <Tree
        className="tree"
        aria-label={texts.tree}
        expandedKeys={expanded}
        onExpandedChange={(keys) => store.expand([...keys].map(String))}
        onAction={(key) => open(String(key))}
        items={[root]}
        dependencies={[at, viewer]}
      >
        {(node) => <Branch id={node.row.slug} node={node} {...shared} />}
      </Tree>
    </Virtualizer>
  );
}

interface BranchProps extends Pick<OrganizationTreeProps, 'store' | 'at' | 'onCreate'> {
  id: string;
  /** The slug of the row above. */
  parent?: string;
  node: TreeNode;
  viewer: Viewer;
}

function Branch({ id, parent, node, ...shared }: BranchProps) {
  const { viewer, store, at, onCreate } = shared;
  const { row, children, hasMore, error } = node;
  return (
    <TreeItem id={id} textValue={row.name} hasChildItems={(row.childCount ?? 0) > 0}>
      <TreeItemContent>
        {({ level }) => (
          <>
            <TreeRow
              row={row}
              level={level}
              isCurrent={row.slug === at}
              metric={viewer.sparkline}
              onCreate={onCreate}
            />
            {id === viewer.acting && <FocusAt at={at} />}
            {parent !== undefined && <Seen store={store} parent={parent} slug={id} />}
          </>
        )}
      </TreeItemContent>
      <Collection items={children} dependencies={[at, viewer]}>
        {(child) => <Branch id={child.row.slug} parent={id} node={child} {...shared} />}
      </Collection>
      {error && id !== viewer.acting && (
        <TreeItem id={`${id}${FAILED}`} textValue={texts.childrenFailed}>
          <TreeItemContent>
            <span className="tree-more">{texts.childrenFailed}</span>
          </TreeItemContent>
        </TreeItem>
      )}
      {hasMore && (
        <TreeLoadMoreItem
          className="tree-more"
          isLoading
          onLoadMore={() => store.more(id)}
          scrollOffset={1}
        >
          {texts.loadingChildren}
        </TreeLoadMoreItem>
      )}
    </TreeItem>
  );
}

interface SeenProps extends Pick<OrganizationTreeProps, 'store'> {
  parent: string;
  slug: string;
}

/** Tells the store that a row is on the screen: the tree renders the content of no others. */
function Seen({ store, parent, slug }: SeenProps) {
  useEffect(() => store.see(parent, slug), [store, parent, slug]);
  return null;
}

/** Moves the focus to the row that the address points to, once it is there. */
function FocusAt({ at }: { at: string }) {
  const state = useContext(TreeStateContext);
  const focused = useRef('');
  const isThere = at !== '' && state?.collection.getItem(at) !== null;
  useEffect(() => {
    if (!state || !isThere || focused.current === at) return;
    focused.current = at;
    state.selectionManager.setFocused(true);
    state.selectionManager.setFocusedKey(at);
  }, [state, at, isThere]);
  return null;
}
