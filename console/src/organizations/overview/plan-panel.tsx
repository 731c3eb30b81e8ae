/** The plan, its limits, and the change that is under way. */
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/organization.ts';
import { Facts, Panel } from '../../ui/facts.tsx';
import { formatInteger } from '../../ui/format.ts';
import { Name } from '../../ui/name.tsx';
import { useWatch } from '../../ui/use-watch.ts';
import { PlanChange } from '../plan-change.tsx';
import { planName } from '../plan-name.ts';
import type { PanelProps } from './organization.ts';

export interface PlanPanelProps extends PanelProps {
  catalog: readonly { key: string; name: string }[];
  /** Asks for the organization again. */
  onAsk(): void;
}

export function PlanPanel({ organization, catalog, onAsk }: PlanPanelProps) {
  const { billing, limits } = organization;
  useWatch(billing?.planChange?.status === 'PENDING', onAsk);
  if (!billing && !limits) return null;
  const { plan } = texts;
  return (
    <Panel title={plan.title}>
      <Facts
        of={[
          ...(billing
            ? [
                [plan.plan, <Name key="plan" of={planName(catalog, billing.plan)} />] as const,
                [plan.status, billing.status] as const,
                [plan.email, billing.email ?? common.common.none] as const,
              ]
            : []),
          ...(limits
            ? [
                [
                  plan.concurrency,
                  plan.inUse(
                    formatInteger(limits.concurrency.inUse),
                    formatInteger(limits.concurrency.limit),
                  ),
                ] as const,
              ]
            : []),
        ]}
      />
      {billing && <PlanChange billing={billing} catalog={catalog} />}
    </Panel>
  );
}
