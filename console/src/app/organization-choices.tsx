/** The organizations that a person can act in. */
import { MenuItem } from 'react-aria-components/Menu';
import { Text } from 'react-aria-components/Text';
import { useLocation } from 'wouter';
import { texts } from '../texts/en.ts';
import type { OpenedMenu } from '../ui/menu-button.tsx';
import { MenuPopover } from '../ui/menu-popover.tsx';
import { Name } from '../ui/name.tsx';
import { choicesOf } from './organization-switcher.tsx';
import { treePath } from './paths.ts';
import { useViewer } from './viewer.ts';

export default function OrganizationChoices(opened: OpenedMenu) {
  const viewer = useViewer();
  const [, navigate] = useLocation();
  return (
    <MenuPopover
      {...opened}
      label={texts.frame.switcherMenu}
      selectionMode="single"
      selectedKeys={[viewer.acting]}
    >
      {choicesOf(viewer).map(({ slug, name }) => (
        <MenuItem
          key={slug}
          id={slug}
          textValue={name}
          className="list-box-item"
          onAction={() => navigate(treePath(slug))}
        >
          <Text slot="label">
            <Name of={name} />
          </Text>
          <Text slot="description" className="hint">
            {slug}
          </Text>
        </MenuItem>
      ))}
    </MenuPopover>
  );
}
