/** The roles that can be given in an organization. */
import { useMemo } from 'react';
import { texts } from '../texts/en/roles.ts';
import { formatInteger } from '../ui/format.ts';
import { Name } from '../ui/name.tsx';
import { Pill } from '../ui/pill.tsx';
import { Table, type TableColumn } from '../ui/table.tsx';
import type { Role } from './role.ts';

export interface RoleTableProps {
  roles: readonly Role[];
  /** The slug of the organization whose roles are shown. */
  slug: string;
  onOpen(id: string): void;
}

const columnsIn = (slug: string): readonly TableColumn<Role>[] => {
  return [
    {
      id: 'name',
      title: texts.columns.name,
      isRowHeader: true,
      cell: ({ name, key }) => (
        <span className="cell-lines">
          <Name of={name} />
          <code className="hint">{key}</code>
        </span>
      ),
    },
    {
      id: 'origin',
      title: texts.columns.origin,
      cell: (role) => <Origin of={role} slug={slug} />,
    },
    {
      id: 'scopes',
      title: texts.columns.scopes,
      cell: ({ scopes }) => <span title={scopes.join(', ')}>{formatInteger(scopes.length)}</span>,
      align: 'end',
    },
    {
      id: 'description',
      title: texts.columns.description,
      cell: ({ description }) => <Name of={description ?? ''} />,
    },
  ];
};

export function RoleTable({ roles, slug, onOpen }: RoleTableProps) {
  const columns = useMemo(() => columnsIn(slug), [slug]);
  return (
    <div className="role-table">
      <Table label={texts.title} columns={columns} rows={roles} onAction={onOpen} />
    </div>
  );
}

/** Who defined a role. */
export function Origin({ of: { builtIn, organization }, slug }: { of: Role; slug: string }) {
  if (builtIn) return <Pill>{texts.builtIn}</Pill>;
  if (!organization) return texts.above;
  return organization.slug === slug ? texts.here : <Name of={organization.name} />;
}
