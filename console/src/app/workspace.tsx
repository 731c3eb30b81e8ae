/** Everything that acts in one organization: asks who is there, and shows the frame and the view. */
import { useQuery } from 'urql';
import { Redirect, Route, Switch } from 'wouter';
import { WorkspaceDocument } from '../generated/app/graphql.ts';
import { texts } from '../texts/en.ts';
import { Answer } from '../ui/answer.tsx';
import { Empty } from '../ui/answer-states.tsx';
import { later, usePreparation } from '../ui/later.tsx';
import { Frame } from './frame.tsx';
import { organizationPath } from './paths.ts';
import { CONSOLE_SCOPE, ViewerProvider, type Viewer } from './viewer.ts';

const Tree = later(() => import('../organizations/tree/tree.view.tsx'));
const OrganizationPage = later(() => import('../organizations/page/organization.view.tsx'));
const views = import.meta.glob<{ default: React.ComponentType }>('../me/me.view.tsx');
const [loadMe] = Object.values(views);
const Me = loadMe && later(loadMe);

export function Workspace({ acting }: { acting: string }) {
  const answer = useQuery({ query: WorkspaceDocument });
  return (
    <Answer of={answer} select={(data) => data}>
      {({ viewer: facts, usageMetrics }) => {
        const metrics = usageMetrics ?? [];
        const viewer: Viewer = { ...facts, acting, metrics, sparkline: metrics[0] };
        return (
          <ViewerProvider value={viewer}>
            <Frame>
              <Views viewer={viewer} />
            </Frame>
          </ViewerProvider>
        );
      }}
    </Answer>
  );
}

function Views({ viewer: { acting, scopes } }: { viewer: Viewer }) {
  usePreparation();
  const isAdministrator = scopes.includes(CONSOLE_SCOPE);
  return (
    <Switch>
      {Me && (
        <Route path="/:acting/me">
          <Me />
        </Route>
      )}
      {!isAdministrator && (
        <Route>
          <Empty title={texts.workspace.notForYou}>{texts.workspace.notForYouHint}</Empty>
        </Route>
      )}
      <Route path="/:acting">
        <Tree />
      </Route>
      <Route path="/:acting/organizations/:slug">
        {({ slug }) => <Redirect to={organizationPath(acting, slug)} replace />}
      </Route>
      <Route path="/:acting/organizations/:slug/:tab">
        {({ slug, tab }) => <OrganizationPage key={slug} slug={slug} tab={tab} />}
      </Route>
      <Route>
        <Empty title={texts.answer.notFound}>{texts.workspace.noSuchPage}</Empty>
      </Route>
    </Switch>
  );
}
