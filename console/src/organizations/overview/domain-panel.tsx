/** The organization's own domain, and how its ownership is proven. */
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/organization.ts';
import { Callout } from '../../ui/callout.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Facts, Panel } from '../../ui/facts.tsx';
import { formatDateTime, formatRelative } from '../../ui/format.ts';
import { Pill } from '../../ui/pill.tsx';
import { domainTones } from '../tones.ts';
import type { PanelProps } from './organization.ts';

export function DomainPanel({ organization }: PanelProps) {
  const { domain, domainSetupStatus: status, domainVerification: proof } = organization;
  const state = <Pill tone={domainTones[status]}>{common.domainStates[status]}</Pill>;
  const { name, type, value, checked, never, verified } = texts.domain;
  return (
    <Panel title={texts.domain.title} action={state}>
      {domain === null ? (
        <p className="hint">{texts.domain.none}</p>
      ) : (
        <p>
          <bdi>{domain}</bdi>
        </p>
      )}
      {proof && status === 'VERIFIED' && proof.verifiedAt !== null && (
        <Facts of={[[verified, formatDateTime(proof.verifiedAt)]]} />
      )}
      {proof && status !== 'VERIFIED' && (
        <>
          <p className="hint">{texts.domain.record}</p>
          <Facts
            of={[
              [type, proof.recordType],
              [name, <Copyable key="name" text={proof.recordName} label={name} />],
              [value, <Copyable key="value" text={proof.recordValue} label={value} />],
              [checked, proof.checkedAt === null ? never : formatRelative(proof.checkedAt)],
            ]}
          />
          {proof.problem !== null && <Callout tone="warning">{proof.problem}</Callout>}
        </>
      )}
    </Panel>
  );
}
