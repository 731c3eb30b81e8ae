/** The person: what is theirs, the theme, and signing out. */
import { texts } from '../texts/en.ts';
import { MenuButton } from '../ui/menu-button.tsx';
import { useViewer } from './viewer.ts';

const load = () => import('./account-menu-items.tsx');

export function AccountMenu() {
  const { user, credential } = useViewer();
  const name = user?.name ?? user?.email ?? credential.name ?? texts.frame.apiKey;
  return (
    <MenuButton label={texts.frame.account(name)} className="button quiet account" load={load}>
      <span className="account-name">{name}</span>
      <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}
