/** Says what comes back with an organization, and restores it. */
import { useLocation } from 'wouter';
import { organizationPath } from '../app/paths.ts';
import { useViewer } from '../app/viewer.ts';
import { RestoreOrganizationDocument } from '../generated/settings/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/settings.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { formatInteger } from '../ui/format.ts';
import { MutationFailure } from '../ui/mutation-failure.tsx';
import { notify } from '../ui/notice.tsx';
import type { DeletedOrganization } from './restore-panel.tsx';

export interface RestoreDialogProps {
  organization: DeletedOrganization;
  onClose(): void;
}

export function RestoreDialog({ organization, onClose }: RestoreDialogProps) {
  const { id, name, slug, descendants } = organization;
  const { acting } = useViewer();
  const [, navigate] = useLocation();
  const [{ isPending, failure, error }, restore] = useIdempotentMutation(
    RestoreOrganizationDocument,
    { keyed: false },
  );
  const below = descendants?.totalCount ?? 0;
  const restoreIt = async (): Promise<void> => {
    const outcome = await restore({ id });
    if (outcome.kind !== 'success') return;
    const { restoredCount: count } = outcome.payload;
    notify(
      count === 0
        ? texts.restore.already(name)
        : texts.restore.restored(name, formatInteger(count), count === 1),
    );
    navigate(organizationPath(acting, slug));
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={texts.restore.question(name)}
      actions={
        <>
          <Button onPress={onClose}>{common.common.cancel}</Button>
          <Button variant="primary" isPending={isPending} onPress={() => void restoreIt()}>
            {texts.restore.confirm}
          </Button>
        </>
      }
    >
      <ul className="bullets">
        <li>
          {below === 0
            ? texts.restore.organizations
            : texts.restore.withBelow(formatInteger(below), below === 1)}
        </li>
        <li>{texts.restore.people}</li>
        <li>{texts.restore.keys}</li>
        {below > 0 && <li>{texts.restore.separately}</li>}
      </ul>
      <MutationFailure failure={failure} error={error} />
    </Dialog>
  );
}
