/** What the menu of the person offers. */
import { useState } from 'react';
import { Header, MenuItem, MenuSection, type Selection } from 'react-aria-components/Menu';
import { useLocation } from 'wouter';
import { useSession } from '../session/session.tsx';
import { texts } from '../texts/en.ts';
import type { OpenedMenu } from '../ui/menu-button.tsx';
import { MenuPopover } from '../ui/menu-popover.tsx';
import { mePath } from './paths.ts';
import { chooseTheme, storedTheme, THEMES, type Theme } from './theme.ts';
import { useViewer } from './viewer.ts';

export default function AccountMenuItems(opened: OpenedMenu) {
  const { acting, user } = useViewer();
  const { signOut } = useSession();
  const [, navigate] = useLocation();
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const choose = (selection: Selection): void => {
    const chosen = THEMES.find((one) => selection !== 'all' && selection.has(one));
    if (!chosen) return;
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <MenuPopover {...opened} label={texts.frame.accountMenu} placement="bottom end">
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
    </MenuPopover>
  );
}
