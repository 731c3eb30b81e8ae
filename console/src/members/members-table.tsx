/** The members of an organization in a table. */
import { useViewer } from '../app/viewer.ts';
import type { MemberFragment } from '../generated/members/graphql.ts';
import { texts } from '../texts/en/members.ts';
import { Pill } from '../ui/pill.tsx';
import { RowMenu, type RowAction } from '../ui/row-menu.tsx';
import { Table, type TableColumn, type TableSort } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { nameOf, Person, Roles } from './person.tsx';

interface MemberRow extends MemberFragment {
  isViewer: boolean;
  actions: readonly RowAction[];
}

const titles = texts.columns;
const facts: readonly TableColumn<MemberRow>[] = [
  {
    id: 'person',
    title: titles.person,
    isRowHeader: true,
    isSortable: true,
    cell: ({ user, isViewer }) => <Person of={user}>{isViewer && <Pill>{texts.you}</Pill>}</Person>,
  },
  { id: 'roles', title: titles.roles, cell: ({ roles }) => <Roles of={roles} /> },
  {
    id: 'joined',
    title: titles.joined,
    isSortable: true,
    cell: ({ createdAt }) => (
      <span className="nowrap">
        <When at={createdAt} />
      </span>
    ),
  },
];
const factsAndActions: readonly TableColumn<MemberRow>[] = [
  ...facts,
  {
    id: 'actions',
    title: titles.actions,
    cell: ({ user, actions }) => (
      <RowMenu label={texts.actionsOf(nameOf(user))} actions={actions} />
    ),
  },
];

export interface MembersTableProps {
  members: readonly MemberFragment[];
  canManage: boolean;
  sort: TableSort;
  onSort(sort: TableSort): void;
  onChangeRoles(member: MemberFragment): void;
  onRemove(member: MemberFragment): void;
}

export function MembersTable({
  members,
  canManage,
  sort,
  onSort,
  onChangeRoles,
  onRemove,
}: MembersTableProps) {
  const viewer = useViewer();
  const rows = members.map((member) => ({
    ...member,
    isViewer: member.user.id === viewer.user?.id,
    actions: [
      { id: 'roles', label: texts.changeRoles, onAction: () => onChangeRoles(member) },
      { id: 'remove', label: texts.remove, onAction: () => onRemove(member), isDanger: true },
    ],
  }));
  return (
    <Table
      label={texts.label}
      columns={canManage ? factsAndActions : facts}
      rows={rows}
      sort={sort}
      onSort={onSort}
    />
  );
}
