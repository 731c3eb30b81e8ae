/** The person: what is theirs, the theme, and signing out. */
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import {
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  type Selection,
} from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { useLocation } from 'wouter';
import { useSession } from '../session/session.tsx';
import { texts } from '../texts/en.ts';
import { mePath } from './paths.ts';
import { chooseTheme, storedTheme, THEMES, type Theme } from './theme.ts';
import { useViewer } from './viewer.ts';

export function AccountMenu() {
  const { acting, user, credential } = useViewer();
  const { signOut } = useSession();
  const [, navigate] = useLocation();
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const name = user?.name ?? user?.email ?? credential.name ?? texts.frame.apiKey;
  const choose = (selection: Selection): void => {
    const chosen = THEMES.find((one) => selection !== 'all' && selection.has(one));
    if (!chosen) return;
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <MenuTrigger>
      <Button className="button quiet account" aria-label={texts.frame.account(name)}>
        <span className="account-name">{name}</span>
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu className="list-box">
          {user && (
            <MenuItem className="list-box-item" onAction={() => navigate(mePath(acting))}>
              {texts.frame.me}
            </MenuItem>
          )}
          <MenuSection
            selectionMode="single"
            selectedKeys={[theme]}
            onSelectionChange={choose}
            className="list-box-section"
          >
            <Header>{texts.frame.theme}</Header>
            {THEMES.map((one) => (
              <MenuItem key={one} id={one} className="list-box-item">
                {texts.frame.themes[one]}
              </MenuItem>
            ))}
          </MenuSection>
          <MenuItem className="list-box-item" onAction={signOut}>
            {texts.session.signOut}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
