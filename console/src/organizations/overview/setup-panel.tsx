/** The steps that set an organization up, until they are finished. */
import { useEffect } from 'react';
import { RetryProvisioningDocument } from '../../generated/organizations/overview/graphql.ts';
import { useIdempotentMutation } from '../../graphql/use-mutation.ts';
import { texts } from '../../texts/en/organization.ts';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/facts.tsx';
import { formatRelative } from '../../ui/format.ts';
import { MutationFailure } from '../../ui/mutation-failure.tsx';
import { notify } from '../../ui/notice.tsx';
import { Pill } from '../../ui/pill.tsx';
import { stepTones } from '../tones.ts';
import type { PanelProps } from './organization.ts';

/** How often unfinished steps are looked at. */
const LOOK_MS = 2_000;

export interface SetupPanelProps extends PanelProps {
  /** Asks for the organization again. */
  onAsk(): void;
}

export function SetupPanel({ organization, onAsk }: SetupPanelProps) {
  const { id, provisioning } = organization;
  const [{ isPending, failure, error }, retry] = useIdempotentMutation(RetryProvisioningDocument);
  const isUnderWay = provisioning?.status === 'PENDING';
  useEffect(() => {
    if (!isUnderWay) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') onAsk();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [isUnderWay, onAsk]);
  if (!provisioning) return null;
  const tryAgain = async (): Promise<void> => {
    const { kind } = await retry({ organizationId: id });
    if (kind === 'success') notify(texts.provisioning.retried);
  };
  return (
    <Panel
      title={texts.provisioning.title}
      action={
        provisioning.status === 'FAILED' && (
          <Button isPending={isPending} onPress={() => void tryAgain()}>
            {texts.provisioning.retry}
          </Button>
        )
      }
    >
      <MutationFailure failure={failure} error={error} />
      <ul className="steps">
        {provisioning.steps.map(({ name, status, attempts, error: problem, finishedAt }) => (
          <li key={name}>
            <span>{texts.provisioning.steps[name]}</span>
            <Pill tone={stepTones[status]}>{texts.provisioning.statuses[status]}</Pill>
            <span className="hint">
              {finishedAt === null
                ? attempts > 0 && texts.provisioning.attempts(attempts)
                : formatRelative(finishedAt)}
              {problem !== null && ` · ${problem}`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
