/** The address without an organization: leads to the first one that the person may act in. */
import { useQuery } from 'urql';
import { Redirect } from 'wouter';
import { ViewerDocument } from '../generated/app/graphql.ts';
import { useSession } from '../session/session.tsx';
import { texts } from '../texts/en.ts';
import { Answer } from '../ui/answer.tsx';
import { Empty } from '../ui/answer-states.tsx';
import { Button } from '../ui/button.tsx';
import { useConfig } from './config.ts';
import { treePath } from './paths.ts';
import { firstOrganization } from './viewer.ts';

export function Home() {
  const answer = useQuery({ query: ViewerDocument });
  const { demonstration } = useConfig();
  const { credential, signOut } = useSession();
  return (
    <main className="centered-page">
      <Answer of={answer} select={({ viewer }) => viewer}>
        {(viewer) => {
          const isDemonstration = credential?.token === demonstration?.token;
          const slug = isDemonstration ? demonstration?.organization : firstOrganization(viewer);
          if (slug !== undefined) return <Redirect to={treePath(slug)} replace />;
          return (
            <Empty
              title={texts.home.nowhere}
              action={<Button onPress={signOut}>{texts.session.signOut}</Button>}
            >
              {texts.home.nowhereHint}
            </Empty>
          );
        }}
      </Answer>
    </main>
  );
}
