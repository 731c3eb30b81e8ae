/** The roles that can be given in an organization. */
import { useState } from 'react';
import { useQuery } from 'urql';
import { RolesDocument } from '../generated/roles/graphql.ts';
import type { TabViewProps } from '../organizations/page/tab-views.ts';
import { texts } from '../texts/en/roles.ts';
import { Answer } from '../ui/answer.tsx';
import { Button } from '../ui/button.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { CreateRole } from './create-role.tsx';
import { RoleDialog } from './role-dialog.tsx';
import { RoleTable } from './role-table.tsx';
import { ROLES_SCOPE } from './role.ts';
import '../ui/styles/access.css';

export default function RolesView({ slug }: TabViewProps) {
  const answer = useQuery({
    query: RolesDocument,
    variables: { slug },
    requestPolicy: 'cache-and-network',
  });
  const [{ data }, ask] = answer;
  const [open, setOpen] = useQueryState('role');
  const [isCreating, setCreating] = useState(false);
  const onChanged = (): void => ask({ requestPolicy: 'network-only' });
  return (
    <Answer of={answer} select={({ organization }) => (organization?.roles ? organization : null)}>
      {(organization) => {
        const roles = organization.roles ?? [];
        const held = organization.viewerAccess?.scopes ?? [];
        const catalog = data?.scopes ?? [];
        return (
          <div className="stack">
            <div className="row spread">
              <p className="hint">{texts.intro}</p>
              {held.includes(ROLES_SCOPE) && (
                <Button variant="primary" onPress={() => setCreating(true)}>
                  {texts.create}
                </Button>
              )}
            </div>
            <RoleTable roles={roles} slug={slug} onOpen={(id) => setOpen(id, { push: true })} />
            {open !== '' && (
              <RoleDialog
                key={open}
                of={roles.find(({ id }) => id === open)}
                slug={slug}
                catalog={catalog}
                held={held}
                onClose={() => setOpen('')}
                onChanged={onChanged}
              />
            )}
            {isCreating && (
              <CreateRole
                organization={organization}
                catalog={catalog}
                held={held}
                onClose={() => setCreating(false)}
                onChanged={onChanged}
              />
            )}
          </div>
        );
      }}
    </Answer>
  );
}
