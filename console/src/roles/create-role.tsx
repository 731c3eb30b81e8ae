/** A new role. */
import { CreateRoleDocument } from '../generated/roles/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/roles.ts';
import { notify } from '../ui/notice.tsx';
import { RoleForm, type RoleInput } from './role-form.tsx';
import type { Catalog, Organization } from './role.ts';

export interface CreateRoleProps {
  organization: Organization;
  catalog: Catalog;
  held: readonly string[];
  onClose(): void;
  onChanged(): void;
}

export function CreateRole({ organization, catalog, held, onClose, onChanged }: CreateRoleProps) {
  const [{ isPending, failure, error }, create, reset] = useIdempotentMutation(CreateRoleDocument);
  const missing = failure?.__typename === 'RoleEscalationError' ? failure.missingScopes : undefined;
  const isKeyTaken = failure?.__typename === 'RoleKeyTakenError';
  const submit = async ({ description, ...input }: RoleInput): Promise<void> => {
    const { kind } = await create({
      organizationId: organization.id,
      ...input,
      ...(description.trim() !== '' && { description }),
    });
    if (kind !== 'success') return;
    notify(texts.created);
    onChanged();
    onClose();
  };
  return (
    <RoleForm
      title={texts.createTitle}
      hint={texts.createHint}
      submit={texts.createSubmit}
      catalog={catalog}
      held={held}
      isPending={isPending}
      failure={missing || isKeyTaken ? undefined : failure}
      missing={missing}
      isKeyTaken={isKeyTaken}
      error={error}
      onSubmit={(input) => void submit(input)}
      onEdit={reset}
      onClose={onClose}
    />
  );
}
