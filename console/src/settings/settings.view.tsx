/** What can be changed about an organization: each section only where the viewer may change it. */
import { useCallback } from 'react';
import { useClient, useQuery } from 'urql';
import { useViewer } from '../app/viewer.ts';
import { SettingsDocument } from '../generated/settings/graphql.ts';
import type { TabViewProps } from '../organizations/page/tab-views.ts';
import { texts } from '../texts/en/settings.ts';
import { Answer } from '../ui/answer.tsx';
import { Empty } from '../ui/answer-states.tsx';
import { Callout } from '../ui/callout.tsx';
import '../ui/styles/forms.css';
import '../ui/styles/settings.css';
import { BrandingPanel } from './branding-panel.tsx';
import { DeletePanel } from './delete-panel.tsx';
import { AccountsPanel, AddressPanel, OffersPanel } from './details-panels.tsx';
import { MovePanel } from './move-panel.tsx';
import { rightsOn, variablesFor, type Organization } from './organization.ts';
import { PlanPanel, type PlanPanelProps } from './plan-panel.tsx';
import { BillingPanel, DomainPanel, GeneralPanel } from './profile-panels.tsx';
import { RestorePanel } from './restore-panel.tsx';
import { StatusPanel } from './status-panel.tsx';

export default function SettingsView({ slug }: TabViewProps) {
  const viewer = useViewer();
  const client = useClient();
  const { details, billing, below } = variablesFor(slug, viewer);
  const answer = useQuery({
    query: SettingsDocument,
    variables: { slug, details, billing, below },
    // What is about to be changed should be what is there.
    requestPolicy: 'cache-and-network',
  });
  const onAsk = useCallback(async (): Promise<Organization | undefined> => {
    const { data } = await client
      .query(SettingsDocument, { slug, details, billing, below }, { requestPolicy: 'network-only' })
      .toPromise();
    return data?.organization ?? undefined;
  }, [client, slug, details, billing, below]);
  return (
    <Answer of={answer} select={({ organization }) => organization}>
      {(organization) => (
        <Sections organization={organization} onAsk={onAsk} catalog={answer[0].data?.plans ?? []} />
      )}
    </Answer>
  );
}

function Sections({ catalog, ...props }: PlanPanelProps) {
  const viewer = useViewer();
  const { profile, billing, plan, place, restore } = rightsOn(props.organization, viewer);
  if (!profile && !plan && !place && !restore)
    return <Empty title={texts.nothing}>{texts.nothingHint}</Empty>;
  return (
    <div className="panels settings">
      {profile && (
        <>
          <GeneralPanel {...props} />
          <BrandingPanel {...props} />
          <DomainPanel {...props} />
          <BillingPanel {...props} withEmail={billing} />
          <AddressPanel {...props} />
          <OffersPanel {...props} />
          <AccountsPanel {...props} />
        </>
      )}
      {plan && <PlanPanel {...props} catalog={catalog} />}
      {restore && <RestorePanel {...props} />}
      {place ? (
        <>
          <StatusPanel {...props} />
          <MovePanel {...props} />
          <DeletePanel {...props} />
        </>
      ) : (
        <Callout>{texts.own}</Callout>
      )}
    </div>
  );
}
