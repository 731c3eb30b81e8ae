/** A role: what it grants, and what can be done with it. */
import { useState } from 'react';
import { Link } from 'wouter';
import { organizationPath } from '../app/paths.ts';
import { useViewer } from '../app/viewer.ts';
import { texts as common } from '../texts/en.ts';
import { texts as shared } from '../texts/en/credentials.ts';
import { texts } from '../texts/en/roles.ts';
import { Empty } from '../ui/answer-states.tsx';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Facts } from '../ui/facts.tsx';
import { Name } from '../ui/name.tsx';
import { ScopeList } from '../ui/scope-choice.tsx';
import { DeleteRole } from './delete-role.tsx';
import { EditRole } from './edit-role.tsx';
import { Origin } from './role-table.tsx';
import { ROLES_SCOPE, type Catalog, type Role } from './role.ts';

export interface RoleDialogProps {
  /** Undefined if the address names one that is not there. */
  of: Role | undefined;
  slug: string;
  catalog: Catalog;
  held: readonly string[];
  onClose(): void;
  onChanged(): void;
}

export function RoleDialog({ of: role, slug, catalog, held, onClose, onChanged }: RoleDialogProps) {
  const { acting } = useViewer();
  const [step, setStep] = useState<'show' | 'edit' | 'delete'>('show');
  const back = (): void => setStep('show');
  if (role && step === 'edit')
    return (
      <EditRole of={role} catalog={catalog} held={held} onClose={back} onChanged={onChanged} />
    );
  if (role && step === 'delete')
    return (
      <DeleteRole
        of={role}
        slug={slug}
        onClose={back}
        onDeleted={() => {
          onChanged();
          onClose();
        }}
      />
    );
  const isOfHere = role?.organization?.slug === slug;
  const { details } = texts;
  return (
    <Dialog
      isOpen
      size="large"
      title={role?.name ?? details.role}
      onClose={onClose}
      actions={
        <>
          {isOfHere && held.includes(ROLES_SCOPE) && (
            <>
              <Button variant="danger" onPress={() => setStep('delete')}>
                {texts.delete}
              </Button>
              <Button onPress={() => setStep('edit')}>{texts.edit}</Button>
            </>
          )}
          <Button onPress={onClose}>{common.common.close}</Button>
        </>
      }
    >
      {role ? (
        <>
          {role.description !== null && (
            <p>
              <Name of={role.description} />
            </p>
          )}
          <Facts
            of={[
              [details.key, <Copyable key="key" text={role.key} label={details.key} />],
              [details.id, <Copyable key="id" text={role.id} label={details.id} />],
              [details.origin, <Origin key="origin" of={role} slug={slug} />],
            ]}
          />
          {role.organization && !isOfHere && (
            <p className="hint">
              {details.elsewhere}{' '}
              <Link
                href={`${organizationPath(acting, role.organization.slug, 'roles')}?role=${role.id}`}
              >
                {details.open}
              </Link>
            </p>
          )}
          <h3>{shared.scopes.label}</h3>
          <ScopeList scopes={role.scopes} catalog={catalog} />
        </>
      ) : (
        <Empty title={common.answer.notFound}>{common.answer.notFoundHint}</Empty>
      )}
    </Dialog>
  );
}
