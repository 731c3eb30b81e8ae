/** What there is to know of an organization. */
import { useQuery } from 'urql';
import { OverviewDocument } from '../../generated/organizations/overview/graphql.ts';
import { Answer } from '../../ui/answer.tsx';
import type { TabViewProps } from '../page/tab-views.ts';
import { DetailsPanel } from './details-panel.tsx';
import { DomainPanel } from './domain-panel.tsx';
import { ResourcesPanel, BrandingPanel } from './facts-panels.tsx';
import { PlanPanel } from './plan-panel.tsx';
import { SetupPanel } from './setup-panel.tsx';

export default function OverviewView({ slug }: TabViewProps) {
  const answer = useQuery({ query: OverviewDocument, variables: { slug } });
  const [, ask] = answer;
  return (
    <Answer of={answer} select={({ organization }) => organization}>
      {(organization) => (
        <div className="panels">
          <DetailsPanel organization={organization} />
          <SetupPanel
            organization={organization}
            onAsk={() => ask({ requestPolicy: 'network-only' })}
          />
          <DomainPanel organization={organization} />
          <PlanPanel
            organization={organization}
            catalog={answer[0].data?.plans ?? []}
            onAsk={() => ask({ requestPolicy: 'network-only' })}
          />
          <ResourcesPanel organization={organization} />
          <BrandingPanel organization={organization} />
        </div>
      )}
    </Answer>
  );
}
