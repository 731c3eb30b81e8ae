/** Chooses the new place, shows what would happen, and moves. */
import { useState } from 'react';
import {
  MoveOrganizationDocument,
  type MoveOrganizationMutation,
} from '../generated/settings/graphql.ts';
import { useIdempotentMutation, type FailureOf, type PayloadOf } from '../graphql/use-mutation.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/settings.ts';
import { Progress } from '../ui/answer-states.tsx';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Facts } from '../ui/facts.tsx';
import { formatInteger } from '../ui/format.ts';
import { MutationFailure } from '../ui/mutation-failure.tsx';
import { Name } from '../ui/name.tsx';
import { notify } from '../ui/notice.tsx';
import { DestinationField, type Destination } from './destination-field.tsx';
import { sizeOf, type Organization, type SectionProps } from './organization.ts';
import { PlaceFailure, usePlaceConflict } from './place-conflict.tsx';

type Payload = PayloadOf<MoveOrganizationMutation>;

export function MoveDialog({ organization, onAsk, onClose }: SectionProps & { onClose(): void }) {
  const { id, name } = organization;
  const [destination, setDestination] = useState<Destination>();
  const [preview, setPreview] = useState<Payload>();
  const [moved, setMoved] = useState<Payload>();
  const [look, lookAt, forgetLook] = useIdempotentMutation(MoveOrganizationDocument);
  const [state, move, reset] = useIdempotentMutation(MoveOrganizationDocument);
  const conflict = usePlaceConflict(onAsk);

  const choose = async (chosen: Destination | undefined): Promise<void> => {
    setDestination(chosen);
    setPreview(undefined);
    conflict.clear();
    reset();
    forgetLook();
    if (!chosen) return;
    const outcome = await lookAt({ id, newParentId: chosen.id, dryRun: true });
    if (outcome.kind === 'success') setPreview(outcome.payload);
  };
  const moveTo = async (to: Destination, on: Organization): Promise<void> => {
    conflict.clear();
    const outcome = await move({ id, newParentId: to.id, expectedVersion: on.version });
    if (outcome.kind !== 'success') return conflict.look(outcome, on);
    notify(texts.move.moved(name, to.name));
    if (outcome.payload.adoptedRoles.length === 0) onClose();
    else setMoved(outcome.payload);
  };

  if (moved) return <Adopted name={name} payload={moved} onClose={onClose} />;
  const isCurrent =
    preview !== undefined && preview.newParent?.id === destination?.id && !look.isPending;
  const count = isCurrent ? preview.affectedCount : sizeOf(organization);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={texts.move.question(name)}
      size="large"
      actions={
        <>
          <Button onPress={onClose}>{common.common.cancel}</Button>
          <Button
            variant="primary"
            isPending={state.isPending}
            isDisabled={!destination || !isCurrent || count === 0}
            onPress={() => destination && void moveTo(destination, organization)}
          >
            {texts.move.confirm(formatInteger(count), count === 1)}
          </Button>
        </>
      }
    >
      <DestinationField movedId={id} onChoose={(chosen) => void choose(chosen)} />
      <div className="move-preview" aria-live="polite">
        {look.isPending && <Progress label={texts.move.previewing} />}
        {isCurrent && <Preview payload={preview} />}
        <Refusal failure={look.failure ?? state.failure} />
      </div>
      {!refusalOf(look.failure) && <MutationFailure failure={look.failure} error={look.error} />}
      {!refusalOf(state.failure) && (
        <PlaceFailure
          state={state}
          conflict={conflict}
          onContinue={(now) => destination && void moveTo(destination, now)}
        />
      )}
    </Dialog>
  );
}

function Preview({ payload }: { payload: Payload }) {
  const { pathBefore, pathAfter, affectedCount } = payload;
  if (affectedCount === 0) return <Callout>{texts.move.stays}</Callout>;
  return (
    <>
      <Facts
        of={[
          [texts.move.before, <Name key="before" of={pathBefore} />],
          [texts.move.after, <Name key="after" of={pathAfter} />],
          [texts.move.affected, formatInteger(affectedCount)],
        ]}
      />
      <p className="hint">{texts.move.roles}</p>
    </>
  );
}

/** What a person has to choose differently. */
function refusalOf(failure: FailureOf<MoveOrganizationMutation> | undefined): string | undefined {
  if (failure?.__typename === 'CycleError') return texts.move.cycle;
  if (failure?.__typename === 'DepthLimitError')
    return texts.move.depthLimit(formatInteger(failure.limit));
  return undefined;
}

function Refusal({ failure }: { failure: FailureOf<MoveOrganizationMutation> | undefined }) {
  const sentence = refusalOf(failure);
  return sentence === undefined ? null : <Callout tone="danger">{sentence}</Callout>;
}

function Adopted({ name, payload, onClose }: { name: string; payload: Payload; onClose(): void }) {
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={texts.move.moved(name, payload.newParent?.name ?? '')}
      actions={
        <Button variant="primary" onPress={onClose}>
          {texts.move.done}
        </Button>
      }
    >
      <p>{texts.move.adopted}</p>
      <ul className="plain-list">
        {payload.adoptedRoles.map((role) => (
          <li key={role.id}>
            <Name of={role.name} /> <code>{role.key}</code>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
