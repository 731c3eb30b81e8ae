/** The menu that a `MenuButton` opens. */
import type { ReactNode, RefObject } from 'react';
import { Menu, type MenuProps } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';

export interface MenuPopoverProps extends Pick<
  MenuProps<object>,
  'selectionMode' | 'selectedKeys' | 'onSelectionChange'
> {
  label: string;
  /** The button that it opens beside, and that has the focus afterwards. */
  trigger: RefObject<HTMLElement | null>;
  onClose(): void;
  placement?: 'bottom start' | 'bottom end';
  children: ReactNode;
}

export function MenuPopover({
  label,
  trigger,
  onClose,
  placement = 'bottom start',
  ...menu
}: MenuPopoverProps) {
  return (
    <Popover
      aria-label={label}
      className="popover"
      trigger="MenuTrigger"
      triggerRef={trigger}
      isOpen
      onOpenChange={onClose}
      placement={placement}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- A menu that opens has the focus. */}
      <Menu {...menu} aria-label={label} className="list-box" autoFocus="first" onClose={onClose} />
    </Popover>
  );
}
