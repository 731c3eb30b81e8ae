/** Changes a role. Only what was changed is sent, so that others' changes of the rest stay. */
import { UpdateRoleDocument } from '../generated/roles/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/roles.ts';
import { inWords } from '../ui/in-words.ts';
import { notify } from '../ui/notice.tsx';
import { withoutImplied } from '../ui/scopes.ts';
import { RoleForm, type RoleInput } from './role-form.tsx';
import type { Catalog, Role } from './role.ts';

export interface EditRoleProps {
  of: Role;
  catalog: Catalog;
  held: readonly string[];
  onClose(): void;
  onChanged(): void;
}

const USED_BELOW = 'child_organizations:manage';

export function EditRole({ of: role, catalog, held, onClose, onChanged }: EditRoleProps) {
  const [{ isPending, failure, error }, update, reset] = useIdempotentMutation(UpdateRoleDocument, {
    keyed: false,
  });
  const missing = failure?.__typename === 'RoleEscalationError' ? failure.missingScopes : undefined;
  const isUsedBelow = missing?.length === 1 && missing[0] === USED_BELOW;
  const submit = async ({ name, description, scopes }: RoleInput): Promise<void> => {
    const before = withoutImplied(role.scopes, catalog);
    const isSame = before.length === scopes.length && before.every((key) => scopes.includes(key));
    const change = {
      ...(name !== role.name && { name }),
      ...(description !== (role.description ?? '') && {
        description: description.trim() === '' ? null : description,
      }),
      ...(!isSame && { scopes }),
    };
    if (Object.keys(change).length > 0) {
      const { kind } = await update({ id: role.id, ...change });
      if (kind !== 'success') return;
      notify(texts.changed);
      onChanged();
    }
    onClose();
  };
  return (
    <RoleForm
      of={role}
      title={texts.editTitle(role.name)}
      hint={texts.editHint}
      submit={texts.edit}
      catalog={catalog}
      held={held}
      isPending={isPending}
      failure={
        missing && !isUsedBelow
          ? undefined
          : inWords(failure, {
              RoleEscalationError: () => texts.usedBelow,
            })
      }
      missing={isUsedBelow ? undefined : missing}
      error={error}
      onSubmit={(input) => void submit(input)}
      onEdit={reset}
      onClose={onClose}
    />
  );
}
