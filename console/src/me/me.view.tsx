/** What is the person's own: organizations, invitations, tokens. */
import { useState } from 'react';
import { useQuery } from 'urql';
import { MeDocument } from '../generated/me/graphql.ts';
import { useTitle } from '../app/title.ts';
import { texts } from '../texts/en/me.ts';
import { Answer } from '../ui/answer.tsx';
import { Empty } from '../ui/answer-states.tsx';
import { Name } from '../ui/name.tsx';
import { InvitationsPanel } from './invitations-panel.tsx';
import { OrganizationsPanel } from './organizations-panel.tsx';
import { TokensPanel } from './tokens-panel.tsx';
import '../ui/styles/me.css';

export default function MeView() {
  useTitle(texts.title);
  const [after, setAfter] = useState<string | null>(null);
  const answer = useQuery({
    query: MeDocument,
    variables: { after },
    requestPolicy: 'cache-and-network',
  });
  const [, ask] = answer;
  const onChanged = (): void => {
    setAfter(null);
    ask({ requestPolicy: 'network-only' });
  };
  return (
    <div className="page">
      <Answer of={answer} select={({ viewer }) => viewer}>
        {(viewer) => {
          if (!viewer.user) return <Empty title={texts.forPeople}>{texts.forPeopleHint}</Empty>;
          const { hasNextPage = false, endCursor = null } = viewer.memberships?.pageInfo ?? {};
          return (
            <>
              <header className="page-header">
                <h1>
                  <Name of={viewer.user.name ?? texts.unnamed} />
                </h1>
                <p className="hint">{viewer.user.email}</p>
              </header>
              <InvitationsPanel viewer={viewer} onChanged={onChanged} />
              <OrganizationsPanel
                viewer={viewer}
                onChanged={onChanged}
                onMore={hasNextPage ? () => setAfter(endCursor) : undefined}
              />
              <TokensPanel viewer={viewer} onChanged={onChanged} />
            </>
          );
        }}
      </Answer>
    </div>
  );
}
