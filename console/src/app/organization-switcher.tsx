/** Chooses the organization to act in from those that the person is a member of. */
import { texts } from '../texts/en.ts';
import { MenuButton } from '../ui/menu-button.tsx';
import { Name } from '../ui/name.tsx';
import { useViewer, type Viewer } from './viewer.ts';

const load = () => import('./organization-choices.tsx');

/** The organizations that the person can act in, and the one that they act in. */
export function choicesOf({ organization, memberships }: Viewer) {
  const own = (memberships?.nodes ?? []).map((membership) => membership.organization);
  return organization && own.every(({ id }) => id !== organization.id)
    ? [organization, ...own]
    : own;
}

export function OrganizationSwitcher() {
  const viewer = useViewer();
  const name = <Name of={viewer.organization?.name ?? viewer.acting} />;
  if (choicesOf(viewer).length <= 1) return <span className="frame-organization">{name}</span>;
  return (
    <MenuButton
      label={texts.frame.switcher(viewer.organization?.name ?? viewer.acting)}
      className="button quiet frame-organization"
      load={load}
    >
      <span className="account-name">{name}</span>
      <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}
