/** The invitations of an organization: who was invited, how that went, and inviting more people. */
import { useState } from 'react';
import {
  InvitationsDocument,
  ResendInvitationDocument,
  type ListedInvitationFragment,
} from '../generated/invitations/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { usePages } from '../graphql/use-pages.ts';
import { MEMBERS_SCOPE } from '../members/grants.ts';
import type { TabViewProps } from '../organizations/page/tab-views.ts';
import { texts } from '../texts/en/invitations.ts';
import { Answer } from '../ui/answer.tsx';
import { Empty } from '../ui/answer-states.tsx';
import { Button } from '../ui/button.tsx';
import { MorePages } from '../ui/more-pages.tsx';
import { notify } from '../ui/notice.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { SearchField } from '../ui/search-field.tsx';
import { Select } from '../ui/select.tsx';
import { useDebounced } from '../ui/use-debounced.ts';
import '../ui/styles/people.css';
import { EMPTY_DRAFT } from './draft.ts';
import { InvitationRefusal } from './invitation-refusal.tsx';
import { InvitationsTable } from './invitations-table.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';
import { STATES, stateOf, STATUSES, type State } from './states.ts';
import { useDeliveryWatch } from './use-delivery-watch.ts';

/** The longest text that the gateway searches for. */
const SEARCH_MAX = 64;

/** A moment without a key, after which the gateway is asked. */
const SETTLED_MS = 200;

export default function InvitationsView({ slug }: TabViewProps) {
  const [text, setText] = useQueryState('state', 'pending');
  const [search, setSearch] = useQueryState('search');
  const [invite, setInvite] = useQueryState('invite');
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [revoked, setRevoked] = useState<ListedInvitationFragment>();
  const [resent, setResent] = useState<ListedInvitationFragment>();
  const [{ failure, error }, resend, resetResend] = useIdempotentMutation(ResendInvitationDocument);
  const state = stateOf(text);
  const wanted = useDebounced(search.trim(), SETTLED_MS);
  const pages = usePages({
    query: InvitationsDocument,
    variables: {
      slug,
      status: state === 'ALL' ? [...STATUSES] : [state],
      search: wanted === '' ? null : wanted,
    },
    select: ({ organization }) => organization?.invitations,
  });
  const [{ fetching }, ask] = pages.answer;
  const look = (): void => ask({ requestPolicy: 'network-only' });
  useDeliveryWatch(
    pages.nodes.some(
      ({ status, delivery }) => status === 'PENDING' && delivery.status === 'QUEUED',
    ),
    look,
  );
  const sendAgain = async (invitation: ListedInvitationFragment): Promise<void> => {
    setResent(invitation);
    const { kind } = await resend({ id: invitation.id });
    if (kind === 'success') notify(texts.resent(invitation.email));
  };
  const closeInvite = (): void => {
    setInvite('');
    // New invitations are at the beginning of the list.
    pages.readAgain();
  };
  return (
    <Answer of={pages.answer} select={({ organization }) => withInvitations(organization)}>
      {(organization) => {
        const { invitations, roles, viewerAccess } = organization;
        const held = viewerAccess?.scopes ?? [];
        const canManage = held.includes(MEMBERS_SCOPE);
        return (
          <section className="people" aria-label={texts.label} aria-busy={fetching}>
            <div className="toolbar">
              <SearchField
                label={texts.search}
                maxLength={SEARCH_MAX}
                value={search}
                onChange={(value) => setSearch(value)}
              />
              <Select
                label={texts.state}
                isLabelHidden
                value={state}
                onChange={(value) => setText(value.toLowerCase(), { push: true })}
                options={STATES.map((value) => ({ value, label: texts.states[value] }))}
              />
              <span className="toolbar-count" role="status">
                {texts.count(invitations.totalCount)}
              </span>
              {canManage && (
                <Button variant="primary" onPress={() => setInvite('yes', { push: true })}>
                  {texts.invite}
                </Button>
              )}
            </div>
            {resent && (
              <InvitationRefusal
                title={texts.failed(resent.email)}
                failure={failure}
                error={error}
              />
            )}
            {invitations.nodes.length === 0 ? (
              <NoInvitations state={state} isSearch={wanted !== ''} onClear={() => setSearch('')} />
            ) : (
              <InvitationsTable
                invitations={invitations.nodes}
                canManage={canManage}
                onResend={(invitation) => void sendAgain(invitation)}
                onRevoke={(invitation) => {
                  resetResend();
                  setRevoked(invitation);
                }}
              />
            )}
            <MorePages of={pages} total={invitations.totalCount} />
            {canManage && invite !== '' && (
              <InviteDialog
                organization={organization}
                roles={roles ?? []}
                held={held}
                draft={draft}
                onDraft={setDraft}
                onClose={closeInvite}
              />
            )}
            {revoked && (
              <RevokeDialog
                invitation={revoked}
                onClose={() => setRevoked(undefined)}
                onRevoked={look}
              />
            )}
          </section>
        );
      }}
    </Answer>
  );
}

/** The organization if its invitations can be read; null if they may not be, or not any more. */
function withInvitations<Organization extends { invitations: object | null }>(
  organization: Organization | null,
) {
  const invitations: NonNullable<Organization['invitations']> | null =
    organization?.invitations ?? null;
  return organization && invitations && { ...organization, invitations };
}

interface NoInvitationsProps {
  state: State;
  isSearch: boolean;
  onClear: () => void;
}

function NoInvitations({ state, isSearch, onClear }: NoInvitationsProps) {
  if (!isSearch)
    return <Empty title={texts.none[state]}>{state === 'PENDING' && texts.noneHint}</Empty>;
  return (
    <Empty title={texts.notFound} action={<Button onPress={onClear}>{texts.clearSearch}</Button>}>
      {state !== 'ALL' && texts.notFoundHint}
    </Empty>
  );
}
