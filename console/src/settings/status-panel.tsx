/** Suspending an organization, and resuming it. */
import { useState } from 'react';
import {
  ResumeOrganizationDocument,
  SuspendOrganizationDocument,
} from '../generated/settings/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { statusTones } from '../organizations/tones.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/settings.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Panel } from '../ui/facts.tsx';
import { formatInteger } from '../ui/format.ts';
import { notify } from '../ui/notice.tsx';
import { Pill } from '../ui/pill.tsx';
import { TextField } from '../ui/text-field.tsx';
import type { Organization, SectionProps } from './organization.ts';
import { PlaceFailure, usePlaceConflict } from './place-conflict.tsx';

export function StatusPanel(props: SectionProps) {
  const { organization, onAsk } = props;
  const [isAsking, setAsking] = useState(false);
  const [state, resume] = useIdempotentMutation(ResumeOrganizationDocument);
  const conflict = usePlaceConflict(onAsk);
  const isSuspended = organization.status === 'SUSPENDED';
  const resumeIt = async (on: Organization): Promise<void> => {
    conflict.clear();
    const outcome = await resume({ id: on.id, expectedVersion: on.version });
    if (outcome.kind === 'success') notify(texts.status.resumed(on.name));
    else await conflict.look(outcome, on);
  };
  return (
    <Panel
      title={texts.status.title}
      action={
        <Pill tone={statusTones[organization.status]}>{common.statuses[organization.status]}</Pill>
      }
    >
      <p className="hint">{isSuspended ? texts.status.isSuspended : texts.status.isActive}</p>
      <PlaceFailure state={state} conflict={conflict} onContinue={(now) => void resumeIt(now)} />
      <div className="row">
        {isSuspended ? (
          <Button isPending={state.isPending} onPress={() => void resumeIt(organization)}>
            {texts.status.resume}
          </Button>
        ) : (
          <Button onPress={() => setAsking(true)}>{texts.status.suspend}</Button>
        )}
      </div>
      {isAsking && <SuspendDialog {...props} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function SuspendDialog({ organization, onAsk, onClose }: SectionProps & { onClose(): void }) {
  const [reason, setReason] = useState('');
  const [state, suspend] = useIdempotentMutation(SuspendOrganizationDocument);
  const conflict = usePlaceConflict(onAsk);
  const { name, descendantCount: below } = organization;
  const suspendIt = async (on: Organization): Promise<void> => {
    conflict.clear();
    const outcome = await suspend({
      id: on.id,
      expectedVersion: on.version,
      ...(reason.trim() !== '' && { reason }),
    });
    if (outcome.kind !== 'success') return conflict.look(outcome, on);
    notify(texts.status.suspended(on.name));
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={texts.status.question(name)}
      role="alertdialog"
      actions={
        <>
          <Button onPress={onClose}>{common.common.cancel}</Button>
          <Button
            variant="danger"
            isPending={state.isPending}
            onPress={() => void suspendIt(organization)}
          >
            {texts.status.confirm}
          </Button>
        </>
      }
    >
      <p>{texts.status.consequence}</p>
      {below != null && below > 0 && (
        <p>{texts.status.affected(formatInteger(below), below === 1)}</p>
      )}
      <TextField
        label={texts.status.reason}
        description={texts.status.reasonHint}
        maxLength={500}
        rows={2}
        value={reason}
        onChange={setReason}
      />
      <PlaceFailure state={state} conflict={conflict} onContinue={(now) => void suspendIt(now)} />
    </Dialog>
  );
}
