/** What can be done with a row of a table. */
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';

export interface RowAction {
  id: string;
  label: string;
  onAction(): void;
  /** Whether it takes something away. */
  isDanger?: boolean;
}

export function RowMenu({ label, actions }: { label: string; actions: readonly RowAction[] }) {
  return (
    <MenuTrigger>
      <Button className="button quiet icon" aria-label={label}>
        <span aria-hidden="true">⋯</span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu className="list-box">
          {actions.map(({ id, label, onAction, isDanger = false }) => (
            <MenuItem
              key={id}
              id={id}
              onAction={onAction}
              className={isDanger ? 'list-box-item danger' : 'list-box-item'}
            >
              {label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
