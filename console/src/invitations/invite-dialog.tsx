/** Invites many people at once: the form, then how it goes, then what became of each. */
import { useDeferredValue, useMemo, useState } from 'react';
import { ROLES_MAX, type GrantableRole } from '../members/grants.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/invitations.ts';
import { texts as membership } from '../texts/en/members.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { unsettled, type Draft } from './draft.ts';
import { InviteForm } from './invite-form.tsx';
import { InviteProgress } from './invite-progress.tsx';
import { readPasted } from './pasted.ts';
import { useInviting } from './use-inviting.ts';

/** What the gateway gives to people for whom nothing was chosen. */
const ROLE_DEFAULT = 'user';

export interface InviteDialogProps {
  organization: { id: string; name: string };
  roles: readonly GrantableRole[];
  held: readonly string[];
  draft: Draft;
  onDraft(draft: Draft): void;
  onClose(): void;
}

export function InviteDialog({
  organization,
  roles,
  held,
  draft,
  onDraft,
  onClose,
}: InviteDialogProps) {
  const standard = useMemo(
    () => roles.filter(({ key }) => key === ROLE_DEFAULT).map(({ id }) => id),
    [roles],
  );
  const chosen = draft.roles ?? standard;
  const text = useDeferredValue(draft.text);
  const pasted = useMemo(() => readPasted(text), [text]);
  const inviting = useInviting(organization.id, chosen);
  const [isComplained, setComplained] = useState(false);
  const { phase, outcomes, waiting, refusal } = inviting;
  const rest = unsettled(outcomes, waiting);

  const roleProblem = problemWith(chosen);
  const submit = (): void => {
    // What was typed in this moment is not in `pasted` yet.
    const { addresses, bad } = readPasted(draft.text);
    const isReady = addresses.length > 0 && roleProblem === undefined;
    setComplained(!isReady);
    if (!isReady) return;
    inviting.start(
      addresses,
      bad.map(({ text }) => text),
    );
  };
  // Other refusals need another choice first, or the help of somebody else.
  const canGoOn = !refusal || refusal.__typename === 'InvitationLimitError';
  const keepRest = (): void => onDraft({ ...draft, text: rest.join('\n') });
  const edit = (): void => {
    keepRest();
    setComplained(false);
    inviting.reset();
  };
  const close = (): void => {
    if (phase !== 'form') keepRest();
    onClose();
  };
  return (
    <Dialog
      isOpen
      size="large"
      onClose={phase === 'sending' ? undefined : close}
      title={texts.form.title(organization.name)}
      actions={
        phase === 'form' ? (
          <>
            <Button onPress={close}>{common.common.cancel}</Button>
            <Button variant="primary" onPress={submit}>
              {texts.form.submit(pasted.addresses.length)}
            </Button>
          </>
        ) : (
          <>
            {phase === 'sending' && <Button onPress={inviting.stop}>{texts.sending.stop}</Button>}
            {phase !== 'sending' && rest.length > 0 && (
              <Button onPress={edit}>{texts.sending.edit(rest.length)}</Button>
            )}
            {phase === 'stopped' && <Button onPress={close}>{common.common.close}</Button>}
            {phase === 'stopped' && canGoOn && (
              <Button variant="primary" onPress={inviting.goOn}>
                {texts.sending.goOn(waiting.length)}
              </Button>
            )}
            {phase === 'done' && (
              <Button variant="primary" onPress={close}>
                {texts.sending.done}
              </Button>
            )}
          </>
        )
      }
    >
      {phase === 'form' ? (
        <InviteForm
          draft={{ text: draft.text, roles: chosen }}
          onDraft={onDraft}
          pasted={pasted}
          roles={roles}
          held={held}
          addressProblem={
            isComplained && pasted.addresses.length === 0 ? texts.form.noAddress : undefined
          }
          roleProblem={roleProblem}
        />
      ) : (
        <InviteProgress inviting={inviting} roles={roles} />
      )}
    </Dialog>
  );
}

function problemWith(chosen: readonly string[]): string | undefined {
  if (chosen.length === 0) return texts.form.noRole;
  return chosen.length > ROLES_MAX ? membership.roles.atMost(ROLES_MAX) : undefined;
}
