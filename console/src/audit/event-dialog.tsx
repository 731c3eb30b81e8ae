/** An event: who did what, and what it changed. */
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { organizationPath } from '../app/paths.ts';
import { useViewer } from '../app/viewer.ts';
import { AuditEventDocument } from '../generated/audit/graphql.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/audit.ts';
import { ActorName } from '../ui/actor.tsx';
import { Answer } from '../ui/answer.tsx';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Facts } from '../ui/facts.tsx';
import { Name } from '../ui/name.tsx';
import { ExactWhen } from '../ui/when.tsx';
import { ChangeTable } from './change-table.tsx';
import type { Event } from './event.ts';
import { actionLabel, targetLabel } from './labels.ts';

export interface EventDialogProps {
  id: string;
  /** The event, if it is on a page that was read. */
  known: Event | undefined;
  /** Whether the first page is still on its way, which may have it. */
  isListPending: boolean;
  onClose(): void;
}

export function EventDialog({ id, known, isListPending, onClose }: EventDialogProps) {
  const answer = useQuery({
    query: AuditEventDocument,
    variables: { id },
    pause: known !== undefined || isListPending,
  });
  const [{ data }] = answer;
  const event = known ?? (data?.node?.__typename === 'AuditEvent' ? data.node : undefined);
  return (
    <Dialog
      isOpen
      size="large"
      title={event ? actionLabel(event.action) : texts.event.title}
      onClose={onClose}
      actions={<Button onPress={onClose}>{common.common.close}</Button>}
    >
      {event ? (
        <EventFacts of={event} />
      ) : (
        <Answer of={answer} select={() => null}>
          {() => null}
        </Answer>
      )}
    </Dialog>
  );
}

function EventFacts({ of: event }: { of: Event }) {
  const { acting } = useViewer();
  const { actor, actingOrganization, organization, refusal, requestId, targetId } = event;
  const { event: words } = texts;
  return (
    <>
      {refusal !== null && <Callout tone="warning">{words.refused(refusal)}</Callout>}
      <Facts
        of={[
          [words.when, <ExactWhen key="when" at={event.at} />],
          [words.who, <ActorName key="who" of={actor} />],
          ...(event.viaAncestor
            ? [
                [
                  words.from,
                  <Name key="from" of={actingOrganization?.name ?? words.viaAncestor} />,
                ] as const,
              ]
            : []),
          [
            words.organization,
            <span key="organization" className="row">
              <Name of={organization.name} />
              <Link className="hint" href={organizationPath(acting, organization.slug, 'audit')}>
                {words.log}
              </Link>
            </span>,
          ],
          [words.target, targetLabel(event.targetType)],
          [words.targetId, <Copyable key="id" text={targetId} label={words.targetId} />],
          [words.request, <Copyable key="request" text={requestId} label={words.request} />],
        ]}
      />
      {/* What was refused changed nothing, and rarely has a state. */}
      {(refusal === null || event.before !== null || event.redacted.length > 0) && (
        <ChangeTable before={event.before} after={event.after} redacted={event.redacted} />
      )}
    </>
  );
}
