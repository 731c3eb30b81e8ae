/** The plan of an organization: what it allows, a choice of others, and the change under way. */
import { useState } from 'react';
import { useClient } from 'urql';
import { PlanProgressDocument } from '../generated/settings/graphql.ts';
import { PlanChange } from '../organizations/plan-change.tsx';
import { planName } from '../organizations/plan-name.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/plan.ts';
import { Button } from '../ui/button.tsx';
import { Facts, Panel } from '../ui/facts.tsx';
import { formatInteger } from '../ui/format.ts';
import { Name } from '../ui/name.tsx';
import { useWatch } from '../ui/use-watch.ts';
import type { SectionProps } from './organization.ts';
import { comparePlans, type Plan } from './plan.ts';
import { PlanChoice } from './plan-choice.tsx';
import { PlanDialog } from './plan-dialog.tsx';
import { PortalPart } from './portal-part.tsx';

export interface PlanPanelProps extends SectionProps {
  catalog: readonly Plan[];
}

export function PlanPanel(props: PlanPanelProps) {
  const { organization, catalog } = props;
  const { slug, billing, limits } = organization;
  const client = useClient();
  const isUnderWay = billing?.planChange?.status === 'PENDING';
  // The answer reaches the view through the cache; a look that fails is followed by another.
  useWatch(isUnderWay, () => {
    const answer = client.query(PlanProgressDocument, { slug }, { requestPolicy: 'network-only' });
    void answer.toPromise();
  });
  if (!billing)
    return (
      <Panel title={texts.title}>
        <p className="hint">{texts.lost}</p>
      </Panel>
    );
  const { limit, inUse } = limits?.concurrency ?? { limit: 0, inUse: 0 };
  return (
    <Panel title={texts.title}>
      <Facts
        of={[
          [texts.current, <Name key="plan" of={planName(catalog, billing.plan)} />],
          [
            texts.concurrency,
            limits ? texts.inUse(formatInteger(inUse), formatInteger(limit)) : common.common.none,
          ],
          [texts.status, billing.status],
        ]}
      />
      <PlanChange billing={billing} catalog={catalog} />
      <Change {...props} current={{ plan: billing.plan, limit, inUse }} isUnderWay={isUnderWay} />
      <PortalPart organizationId={organization.id} />
    </Panel>
  );
}

interface ChangeProps extends PlanPanelProps {
  current: { plan: string; limit: number; inUse: number };
  isUnderWay: boolean;
}

/** The choice, and the question that leads to a change. */
function Change({ current, isUnderWay, ...props }: ChangeProps) {
  const [chosen, setChosen] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const plans = comparePlans(props.catalog, current);
  const wanted = plans.find(({ key, isCurrent }) => key === chosen && !isCurrent);
  if (props.organization.billing?.status === 'pending')
    return <p className="hint">{texts.notReady}</p>;
  if (!plans.some(({ isCurrent }) => !isCurrent)) return <p className="hint">{texts.noOther}</p>;
  return (
    <>
      <PlanChoice
        plans={plans}
        inUse={current.inUse}
        value={chosen ?? current.plan}
        onChange={setChosen}
      />
      <div className="row section-buttons">
        <Button
          // The button stays in the order of focus while it waits.
          isPending={isUnderWay}
          isDisabled={!isUnderWay && !wanted}
          onPress={() => setAsking(true)}
        >
          {texts.change}
        </Button>
      </div>
      {isAsking && wanted && (
        <PlanDialog
          {...props}
          wanted={wanted}
          onClose={(isAsked) => {
            setAsking(false);
            if (isAsked) setChosen(undefined);
          }}
        />
      )}
    </>
  );
}
