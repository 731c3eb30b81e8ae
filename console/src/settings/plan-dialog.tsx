/** The question before a plan is changed: what it does to the limits, and when. */
import { planName } from '../organizations/plan-name.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/plan.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { formatInteger } from '../ui/format.ts';
import { MutationFailure } from '../ui/mutation-failure.tsx';
import { Name } from '../ui/name.tsx';
import { notify } from '../ui/notice.tsx';
import { VersionConflict } from '../ui/version-conflict.tsx';
import type { Organization, SectionProps } from './organization.ts';
import { planStateText, refusalText, type ComparedPlan, type Plan } from './plan.ts';
import { usePlanChange } from './use-plan-change.ts';

export interface PlanDialogProps extends SectionProps {
  /** The plan to change to. */
  wanted: ComparedPlan;
  catalog: readonly Plan[];
  /** Called with whether the change was asked for. */
  onClose(isAsked: boolean): void;
}

export function PlanDialog({ organization, onAsk, wanted, catalog, onClose }: PlanDialogProps) {
  const { change, isPending, failure, error, conflict } = usePlanChange(onAsk);
  const send = async (on: Organization): Promise<void> => {
    if (!(await change(on, wanted.key))) return;
    const isSame = on.billing?.plan === wanted.key;
    notify(isSame ? texts.already(wanted.name) : texts.asked(wanted.name));
    onClose(true);
  };
  const stop = (): void => onClose(false);
  const confirm = texts.confirm(wanted.name);
  return (
    <Dialog
      isOpen
      role="alertdialog"
      onClose={isPending ? undefined : stop}
      title={texts.question(wanted.name)}
      actions={
        <>
          <Button onPress={stop} isDisabled={isPending}>
            {common.common.cancel}
          </Button>
          {!conflict && (
            <Button variant="primary" isPending={isPending} onPress={() => void send(organization)}>
              {confirm}
            </Button>
          )}
        </>
      }
    >
      <Limits organization={organization} wanted={wanted} catalog={catalog} />
      <p>{texts.consequence}</p>
      {conflict?.billing ? (
        <VersionConflict
          differences={[
            {
              label: texts.plan,
              theirs: planStateText(conflict.billing, catalog),
              yours: wanted.name,
            },
          ]}
          onOverwrite={() => void send(conflict)}
          onDiscard={stop}
        />
      ) : (
        <>
          {failure && (
            <Callout tone="danger">
              {refusalText(failure, wanted.key, catalog, formatInteger)}
            </Callout>
          )}
          <MutationFailure error={error} />
        </>
      )}
    </Dialog>
  );
}

/** The limits now and then. */
function Limits({
  organization: { billing, limits },
  wanted,
  catalog,
}: Pick<PlanDialogProps, 'organization' | 'wanted' | 'catalog'>) {
  const inUse = limits?.concurrency.inUse ?? 0;
  return (
    <>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{texts.limit}</th>
              <th scope="col" className="end">
                {texts.now}: <Name of={planName(catalog, billing?.plan ?? '')} />
              </th>
              <th scope="col" className="end">
                {texts.after}: <Name of={wanted.name} />
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{texts.concurrency}</th>
              <td className="end">{formatInteger(limits?.concurrency.limit ?? 0)}</td>
              <td className="end">{formatInteger(wanted.maxConcurrentCalls)}</td>
            </tr>
          </tbody>
        </table>
      </div>
      {wanted.isTooSmall && (
        <Callout tone="warning">{texts.tooSmall(formatInteger(inUse))}</Callout>
      )}
    </>
  );
}
