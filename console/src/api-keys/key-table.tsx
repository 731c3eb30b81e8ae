/** The keys of an organization. */
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/api-keys.ts';
import { ActorName } from '../ui/actor.tsx';
import { CredentialPill } from '../ui/credential-state.tsx';
import { Name } from '../ui/name.tsx';
import { Table, type TableColumn } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import type { Key } from './key.ts';

const columns: readonly TableColumn<Key>[] = [
  {
    id: 'name',
    title: texts.columns.name,
    isRowHeader: true,
    cell: ({ name, preview }) => (
      <span className="cell-lines">
        <Name of={name} />
        <code className="hint">{preview}</code>
      </span>
    ),
  },
  {
    id: 'state',
    title: texts.columns.state,
    cell: (key) => <CredentialPill of={key} />,
  },
  {
    id: 'scopes',
    title: texts.columns.scopes,
    cell: ({ scopes }) =>
      scopes.length <= 2 ? (
        <code>{scopes.join(', ') || common.common.none}</code>
      ) : (
        <span title={scopes.join(', ')}>{texts.scopeCount(scopes.length)}</span>
      ),
  },
  {
    id: 'lastUsed',
    title: texts.columns.lastUsed,
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? texts.never : <When at={lastUsedAt} />),
  },
  {
    id: 'created',
    title: texts.columns.created,
    cell: ({ createdAt, createdBy }) => (
      <span className="cell-lines">
        <When at={createdAt} />
        {createdBy && (
          <span className="hint">
            <ActorName of={createdBy} />
          </span>
        )}
      </span>
    ),
  },
];

export interface KeyTableProps {
  keys: readonly Key[];
  onOpen(id: string): void;
}

export function KeyTable({ keys, onOpen }: KeyTableProps) {
  return (
    <div className="key-table">
      <Table label={texts.title} columns={columns} rows={keys} onAction={onOpen} />
    </div>
  );
}
