/** An organization's page: what it is, where it is, and the view of the tab in the address. */
import { useQuery } from 'urql';
import { Redirect } from 'wouter';
import { organizationPath, TABS } from '../../app/paths.ts';
import { useTitle } from '../../app/title.ts';
import { useViewer } from '../../app/viewer.ts';
import { OrganizationPageDocument } from '../../generated/organizations/page/graphql.ts';
import { texts } from '../../texts/en/organization.ts';
import { Answer } from '../../ui/answer.tsx';
import { TabLinks } from '../../ui/tabs.tsx';
import { OrganizationHeader } from './organization-header.tsx';
import { tabViews } from './tab-views.ts';

export default function OrganizationView({ slug, tab }: { slug: string; tab: string }) {
  const { acting } = useViewer();
  const answer = useQuery({ query: OrganizationPageDocument, variables: { slug } });
  const [{ data, fetching }] = answer;
  useTitle(data?.organization?.name);
  const current = TABS.find((one) => one === tab);
  const View = current && tabViews.get(current);
  if (!View) return <Redirect to={organizationPath(acting, slug)} replace />;
  const shown = TABS.filter((one) => tabViews.has(one));
  return (
    <div className="page">
      <Answer of={answer} select={({ organization }) => organization}>
        {(organization) => <OrganizationHeader organization={organization} />}
      </Answer>
      {/* Asked for at the same time as the header, not after it. */}
      {(fetching || data?.organization) && (
        <>
          <TabLinks
            label={texts.tabsLabel}
            tabs={shown.map((one) => ({
              title: texts.tabs[one],
              href: organizationPath(acting, slug, one),
              isCurrent: one === current,
            }))}
          />
          <View slug={slug} />
        </>
      )}
    </div>
  );
}
