/** What became of a new organization: its setup, step by step, and who was invited. */
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { useLocation } from 'wouter';
import { organizationPath } from '../../app/paths.ts';
import { useViewer } from '../../app/viewer.ts';
import { CreatedOrganizationDocument } from '../../generated/organizations/create/graphql.ts';
import { failureTexts } from '../../texts/failures.ts';
import { texts } from '../../texts/en/create.ts';
import { texts as words } from '../../texts/en/organization.ts';
import { Button } from '../../ui/button.tsx';
import { Callout } from '../../ui/callout.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useFirstFocus } from '../../ui/first-focus.ts';
import { Pill } from '../../ui/pill.tsx';
import { stepTones } from '../tones.ts';
import type { CreatedPayload } from './create-organization.tsx';

/** How often unfinished steps are looked at: seldom after a while. */
const LOOKS_MS = { first: 1_500, longest: 15_000, growth: 1.4 };

export interface CreatedProps {
  payload: CreatedPayload;
  onDone(): void;
}

export function Created({ payload, onDone }: CreatedProps) {
  const { acting } = useViewer();
  const [, navigate] = useLocation();
  const { organization, membership, invitationOutcomes } = payload;
  const provisioning = useSetup(organization);
  const actions = useFirstFocus<HTMLDivElement>('button.primary');
  return (
    <Dialog
      isOpen
      onClose={onDone}
      title={texts.created.title(organization.name)}
      actions={
        <div ref={actions} className="dialog-buttons">
          <Button
            onPress={() => {
              onDone();
              navigate(organizationPath(acting, organization.slug));
            }}
          >
            {texts.created.open}
          </Button>
          <Button variant="primary" onPress={onDone}>
            {texts.created.done}
          </Button>
        </div>
      }
    >
      <p>{membership ? texts.created.admin : texts.created.noMembers}</p>
      {provisioning && (
        <section aria-label={texts.created.setup} className="stack-tight">
          <p className="hint" role="status">
            {texts.created.states[stateOf(provisioning)]}
          </p>
          <ul className="steps">
            {provisioning.steps.map(({ name, status, attempts, error }) => (
              <li key={name}>
                <span>{words.provisioning.steps[name]}</span>
                <Pill tone={stepTones[status]}>{words.provisioning.statuses[status]}</Pill>
                <span className="hint">
                  {attempts > 1 && words.provisioning.attempts(attempts)}
                  {error !== null && ` ${error}`}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Outcomes outcomes={invitationOutcomes} />
    </Dialog>
  );
}

type Setup = NonNullable<CreatedPayload['organization']['provisioning']>;

/**
 * The state of the steps together, as they are shown: other views ask for the state without the
 * steps, so that the two may be of different times.
 */
function stateOf({ steps }: Setup): Setup['status'] {
  if (steps.some(({ status }) => status === 'PENDING' || status === 'RUNNING')) return 'PENDING';
  return steps.some(({ status }) => status === 'FAILED') ? 'FAILED' : 'READY';
}

/** The setup of the new organization, looked at until it is finished. */
function useSetup({ id, provisioning }: CreatedPayload['organization']) {
  const [{ data }, ask] = useQuery({ query: CreatedOrganizationDocument, variables: { id } });
  const current =
    (data?.node?.__typename === 'Organization' ? data.node.provisioning : undefined) ??
    provisioning;
  const isUnderWay = current ? stateOf(current) === 'PENDING' : false;
  useEffect(() => {
    if (!isUnderWay) return undefined;
    let pause = LOOKS_MS.first;
    let timer = setTimeout(look, pause);
    function look(): void {
      if (document.visibilityState === 'visible') ask({ requestPolicy: 'network-only' });
      pause = Math.min(pause * LOOKS_MS.growth, LOOKS_MS.longest);
      timer = setTimeout(look, pause);
    }
    return () => clearTimeout(timer);
  }, [isUnderWay, ask]);
  return current;
}

function Outcomes({ outcomes }: { outcomes: CreatedPayload['invitationOutcomes'] }) {
  if (outcomes.length === 0) return null;
  const failed = outcomes.filter(({ error }) => error !== null);
  return (
    <section aria-label={texts.created.invitations} className="stack-tight">
      <h3>{texts.created.invitations}</h3>
      <ul className="outcomes">
        {outcomes.map(({ email, error, ignoredRoles }) => (
          <li key={email}>
            <span>
              <bdi>{email}</bdi>
            </span>
            <Pill tone={error ? 'danger' : 'good'}>
              {error ? texts.created.notInvited : texts.created.invited}
            </Pill>
            <span className="hint">
              {error && (failureTexts[error.__typename] ?? error.message)}
              {ignoredRoles.length > 0 && texts.created.ignored(ignoredRoles.join(', '))}
            </span>
          </li>
        ))}
      </ul>
      {failed.length > 0 && <Callout tone="warning">{texts.created.tryAgain}</Callout>}
    </section>
  );
}
