/** A list of events. */
import { texts } from '../texts/en/audit.ts';
import { ActorName } from '../ui/actor.tsx';
import { Name } from '../ui/name.tsx';
import { Pill } from '../ui/pill.tsx';
import { RowMenu, type RowAction } from '../ui/row-menu.tsx';
import { Table, type TableColumn } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { objectOf, personOf, type Event } from './event.ts';
import type { AuditFilter } from './filter.ts';
import { actionLabel } from './labels.ts';

interface EventRow {
  id: string;
  event: Event;
  actions: readonly RowAction[];
}

const columns: readonly TableColumn<EventRow>[] = [
  {
    id: 'action',
    title: texts.columns.action,
    isRowHeader: true,
    cell: ({ event: { action, refusal } }) => (
      <span className="row">
        {actionLabel(action)}
        {refusal !== null && <Pill tone="warning">{texts.refused}</Pill>}
      </span>
    ),
  },
  { id: 'who', title: texts.columns.who, cell: ({ event }) => <ActorName of={event.actor} /> },
  {
    id: 'organization',
    title: texts.columns.organization,
    cell: ({ event }) => <Name of={event.organization.name} />,
  },
  { id: 'when', title: texts.columns.when, cell: ({ event }) => <When at={event.at} /> },
  {
    id: 'more',
    title: texts.columns.more,
    align: 'end',
    cell: ({ event, actions }) =>
      actions.length > 0 && (
        <RowMenu label={texts.row.label(actionLabel(event.action))} actions={actions} />
      ),
  },
];
const columnsOfOne = columns.filter(({ id }) => id !== 'organization');

export interface EventTableProps {
  events: readonly Event[];
  /** Whether they are of several organizations. */
  isTree: boolean;
  filter: AuditFilter;
  onFilter(change: Partial<AuditFilter>): void;
  onOpen(id: string): void;
}

export function EventTable({ events, isTree, filter, onFilter, onOpen }: EventTableProps) {
  const rows = events.map((event) => ({
    id: event.id,
    event,
    actions: actionsOf(event, filter, onFilter),
  }));
  return (
    <Table
      label={texts.title}
      columns={isTree ? columns : columnsOfOne}
      rows={rows}
      onAction={onOpen}
    />
  );
}

/** The choices that a row offers, without those that were made. */
function actionsOf(
  event: Event,
  { person, object }: AuditFilter,
  onFilter: EventTableProps['onFilter'],
): RowAction[] {
  const { actor, targetId } = event;
  const { user } = actor;
  return [
    ...(user && user.id !== person
      ? [
          {
            id: 'person',
            label: texts.row.person(personOf(event) ?? user.email),
            onAction: () => onFilter({ person: user.id }),
          },
        ]
      : []),
    ...(targetId !== object
      ? [
          {
            id: 'object',
            label: texts.row.object(objectOf(event)),
            onAction: () => onFilter({ object: targetId }),
          },
        ]
      : []),
  ];
}
