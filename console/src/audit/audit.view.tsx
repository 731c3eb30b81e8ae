/** The audit log of an organization, or of its tree. */
import { useMemo } from 'react';
import { AuditLogDocument } from '../generated/audit/graphql.ts';
import { usePages } from '../graphql/use-pages.ts';
import type { TabViewProps } from '../organizations/page/tab-views.ts';
import { texts } from '../texts/en/audit.ts';
import { Answer } from '../ui/answer.tsx';
import { Empty } from '../ui/answer-states.tsx';
import { Button } from '../ui/button.tsx';
import { MorePages } from '../ui/more-pages.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { Select } from '../ui/select.tsx';
import { ActionFilter } from './action-filter.tsx';
import { actionsIn } from './event.ts';
import { EventDialog } from './event-dialog.tsx';
import { EventTable } from './event-table.tsx';
import '../ui/styles/access.css';
import '../ui/styles/audit.css';

const REACHES = ['one', 'tree'] as const;

export default function AuditView({ slug }: TabViewProps) {
  const [reach, setReach] = useQueryState('reach', 'one');
  const [chosen, setChosen] = useQueryState('actions');
  const [open, setOpen] = useQueryState('event');
  const isTree = reach === 'tree';
  const actions = useMemo(() => actionsIn(chosen), [chosen]);
  const pages = usePages({
    query: AuditLogDocument,
    variables: {
      slug,
      includeDescendants: isTree,
      actions: actions.length === 0 ? null : actions,
    },
    select: ({ organization }) => organization?.auditLog,
  });
  const [{ data, fetching }] = pages.answer;
  return (
    <div className="stack">
      <div className="row filters">
        <Select
          label={texts.reach.label}
          isLabelHidden
          value={isTree ? 'tree' : 'one'}
          options={REACHES.map((value) => ({ value, label: texts.reach[value] }))}
          onChange={(value) => setReach(value, { push: true })}
        />
        <ActionFilter
          chosen={actions}
          onChange={(next) => setChosen(next.join(','), { push: true })}
        />
        <Button variant="quiet" onPress={pages.readAgain}>
          {texts.again}
        </Button>
      </div>
      <Answer
        of={pages.answer}
        select={({ organization }) => organization?.auditLog}
        isEmpty={({ nodes }) => nodes.length === 0}
        empty={
          <Empty
            title={actions.length === 0 ? texts.empty : texts.emptyFiltered}
            action={
              actions.length > 0 && <Button onPress={() => setChosen('')}>{texts.showAll}</Button>
            }
          />
        }
      >
        {() => (
          <>
            <EventTable
              events={pages.nodes}
              isTree={isTree}
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
