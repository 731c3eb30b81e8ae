/** The invitations of an organization in a table. */
import type { ListedInvitationFragment } from '../generated/invitations/graphql.ts';
import { Roles } from '../members/person.tsx';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/invitations.ts';
import { Name } from '../ui/name.tsx';
import { Pill } from '../ui/pill.tsx';
import { RowMenu, type RowAction } from '../ui/row-menu.tsx';
import { Table, type TableColumn } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { invitationTones } from './states.ts';

interface InvitationRow extends ListedInvitationFragment {
  actions: readonly RowAction[];
}

const titles = texts.columns;
const columns: readonly TableColumn<InvitationRow>[] = [
  {
    id: 'address',
    title: titles.address,
    isRowHeader: true,
    cell: ({ email, createdAt, invitedBy }) => (
      <span className="person">
        <strong>
          <Name of={email} />
        </strong>
        <span className="hint">
          <When at={createdAt} /> {texts.by(inviterOf(invitedBy))}
        </span>
      </span>
    ),
  },
  { id: 'roles', title: titles.roles, cell: ({ roles }) => <Roles of={roles} /> },
  {
    id: 'state',
    title: titles.state,
    cell: ({ status }) => <Pill tone={invitationTones[status]}>{texts.states[status]}</Pill>,
  },
  { id: 'mail', title: titles.mail, cell: ({ delivery }) => <Mail of={delivery} /> },
  {
    id: 'expires',
    title: titles.expires,
    cell: ({ status, expiresAt }) => (
      <span className="nowrap">
        {status === 'PENDING' || status === 'EXPIRED' ? (
          <When at={expiresAt} />
        ) : (
          common.common.none
        )}
      </span>
    ),
  },
  {
    id: 'actions',
    title: titles.actions,
    cell: ({ email, actions }) =>
      actions.length > 0 && <RowMenu label={texts.actionsOf(email)} actions={actions} />,
  },
];

export interface InvitationsTableProps {
  invitations: readonly ListedInvitationFragment[];
  canManage: boolean;
  onResend(invitation: ListedInvitationFragment): void;
  onRevoke(invitation: ListedInvitationFragment): void;
}

export function InvitationsTable({
  invitations,
  canManage,
  onResend,
  onRevoke,
}: InvitationsTableProps) {
  const rows = invitations.map((invitation) => {
    const isOpen = invitation.status === 'PENDING' || invitation.status === 'EXPIRED';
    const actions = [
      { id: 'resend', label: texts.resend, onAction: () => onResend(invitation) },
      { id: 'revoke', label: texts.revoke, onAction: () => onRevoke(invitation), isDanger: true },
    ];
    return { ...invitation, actions: canManage && isOpen ? actions : [] };
  });
  return <Table label={texts.label} columns={columns} rows={rows} />;
}

function inviterOf({ kind, apiKeyName, user }: ListedInvitationFragment['invitedBy']): string {
  if (user) return user.name ?? user.email;
  if (kind === 'API_KEY' && apiKeyName !== null) return texts.apiKey(apiKeyName);
  return kind === 'OPERATOR' ? texts.operator : texts.somebody;
}

function Mail({ of: { status, attempts, sentAt, lastError } }: { of: Delivery }) {
  return (
    <span className="person">
      <span className={status === 'FAILED' ? 'problem' : undefined}>
        {texts.mail[status]}{' '}
        {status === 'SENT' && sentAt !== null && (
          <span className="hint">
            <When at={sentAt} />
          </span>
        )}
        {status !== 'SENT' && attempts > 0 && (
          <span className="hint">{texts.mail.attempts(attempts)}</span>
        )}
      </span>
      {status !== 'SENT' && lastError !== null && (
        <span className="problem">
          <Name of={lastError} />
        </span>
      )}
    </span>
  );
}

type Delivery = ListedInvitationFragment['delivery'];
