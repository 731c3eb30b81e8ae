/** How much an organization and those below it used. */
import { useViewer } from '../app/viewer.ts';
import type { TabViewProps } from '../organizations/page/tab-views.ts';
import { texts } from '../texts/en/usage.ts';
import { Answer } from '../ui/answer.tsx';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import '../ui/styles/usage.css';
import { BreakdownPanel } from './breakdown-panel.tsx';
import { TimelinePanel } from './timeline-panel.tsx';
import { Toolbar } from './toolbar.tsx';
import { TotalsPanel } from './totals-panel.tsx';
import { UTC } from './address.ts';
import { useAddress, type AddressState } from './use-address.ts';
import { useUsage, type Organization } from './use-usage.ts';

export default function UsageView({ slug }: TabViewProps) {
  const { acting } = useViewer();
  const state = useAddress();
  const usage = useUsage(slug, state.address);
  const { answer, shown, catalog, isZoneRefused } = usage;
  const [{ fetching }] = answer;
  const metric = catalog.find(({ key }) => key === shown.metric);
  return (
    <div className="usage">
      <Toolbar state={state} catalog={catalog} metric={shown.metric} />
      {isZoneRefused && <ZoneRefused state={state} />}
      <Answer of={answer} select={({ organization }) => partOf(organization, isZoneRefused)}>
        {({ organization, usage: summary }) =>
          summary &&
          metric && (
            <div className="usage-panels" aria-busy={fetching}>
              <TimelinePanel {...{ organization, usage: summary, shown, metric, state }} />
              <BreakdownPanel
                {...{ acting, organization, usage: summary, metric, state, source: usage }}
              />
              <TotalsPanel usage={summary} metric={metric} state={state} />
            </div>
          )
        }
      </Answer>
    </div>
  );
}

/** The organization with its usage, which a refused window has none of. */
function partOf(organization: Organization | null, isZoneRefused: boolean) {
  if (!organization || (!organization.usage && !isZoneRefused)) return null;
  return { organization, usage: organization.usage };
}

/** Says why a time zone has no answer, and offers those that have one. */
function ZoneRefused({ state: { address, change } }: { state: AddressState }) {
  const { zoneLimit } = texts;
  return (
    <Callout
      tone="warning"
      title={zoneLimit.title}
      action={
        <div className="row">
          {address.size === 'DAY' && (
            <Button onPress={() => change({ size: 'WEEK' })}>{zoneLimit.weeks}</Button>
          )}
          <Button onPress={() => change({ timeZone: UTC })}>{zoneLimit.utc}</Button>
        </div>
      }
    >
      {zoneLimit.hint(address.timeZone)}
    </Callout>
  );
}
