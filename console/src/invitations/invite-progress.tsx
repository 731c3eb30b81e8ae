/** How inviting goes, and what became of each address. */
import type { GrantableRole } from '../members/grants.ts';
import { texts } from '../texts/en/invitations.ts';
import { Callout } from '../ui/callout.tsx';
import { formatInteger } from '../ui/format.ts';
import { MutationFailure } from '../ui/mutation-failure.tsx';
import { Name } from '../ui/name.tsx';
import { Pill, type Tone } from '../ui/pill.tsx';
import { ScrollList } from '../ui/scroll-list.tsx';
import { byUrgency } from './draft.ts';
import { OUTCOME_KINDS, refusalText, type Outcome, type OutcomeKind } from './outcome.ts';
import type { Inviting } from './use-inviting.ts';

const tones: Record<OutcomeKind, Tone> = {
  INVITED: 'good',
  ALREADY_MEMBER: 'neutral',
  INVITATION_EXISTS: 'neutral',
  BAD: 'danger',
  OTHER: 'danger',
};

export interface InviteProgressProps {
  inviting: Inviting;
  roles: readonly GrantableRole[];
}

export function InviteProgress({ inviting, roles }: InviteProgressProps) {
  const { phase, outcomes, waiting, refusal, failure, error } = inviting;
  const total = outcomes.length + waiting.length;
  const ignored = [...new Set(outcomes.flatMap(({ ignoredRoles }) => ignoredRoles))];
  return (
    <>
      <div className="sending">
        {phase !== 'done' && (
          <progress aria-label={texts.sending.label} max={total} value={outcomes.length} />
        )}
        <div className="row" role="status">
          {phase !== 'done' && <span>{texts.sending.progress(outcomes.length, total)}</span>}
          <Counts outcomes={outcomes} />
        </div>
      </div>
      {phase === 'stopped' && (
        <Callout tone="warning" title={texts.sending.stopped(waiting.length)}>
          {refusal && (refusalText(refusal) ?? refusal.message)}
        </Callout>
      )}
      {phase === 'stopped' && <MutationFailure failure={failure} error={error} />}
      {ignored.length > 0 && (
        <Callout tone="warning">
          {texts.sending.ignored(
            ignored.map((id) => roles.find((role) => role.id === id)?.name ?? id),
          )}
        </Callout>
      )}
      {outcomes.length > 0 && (
        <ScrollList label={texts.sending.outcomes}>
          {byUrgency(outcomes).map(({ email, kind, text }, index) => (
            // An address that is none can be there twice.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>
              <Name of={email} />
              {kind === 'INVITED' ? (
                <Pill tone="good">{text}</Pill>
              ) : (
                <span className={tones[kind] === 'danger' ? 'problem' : 'hint'}>{text}</span>
              )}
            </li>
          ))}
        </ScrollList>
      )}
    </>
  );
}

function Counts({ outcomes }: { outcomes: readonly Outcome[] }) {
  return OUTCOME_KINDS.map((kind) => {
    const count = outcomes.filter((outcome) => outcome.kind === kind).length;
    return (
      count > 0 && (
        <Pill key={kind} tone={tones[kind]}>
          {texts.sending.summary[kind](formatInteger(count))}
        </Pill>
      )
    );
  });
}
