/** Organizations that match a search, with where they are. */
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { useQuery } from 'urql';
import { SearchDocument } from '../../generated/organizations/tree/graphql.ts';
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/tree.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/answer-states.tsx';
import { Name } from '../../ui/name.tsx';
import { Pill } from '../../ui/pill.tsx';
import { statusTones } from '../tones.ts';

const list = new Intl.ListFormat('en');

export interface SearchResultsProps {
  search: string;
  onChoose(slug: string): void;
}

export default function SearchResults({ search, onChoose }: SearchResultsProps) {
  const answer = useQuery({ query: SearchDocument, variables: { search } });
  return (
    <Answer of={answer} select={({ organization }) => organization?.descendants}>
      {({ edges }) => (
        <ListBox
          className="list-box search-results"
          aria-label={texts.results(search)}
          items={edges.map((edge) => ({ ...edge, id: edge.node.slug }))}
          onAction={(slug) => onChoose(String(slug))}
          renderEmptyState={() => <Empty title={texts.noResults(search)} />}
        >
          {({ node, path, matchedOn }) => (
            <ListBoxItem className="list-box-item search-result" textValue={node.name}>
              {/* The name of an option is all that it says, so it has no parts of its own. */}
              <span className="search-result-name">
                <Name of={node.name} /> <Pill>{common.kinds[node.kind]}</Pill>{' '}
                {node.status !== 'ACTIVE' && (
                  <Pill tone={statusTones[node.status]}>{common.statuses[node.status]}</Pill>
                )}
              </span>{' '}
              <span className="hint">
                <bdi>{path}</bdi>
                {' · '}
                {texts.matches(list.format(matchedOn.map((field) => texts.matchedOn[field])))}
                {matchedOn.includes('DOMAIN') && node.domain !== null && ` (${node.domain})`}
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      )}
    </Answer>
  );
}
