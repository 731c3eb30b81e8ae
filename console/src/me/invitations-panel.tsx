/** Invitations that wait for the person's answer. */
import { useState } from 'react';
import { AcceptInvitationDocument } from '../generated/me/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/me.ts';
import { ActorName } from '../ui/actor.tsx';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/facts.tsx';
import { inWords } from '../ui/in-words.ts';
import { MutationFailure } from '../ui/mutation-failure.tsx';
import { Name } from '../ui/name.tsx';
import { notify } from '../ui/notice.tsx';
import { Pill } from '../ui/pill.tsx';
import { When } from '../ui/when.tsx';
import { DeclineInvitation } from './decline-invitation.tsx';
import type { Invitation, PartProps } from './mine.ts';

export function InvitationsPanel({ viewer, onChanged }: PartProps) {
  const [declining, setDeclining] = useState<Invitation>();
  const invitations = viewer.invitations?.nodes ?? [];
  const { invitations: words } = texts;
  return (
    <Panel title={words.title}>
      {invitations.length === 0 && <p className="hint">{words.empty}</p>}
      <ul className="mine">
        {invitations.map((invitation) => (
          <InvitationRow
            key={invitation.id}
            of={invitation}
            onDecline={() => setDeclining(invitation)}
            onChanged={onChanged}
          />
        ))}
      </ul>
      {viewer.invitations?.pageInfo.hasNextPage && <p className="hint">{words.more}</p>}
      {declining && (
        <DeclineInvitation
          of={declining}
          onClose={() => setDeclining(undefined)}
          onDeclined={onChanged}
        />
      )}
    </Panel>
  );
}

interface InvitationRowProps {
  of: Invitation;
  onDecline(): void;
  onChanged(): void;
}

function InvitationRow({ of: invitation, onDecline, onChanged }: InvitationRowProps) {
  const { id, organization, roles, invitedBy, expiresAt } = invitation;
  const [{ isPending, failure, error }, accept] = useIdempotentMutation(AcceptInvitationDocument);
  const { invitations: words } = texts;
  const submit = async (): Promise<void> => {
    const { kind } = await accept({ id });
    if (kind !== 'success') return;
    notify(words.accepted(organization.name));
    onChanged();
  };
  return (
    <li>
      <span className="mine-text">
        <span className="row">
          <strong>
            <Name of={organization.name} />
          </strong>
          <Pill>{common.kinds[organization.kind]}</Pill>
        </span>
        <span className="hint">
          {words.invitedBy} <ActorName of={invitedBy} /> · {words.roles}{' '}
          <Name of={roles.map(({ name }) => name).join(', ')} /> · {words.until}{' '}
          <When at={expiresAt} />
        </span>
        <MutationFailure
          failure={inWords(failure, { InvitationInvalidError: () => words.invalid })}
          error={error}
        />
      </span>
      <span className="row">
        <Button
          aria-label={words.declineWhat(organization.name)}
          isDisabled={isPending}
          onPress={onDecline}
        >
          {words.decline}
        </Button>
        <Button
          variant="primary"
          aria-label={words.acceptWhat(organization.name)}
          isPending={isPending}
          onPress={() => void submit()}
        >
          {words.accept}
        </Button>
      </span>
    </li>
  );
}
