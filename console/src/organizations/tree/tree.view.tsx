/** The organizations below the one that is acted in: the tree, or what a search finds in it. */
import { useEffect, type ComponentType } from 'react';
import { Autocomplete } from 'react-aria-components/Autocomplete';
import { useQuery } from 'urql';
import { useLocation } from 'wouter';
import { createPath, treePath } from '../../app/paths.ts';
import { useTitle } from '../../app/title.ts';
import { useViewer } from '../../app/viewer.ts';
import { TreePathDocument } from '../../generated/organizations/tree/graphql.ts';
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/tree.ts';
import { Empty, Progress } from '../../ui/answer-states.tsx';
import { Button } from '../../ui/button.tsx';
import { later, prepare } from '../../ui/later.tsx';
import { useQueryState } from '../../ui/query-state.ts';
import { RequestFailure } from '../../ui/request-failure.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { useDebounced } from '../../ui/use-debounced.ts';
import '../../ui/styles/tree.css';
import { OrganizationTree } from './organization-tree.tsx';
import { TreeHead } from './tree-head.tsx';
import { useTree } from './use-tree.ts';

/** The dialog for a new organization. */
interface CreateOrganizationProps {
  /** The slug of the organization that it will be below. */
  parent: string;
  onDone(created?: { id: string; slug: string }): void;
}
const [loadDialog] = Object.values(
  import.meta.glob<{ default: ComponentType<CreateOrganizationProps> }>(
    '../create/create-organization.tsx',
  ),
);
const CreateOrganization = loadDialog && later(loadDialog);

const loadResults = () => import('./search-results.tsx');
const SearchResults = later(loadResults);

/** Short enough to follow typing, long enough not to ask for every letter. */
const TYPING_MS = 100;

/** How often an organization that is being set up is looked at. */
const LOOK_MS = 2_000;

export default function TreeView() {
  const { acting } = useViewer();
  const [, navigate] = useLocation();
  const [search, setSearch] = useQueryState('search');
  const [at] = useQueryState('at');
  const [parent] = useQueryState('create');
  const settled = useDebounced(search.trim(), TYPING_MS);
  const tree = useTree(settled === '');
  const isOnTheWay = useReveal(at, tree);
  useTitle(texts.title);
  const create = (slug: string): void => navigate(createPath(acting, slug));
  const open = (slug: string): void =>
    navigate(`${treePath(acting)}?at=${encodeURIComponent(slug)}`);
  return (
    <div className="page tree-page">
      <Autocomplete inputValue={search} onInputChange={(text) => setSearch(text)}>
        <div className="row spread">
          <h1>{texts.title}</h1>
          <div className="row">
            <SearchField
              label={texts.search}
              placeholder={texts.searchHint}
              maxLength={64}
              onFocus={() => prepare(loadResults)}
            />
            {CreateOrganization && (
              <Button variant="primary" onPress={() => create(acting)}>
                {texts.newOrganization}
              </Button>
            )}
          </div>
        </div>
        {settled !== '' && <SearchResults search={settled} onChoose={open} />}
      </Autocomplete>
      {settled === '' && <TreeArea tree={tree} at={at} isOnTheWay={isOnTheWay} onCreate={create} />}
      {CreateOrganization && parent !== '' && (
        <CreateOrganization
          parent={parent}
          onDone={(created) => {
            if (!created) return navigate(treePath(acting), { replace: true });
            tree.store.reload(parent);
            navigate(`${treePath(acting)}?at=${created.slug}`, { replace: true });
          }}
        />
      )}
    </div>
  );
}

/** Opens the tree at an organization; returns whether that is still on its way. */
function useReveal(at: string, { store, window }: ReturnType<typeof useTree>): boolean {
  const [{ data, fetching }, ask] = useQuery({
    query: TreePathDocument,
    variables: { slug: at, ...window },
    pause: at === '',
  });
  const organization = at === '' ? undefined : data?.organization;
  useEffect(() => {
    if (organization) store.reveal([...(organization.ancestors ?? []), organization]);
  }, [organization, store]);
  const isSettingUp = organization?.provisioning?.status === 'PENDING';
  useEffect(() => {
    if (!isSettingUp) return undefined;
    const timer = setInterval(() => ask({ requestPolicy: 'network-only' }), LOOK_MS);
    return () => clearInterval(timer);
  }, [isSettingUp, ask]);
  return at !== '' && fetching && !data;
}

interface TreeAreaProps {
  tree: ReturnType<typeof useTree>;
  at: string;
  isOnTheWay: boolean;
  onCreate(parent: string): void;
}

function TreeArea({ tree, at, isOnTheWay, onCreate }: TreeAreaProps) {
  const { acting } = useViewer();
  const { root, isMissing, error, expanded, store } = tree;
  if (isMissing) return <Empty title={common.answer.notFound}>{common.answer.notFoundHint}</Empty>;
  return (
    <>
      {error && <RequestFailure error={error} onRetry={() => store.reload(acting)} />}
      {!root && !error && <Progress />}
      {root && !isOnTheWay && (
        <div className="tree-frame">
          <TreeHead />
          <OrganizationTree
            root={root}
            expanded={expanded}
            store={store}
            at={at}
            onCreate={onCreate}
          />
        </div>
      )}
    </>
  );
}
