/** A list of events. */
import { texts } from '../texts/en/audit.ts';
import { ActorName } from '../ui/actor.tsx';
import { Name } from '../ui/name.tsx';
import { Pill } from '../ui/pill.tsx';
import { Table, type TableColumn } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import type { Event } from './event.ts';
import { actionLabel } from './labels.ts';

const columns: readonly TableColumn<Event>[] = [
  {
    id: 'action',
    title: texts.columns.action,
    isRowHeader: true,
    cell: ({ action, refusal }) => (
      <span className="row">
        {actionLabel(action)}
        {refusal !== null && <Pill tone="warning">{texts.refused}</Pill>}
      </span>
    ),
  },
  { id: 'who', title: texts.columns.who, cell: ({ actor }) => <ActorName of={actor} /> },
  {
    id: 'organization',
    title: texts.columns.organization,
    cell: ({ organization }) => <Name of={organization.name} />,
  },
  { id: 'when', title: texts.columns.when, cell: ({ at }) => <When at={at} /> },
];
const columnsOfOne = columns.filter(({ id }) => id !== 'organization');

export interface EventTableProps {
  events: readonly Event[];
  /** Whether they are of several organizations. */
  isTree: boolean;
  onOpen(id: string): void;
}

export function EventTable({ events, isTree, onOpen }: EventTableProps) {
  return (
    <Table
      label={texts.title}
      columns={isTree ? columns : columnsOfOne}
      rows={events}
      onAction={onOpen}
    />
  );
}
