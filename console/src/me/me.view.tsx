/** What is the person's own: organizations, invitations, tokens. */
import { MeDocument } from '../generated/me/graphql.ts';
import { usePages } from '../graphql/use-pages.ts';
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
  const pages = usePages({
    query: MeDocument,
    variables: {},
    select: ({ viewer }) => viewer.memberships,
  });
  const onChanged = pages.readAgain;
  return (
    <div className="page">
      <Answer of={pages.answer} select={({ viewer }) => viewer}>
        {(viewer) => {
          if (!viewer.user) return <Empty title={texts.forPeople}>{texts.forPeopleHint}</Empty>;
          return (
            <>
              <header className="page-header">
                <h1>
                  <Name of={viewer.user.name ?? texts.unnamed} />
                </h1>
                <p className="hint">{viewer.user.email}</p>
              </header>
              <InvitationsPanel viewer={viewer} onChanged={onChanged} />
              <OrganizationsPanel viewer={viewer} pages={pages} onChanged={onChanged} />
              <TokensPanel viewer={viewer} onChanged={onChanged} />
            </>
          );
        }}
      </Answer>
    </div>
  );
}
