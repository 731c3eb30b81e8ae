/** The members of an organization: who they are, and which roles they hold. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { organizationPath } from '../app/paths.ts';
import { useViewer } from '../app/viewer.ts';
import { MembersDocument, type MemberFragment } from '../generated/members/graphql.ts';
import { usePages } from '../graphql/use-pages.ts';
import type { TabViewProps } from '../organizations/page/tab-views.ts';
import { texts } from '../texts/en/members.ts';
import { Answer } from '../ui/answer.tsx';
import { Empty } from '../ui/answer-states.tsx';
import { Button } from '../ui/button.tsx';
import { MorePages } from '../ui/more-pages.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { SearchField } from '../ui/search-field.tsx';
import { Select } from '../ui/select.tsx';
import { useDebounced } from '../ui/use-debounced.ts';
import '../ui/styles/people.css';
import { ChangeRolesDialog } from './change-roles-dialog.tsx';
import { MEMBERS_SCOPE } from './grants.ts';
import { MembersTable } from './members-table.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { orderAt, orderOf } from './sort.ts';

/** The longest text that the gateway searches for. */
const SEARCH_MAX = 64;

/** A moment without a key, after which the gateway is asked. */
const SETTLED_MS = 200;

export default function MembersView({ slug }: TabViewProps) {
  const { acting } = useViewer();
  const [, navigate] = useLocation();
  const [search, setSearch] = useQueryState('search');
  const [role, setRole] = useQueryState('role');
  const [order, setOrder] = useQueryState('sort');
  const [dialog, setDialog] = useState<{ kind: 'roles' | 'remove'; member: MemberFragment }>();
  const { orderBy, sort } = orderOf(order);
  const wanted = useDebounced(search.trim(), SETTLED_MS);
  const pages = usePages({
    query: MembersDocument,
    variables: {
      slug,
      orderBy,
      search: wanted === '' ? null : wanted,
      roles: role === '' ? null : [role],
    },
    select: ({ organization }) => organization?.members,
  });
  const [{ fetching }, ask] = pages.answer;
  const isFiltered = wanted !== '' || role !== '';
  const showAll = (): void => navigate(organizationPath(acting, slug, 'members'));
  const invite = (): void =>
    navigate(`${organizationPath(acting, slug, 'invitations')}?invite=yes`);
  return (
    <Answer of={pages.answer} select={({ organization }) => withMembers(organization)}>
      {(organization) => {
        const { members, roles, viewerAccess } = organization;
        const held = viewerAccess?.scopes ?? [];
        const canManage = held.includes(MEMBERS_SCOPE);
        const close = (): void => setDialog(undefined);
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
                label={texts.role}
                isLabelHidden
                value={role}
                onChange={(value) => setRole(value, { push: true })}
                options={[
                  { value: '', label: texts.allRoles },
                  ...(roles ?? []).map(({ key, name }) => ({ value: key, label: name })),
                ]}
              />
              <span className="toolbar-count" role="status">
                {texts.count(members.totalCount)}
              </span>
              {canManage && (
                <Button variant="primary" onPress={invite}>
                  {texts.invite}
                </Button>
              )}
            </div>
            {members.nodes.length === 0 && <NoMembers isFiltered={isFiltered} showAll={showAll} />}
            {members.nodes.length > 0 && (
              <MembersTable
                members={members.nodes}
                canManage={canManage}
                sort={sort}
                onSort={(sort) => setOrder(orderAt(sort).value, { push: true })}
                onChangeRoles={(member) => setDialog({ kind: 'roles', member })}
                onRemove={(member) => setDialog({ kind: 'remove', member })}
              />
            )}
            <MorePages of={pages} total={members.totalCount} />
            {dialog?.kind === 'roles' && (
              <ChangeRolesDialog
                member={dialog.member}
                organization={organization}
                roles={roles ?? []}
                held={held}
                onClose={close}
              />
            )}
            {dialog?.kind === 'remove' && (
              <RemoveDialog
                member={dialog.member}
                organization={organization}
                onClose={close}
                onRemoved={() => ask({ requestPolicy: 'network-only' })}
              />
            )}
          </section>
        );
      }}
    </Answer>
  );
}

/** The organization if its members can be read; null if they may not be, or not any more. */
function withMembers<Organization extends { members: object | null }>(
  organization: Organization | null,
) {
  const members: NonNullable<Organization['members']> | null = organization?.members ?? null;
  return organization && members && { ...organization, members };
}

function NoMembers({ isFiltered, showAll }: { isFiltered: boolean; showAll: () => void }) {
  if (!isFiltered) return <Empty title={texts.none}>{texts.noneHint}</Empty>;
  return (
    <Empty title={texts.notFound} action={<Button onPress={showAll}>{texts.showAll}</Button>}>
      {texts.notFoundHint}
    </Empty>
  );
}
