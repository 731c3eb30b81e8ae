/** Finds deleted organizations below this one, and restores them. */
import { useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { DeletedDocument, type DeletedQuery } from '../generated/settings/graphql.ts';
import { texts } from '../texts/en/settings.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/facts.tsx';
import { formatDateTime, formatRelative } from '../ui/format.ts';
import { Name } from '../ui/name.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { Answer } from '../ui/answer.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { useDebounced } from '../ui/use-debounced.ts';
import type { SectionProps } from './organization.ts';
import { RestoreDialog } from './restore-dialog.tsx';

type Found = NonNullable<NonNullable<DeletedQuery['organization']>['descendants']>;
export type DeletedOrganization = Found['edges'][number]['node'];

const TYPING_MS = 200;

export function RestorePanel({ organization: { slug } }: SectionProps) {
  const [search, setSearch] = useQueryState('deleted');
  const settled = useDebounced(search.trim(), TYPING_MS);
  const panel = useRef<HTMLDivElement>(null);
  // An address with a search, as after deleting, leads here.
  const [isLinked] = useState(search !== '');
  useEffect(() => {
    if (isLinked) panel.current?.scrollIntoView({ block: 'center' });
  }, [isLinked]);
  return (
    <div ref={panel}>
      <Panel title={texts.restore.title}>
        <p className="hint">{texts.restore.hint}</p>
        <SearchField
          label={texts.restore.search}
          value={search}
          onChange={(text) => setSearch(text)}
          maxLength={64}
        />
        {settled !== '' && <Matches slug={slug} search={settled} />}
      </Panel>
    </div>
  );
}

function Matches({ slug, search }: { slug: string; search: string }) {
  const answer = useQuery({
    query: DeletedDocument,
    variables: { slug, search },
    requestPolicy: 'cache-and-network',
  });
  const [chosen, setChosen] = useState<DeletedOrganization>();
  return (
    <>
      <Answer of={answer} select={({ organization }) => organization?.descendants}>
        {({ edges, pageInfo }) => {
          // One that was just restored is in the list that is known until that is read again.
          const deleted = edges.filter(({ node }) => node.status === 'DELETED');
          return (
            <>
              {deleted.length === 0 && <p className="hint">{texts.restore.none}</p>}
              <ul className="deleted-list">
                {deleted.map(({ node, path }) => (
                  <DeletedRow key={node.id} node={node} path={path} onRestore={setChosen} />
                ))}
              </ul>
              {pageInfo.hasNextPage && <p className="hint">{texts.restore.more}</p>}
            </>
          );
        }}
      </Answer>
      {chosen && <RestoreDialog organization={chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
}

interface DeletedRowProps {
  node: DeletedOrganization;
  path: string;
  onRestore(node: DeletedOrganization): void;
}

function DeletedRow({ node, path, onRestore }: DeletedRowProps) {
  const { name, updatedAt, parent } = node;
  return (
    <li>
      <div>
        <Name of={name} />
        <div className="hint">
          {path} ·{' '}
          <time dateTime={updatedAt} title={formatDateTime(updatedAt)}>
            {texts.restore.deletedAgo(formatRelative(updatedAt))}
          </time>
        </div>
      </div>
      {parent?.status === 'DELETED' ? (
        <span className="hint">{texts.restore.parentFirst(parent.name)}</span>
      ) : (
        <Button onPress={() => onRestore(node)}>{texts.restore.action}</Button>
      )}
    </li>
  );
}
