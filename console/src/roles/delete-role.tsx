/** Deletes a role, or tells who still needs it. */
import { Link } from 'wouter';
import { organizationPath } from '../app/paths.ts';
import { useViewer } from '../app/viewer.ts';
import { DeleteRoleDocument } from '../generated/roles/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts as shared } from '../texts/en/credentials.ts';
import { texts } from '../texts/en/roles.ts';
import { Confirmation } from '../ui/confirmation.tsx';
import { inWords } from '../ui/in-words.ts';
import { notify } from '../ui/notice.tsx';
import type { Role } from './role.ts';

export interface DeleteRoleProps {
  of: Role;
  slug: string;
  onClose(): void;
  onDeleted(): void;
}

export function DeleteRole({ of: role, slug, onClose, onDeleted }: DeleteRoleProps) {
  const { acting } = useViewer();
  const [{ isPending, failure, error }, remove] = useIdempotentMutation(DeleteRoleDocument, {
    keyed: false,
  });
  const submit = async (): Promise<void> => {
    const { kind } = await remove({ id: role.id });
    if (kind !== 'success') return;
    notify(texts.deleted);
    onDeleted();
  };
  const inUse = failure?.__typename === 'RoleInUseError' ? failure : undefined;
  return (
    <Confirmation
      title={texts.deleteTitle(role.name)}
      confirm={texts.delete}
      onConfirm={() => void submit()}
      onClose={onClose}
      isPending={isPending}
      failure={inWords(failure, {
        RoleInUseError: ({ memberCount, invitationCount }) =>
          texts.inUse(memberCount, invitationCount),
        RoleEscalationError: ({ missingScopes }) => shared.scopes.missing(missingScopes),
      })}
      error={error}
    >
      <p>{texts.deleteHint}</p>
      {inUse && (
        <p className="row">
          {inUse.memberCount > 0 && (
            <Link href={organizationPath(acting, slug, 'members')}>{texts.members}</Link>
          )}
          {inUse.invitationCount > 0 && (
            <Link href={organizationPath(acting, slug, 'invitations')}>{texts.invitations}</Link>
          )}
        </p>
      )}
    </Confirmation>
  );
}
