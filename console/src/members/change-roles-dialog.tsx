/** Changes the roles of a member. */
import { useState } from 'react';
import { UpdateMemberRolesDocument, type MemberFragment } from '../generated/members/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/members.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { notify } from '../ui/notice.tsx';
import { ROLES_MAX, type GrantableRole } from './grants.ts';
import { nameOf } from './person.tsx';
import { Refusal } from './refusal.tsx';
import { RoleChoice } from './role-choice.tsx';

export interface MemberDialogProps {
  member: MemberFragment;
  organization: { id: string; name: string };
  onClose(): void;
}

export interface ChangeRolesDialogProps extends MemberDialogProps {
  roles: readonly GrantableRole[];
  held: readonly string[];
}

export function ChangeRolesDialog({
  member,
  organization,
  roles,
  held,
  onClose,
}: ChangeRolesDialogProps) {
  const [chosen, setChosen] = useState(() => member.roles.map(({ id }) => id));
  const [ignored, setIgnored] = useState<readonly string[]>([]);
  const [{ isPending, failure, error }, change, reset] = useIdempotentMutation(
    UpdateMemberRolesDocument,
    // A repeat leaves the same roles.
    { keyed: false },
  );
  const name = nameOf(member.user);
  const problem = problemWith(chosen);
  const save = async (): Promise<void> => {
    const outcome = await change({
      organizationId: organization.id,
      userId: member.user.id,
      roles: chosen,
    });
    if (outcome.kind !== 'success') return;
    notify(texts.roles.saved(name));
    if (outcome.payload.ignoredRoles.length === 0) return onClose();
    setIgnored(outcome.payload.ignoredRoles);
  };
  const isDone = ignored.length > 0;
  return (
    <Dialog
      isOpen
      onClose={isPending ? undefined : onClose}
      title={texts.roles.title(name)}
      actions={
        isDone ? (
          <Button variant="primary" onPress={onClose}>
            {common.common.close}
          </Button>
        ) : (
          <>
            <Button onPress={onClose} isDisabled={isPending}>
              {common.common.cancel}
            </Button>
            <Button
              variant="primary"
              isPending={isPending}
              isDisabled={problem !== undefined}
              onPress={() => void save()}
            >
              {texts.roles.save}
            </Button>
          </>
        )
      }
    >
      <RoleChoice
        label={texts.roles.label}
        roles={withHeld(roles, member)}
        held={held}
        value={chosen}
        onChange={(value) => {
          setChosen(value);
          reset();
        }}
        isDisabled={isDone}
        errorMessage={problem}
      />
      {isDone && (
        <Callout tone="warning">
          {texts.roles.ignored(
            ignored.map((id) => roles.find((role) => role.id === id)?.name ?? id),
          )}
        </Callout>
      )}
      <Refusal name={name} organization={organization.name} failure={failure} error={error} />
    </Dialog>
  );
}

function problemWith(chosen: readonly string[]): string | undefined {
  if (chosen.length === 0) return texts.roles.atLeastOne;
  return chosen.length > ROLES_MAX ? texts.roles.atMost(ROLES_MAX) : undefined;
}

/** The roles to choose from, with those that the member holds though the list has no room for them. */
function withHeld(roles: readonly GrantableRole[], member: MemberFragment): GrantableRole[] {
  const others = member.roles.filter(({ id }) => roles.every((role) => role.id !== id));
  return [
    ...roles,
    ...others.map((role) => ({ ...role, description: null, scopes: [], organization: null })),
  ];
}
