/** The audit log of an organization, or of its tree. */
import { AuditLogDocument } from '../generated/audit/graphql.ts';
import { usePages } from '../graphql/use-pages.ts';
import type { TabViewProps } from '../organizations/page/tab-views.ts';
import { texts } from '../texts/en/audit.ts';
import { Answer } from '../ui/answer.tsx';
import { Empty } from '../ui/answer-states.tsx';
import { Button } from '../ui/button.tsx';
import { MorePages } from '../ui/more-pages.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { objectOf } from './event.ts';
import { EventDialog } from './event-dialog.tsx';
import { EventTable } from './event-table.tsx';
import { isFiltered, NO_FILTER, variablesOf } from './filter.ts';
import { Filters } from './filters.tsx';
import { useFilter } from './use-filter.ts';
import '../ui/styles/access.css';
import '../ui/styles/audit.css';

export default function AuditView({ slug }: TabViewProps) {
  const [reach, setReach] = useQueryState('reach', 'one');
  const [open, setOpen] = useQueryState('event');
  const state = useFilter();
  const { filter, change, timeZone } = state;
  const isTree = reach === 'tree';
  const pages = usePages({
    query: AuditLogDocument,
    variables: { slug, includeDescendants: isTree, ...variablesOf(filter, timeZone) },
    select: ({ organization }) => organization?.auditLog,
  });
  const [{ data, fetching }] = pages.answer;
  const sample = pages.nodes.find(({ targetId }) => targetId === filter.object);
  return (
    <div className="stack">
      <Filters
        of={state}
        reach={isTree ? 'tree' : 'one'}
        onReach={(value) => setReach(value, { push: true })}
        names={{
          person: personIn(data?.person, filter.person),
          object: sample && objectOf(sample),
        }}
        onRefresh={pages.readAgain}
      />
      <Answer
        of={pages.answer}
        select={({ organization }) => organization?.auditLog}
        isEmpty={({ nodes }) => nodes.length === 0}
        empty={
          <Empty
            title={isFiltered(filter) ? texts.emptyFiltered : texts.empty}
            action={
              isFiltered(filter) && (
                <Button onPress={() => change(NO_FILTER)}>{texts.showAll}</Button>
              )
            }
          />
        }
      >
        {() => (
          <>
            <EventTable
              events={pages.nodes}
              isTree={isTree}
              filter={filter}
              onFilter={change}
              onOpen={(id) => setOpen(id, { push: true })}
            />
            <MorePages of={pages} />
          </>
        )}
      </Answer>
      {open !== '' && (
        <EventDialog
          key={open}
          id={open}
          known={pages.nodes.find(({ id }) => id === open)}
          isListPending={fetching && data === undefined}
          onClose={() => setOpen('')}
        />
      )}
    </div>
  );
}

type Person = { __typename: string; id: string; name?: string | null; email?: string } | null;

/** What the chosen person is called; undefined while the answer is still about another one. */
function personIn(node: Person | undefined, id: string | undefined): string | undefined {
  if (id === undefined || node === undefined) return undefined;
  if (node === null) return texts.person.unknown;
  return node.id === id ? (node.name ?? node.email) : undefined;
}
